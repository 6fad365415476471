"""What speaks against a roster, in words: little rest, two shifts at once, many days. It forbids nothing."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from handover.models import Assignment, Shift

from .roster import day_words, shift_words
from .words import Reader

HOUR = timedelta(hours=1)
REST = 11 * HOUR  # between the end of one shift and the start of the next
DAYS_IN_A_ROW = 6
SECOND = timedelta(seconds=1)
AROUND = timedelta(days=DAYS_IN_A_ROW + 2)  # how far other shifts count for those of a week


class Work(NamedTuple):
    """One person on one shift, as the roster has it or would have it."""

    user_id: int
    name: str
    shift: Shift
    leads: bool
    is_of_team: bool = True  # still works there


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to think about: `short` stands at the shift, `sentence` says it whole."""

    user_id: int
    shift_id: int
    other_id: int | None  # the shift before, where it is about two
    short: str
    sentence: str

    def is_about(self, shift_ids: Collection[int]) -> bool:
        return self.shift_id in shift_ids or self.other_id in shift_ids


def works(user_ids: Collection[int], start: datetime, end: datetime) -> list[Work]:
    """Who of these people stands on which shifts, of any team, near enough to count between the instants."""
    workers = Membership.objects.workers().filter(user=OuterRef("user"), team=OuterRef("shift__post__team"))
    rows = (
        Assignment.objects.effective()
        .filter(user__in=user_ids, shift__ends_at__gt=start - AROUND, shift__starts_at__lt=end + AROUND)
        .annotate(works=Exists(workers))
        .select_related("user", "shift__post__team")
        .order_by("shift__starts_at", "pk")
    )
    return [
        Work(
            row.user_id,
            row.user.display_name,
            row.shift,
            row.is_duty_supervisor,
            row.works and row.user.is_active,
        )
        for row in rows
    ]


def find(rows: Iterable[Work], team: Team) -> list[Caution]:
    """Of each person, in the order of their shifts. Days are those of the team."""
    own = sorted(rows, key=lambda work: (work.user_id, work.shift.starts_at, work.shift.pk))
    found: list[Caution] = []
    for _user, group in groupby(own, key=lambda work: work.user_id):
        person = list(group)
        found += _gone(person, team)
        found += _pairs(person, team)
        found += _long_rows(person, team)
    return found


def _gone(person: list[Work], team: Team) -> Iterator[Caution]:
    for work in person:
        if not work.is_of_team:
            facts = {"name": work.name, "shift": _named(work, team)}
            sentence = _("%(name)s does not work in this team any more: %(shift)s.") % facts
            yield Caution(work.user_id, work.shift.pk, None, _("Not in the team any more"), sentence)


def _pairs(person: list[Work], team: Team) -> Iterator[Caution]:
    """Each shift with the one before it that ends last. A duty supervisor may be that of several posts."""
    latest, span = person[0], Reader(person[0].shift.starts_at).span
    for work in person[1:]:
        facts = {"name": work.name, "first": _named(latest, team), "second": _named(work, team)}
        rest = work.shift.starts_at - latest.shift.ends_at
        if rest < timedelta(0):
            if not (work.leads and latest.leads):
                sentence = _("%(name)s stands on two shifts at once: %(first)s, and %(second)s.") % facts
                yield _of_two(work, latest, _("Two shifts at once"), sentence)
        elif rest < REST:
            facts |= {"rest": span(rest // SECOND), "least": span(REST // SECOND)}
            sentence = (
                _("%(name)s has %(rest)s to rest between %(first)s, and %(second)s. %(least)s are meant.")
                % facts
            )
            yield _of_two(work, latest, _("%(rest)s of rest") % facts, sentence)
        latest = max(latest, work, key=lambda one: one.shift.ends_at)


def _of_two(work: Work, former: Work, short: str, sentence: str) -> Caution:
    return Caution(work.user_id, work.shift.pk, former.shift.pk, short, sentence)


def _long_rows(person: list[Work], team: Team) -> Iterator[Caution]:
    """A night counts for the day on which it starts."""
    first = {work.shift.starts_at.astimezone(team.zone).date(): work for work in reversed(person)}
    length = 1
    for before, day in pairwise(sorted(first)):
        length = length + 1 if day - before == timedelta(days=1) else 1
        if length > DAYS_IN_A_ROW:
            work = first[day]
            facts = {"name": work.name, "day": day_words(day), "count": length, "most": DAYS_IN_A_ROW}
            sentence = _("%(name)s works on %(day)s for the %(count)dth day in a row. %(most)d are meant.")
            yield Caution(
                work.user_id, work.shift.pk, None, _("Day %(count)d in a row") % facts, sentence % facts
            )


def _named(work: Work, team: Team) -> str:
    """The shift with its post; of another team's only when it is."""
    words = shift_words(work.shift, team.zone)
    if work.shift.post.team_id != team.pk:
        return _("%(when)s in another team") % {"when": words}
    return _("%(shift)s, %(when)s") % {"shift": work.shift.name, "when": words}
