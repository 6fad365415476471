"""The plan of a post for a week, ready to be shown: a row for each person, a column for each day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from handover.models import Access, Assignment, Shift

from . import cautions, hole_words
from .cautions import Caution, Work
from .hole_words import PostGaps
from .plan import Places, Standing
from .roster import day_words, shift_words, span_words
from .weeks import WEEK

LATELY = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Pill:
    """One shift of a day for one person: a box to tick, or only a word where nothing can be changed."""

    shift_id: int
    name: str
    label: str
    is_on: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Cell:
    id: str
    day: str
    pills: tuple[Pill, ...]
    notes: tuple[str, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    user_id: int
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A shift of the week; `was` is how it stands as the page is made, for the form to send back."""

    shift_id: int
    url: str
    name: str
    span: str
    label: str
    count: int
    led_by: int | None
    leader: str
    is_over: bool
    hole: str
    was: str


@dataclass(frozen=True, slots=True)
class Day:
    label: str
    iso: str
    is_today: bool
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Thought:
    """A caution with the cell in which it stands."""

    sentence: str
    cell: str


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    previous: str
    following: str
    days: tuple[Day, ...]
    usual: tuple[Row, ...]
    others: tuple[Row, ...]
    people: tuple[tuple[int, str], ...]
    names: tuple[str, ...]
    thoughts: tuple[Thought, ...]
    gaps: PostGaps | None

    @property
    def is_empty(self) -> bool:
        return not any(day.heads for day in self.days)

    @property
    def is_over(self) -> bool:
        return all(head.is_over for day in self.days for head in day.heads)


def was(places: Places) -> str:
    """As the form sends it back: "3.5.8:5" are three people, of whom the second is duty supervisor."""
    return f"{'.'.join(map(str, sorted(places.people)))}:{places.led_by or ''}"


def build(standing: Standing, places: dict[int, Places], access: Access) -> Page:
    """The page with these people on the shifts, be it saved or not."""
    return _Builder(standing, places, access).page()


class _Builder:
    def __init__(self, standing: Standing, places: dict[int, Places], access: Access) -> None:
        self.standing, self.places, self.access = standing, places, access
        self.zone, self.now = standing.post.team.zone, access.now
        self.days = [standing.first + timedelta(days=n) for n in range(7)]
        self.shifts: dict[date, list[Shift]] = defaultdict(list)
        for shift in standing.shifts:
            self.shifts[self._day(shift)].append(shift)
        self.open_ids = {shift.pk for shift in standing.open_shifts(self.now)}
        self.works = self._works()
        found = cautions.find(self.works, standing.post.team)
        self.cautions = [caution for caution in found if caution.is_about(self.open_ids)]

    def page(self) -> Page:
        standing = self.standing
        today = self.now.astimezone(self.zone).date()
        names = sorted(standing.people.values(), key=lambda user: (user.display_name, user.pk))
        usual = self._usual()
        elsewhere = self._elsewhere()
        short = self._short()
        rows = {
            user.pk: Row(user.pk, user.display_name, self._cells(user.pk, elsewhere, short)) for user in names
        }
        return Page(
            title=_("%(first)s to %(last)s")
            % {"first": day_words(self.days[0]), "last": day_words(self.days[-1])},
            previous=(standing.first - WEEK).isoformat(),
            following=(standing.first + WEEK).isoformat(),
            days=tuple(
                Day(day_words(day), day.isoformat(), day == today, tuple(map(self._head, self.shifts[day])))
                for day in self.days
            ),
            usual=tuple(rows[user.pk] for user in names if user.pk in usual),
            others=tuple(rows[user.pk] for user in names if user.pk not in usual),
            people=tuple((user.pk, user.display_name) for user in names),
            names=tuple(dict.fromkeys(shift.name for shift in standing.shifts if shift.starts_at > self.now)),
            thoughts=tuple(Thought(caution.sentence, self._cell_of(caution)) for caution in self.cautions),
            gaps=hole_words.between(standing.post, standing.start, standing.end, self.now),
        )

    def _works(self) -> list[Work]:
        """Everybody's shifts; on those that can still be changed the people whom the page shows."""
        standing = self.standing
        rows = cautions.works(standing.people, standing.start, standing.end)
        kept = [row for row in rows if row.shift.pk not in self.open_ids]
        return kept + [
            Work(
                user_id,
                standing.people[user_id].display_name,
                shift,
                user_id == self.places[shift.pk].led_by,
                user_id in standing.worker_ids,
            )
            for shift in standing.open_shifts(self.now)
            for user_id in self.places[shift.pk].people
        ]

    def _usual(self) -> set[int]:
        """Who is on a shift of the post in this week, or was in the last weeks."""
        standing = self.standing
        lately = Assignment.objects.filter(
            shift__post=standing.post,
            shift__starts_at__gte=standing.start - LATELY,
            shift__starts_at__lt=standing.start,
        )
        shown = {user_id for places in self.places.values() for user_id in places.people}
        return shown | set(lately.values_list("user", flat=True))

    def _elsewhere(self) -> dict[tuple[int, date], list[str]]:
        """By person and day: their shifts at other posts."""
        found: dict[tuple[int, date], list[str]] = defaultdict(list)
        for work in self.works:
            post = work.shift.post
            if post != self.standing.post:
                place = post.name if post.team_id == self.standing.post.team_id else _("Another team")
                words = {"post": place, "span": span_words(work.shift, self.zone)}
                found[work.user_id, self._day(work.shift)].append(_("%(post)s %(span)s") % words)
        return found

    def _short(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for caution in self.cautions:
            found[self._cell_of(caution)].append(caution.short)
        return found

    def _cells(
        self, user_id: int, elsewhere: dict[tuple[int, date], list[str]], short: dict[str, list[str]]
    ) -> tuple[Cell, ...]:
        cells = []
        for day in self.days:
            cell_id = f"cell-{user_id}-{day.isoformat()}"
            cells.append(
                Cell(
                    id=cell_id,
                    day=day_words(day),
                    pills=tuple(self._pills(user_id, self.shifts[day])),
                    notes=(*elsewhere[user_id, day], *self._stand_ins(user_id, self.shifts[day])),
                    cautions=tuple(short[cell_id]),
                )
            )
        return tuple(cells)

    def _pills(self, user_id: int, shifts: list[Shift]) -> Iterable[Pill]:
        for shift in shifts:
            place = shift.pk, user_id
            is_on, is_over = user_id in self.places[shift.pk].people, shift.pk not in self.open_ids
            if place in self.standing.replaced or (is_over and not is_on):
                continue
            facts = {"name": self.standing.people[user_id].display_name, "shift": self._label(shift)}
            label = _("%(name)s: %(shift)s") % facts
            yield Pill(shift.pk, shift.name, label, is_on, is_over or place in self.standing.fixed)

    def _stand_ins(self, user_id: int, shifts: list[Shift]) -> list[str]:
        return [
            _("%(shift)s: %(name)s stands in")
            % {"shift": shift.name, "name": self.standing.replaced[shift.pk, user_id]}
            for shift in shifts
            if (shift.pk, user_id) in self.standing.replaced
        ]

    def _head(self, shift: Shift) -> Head:
        places, is_over = self.places[shift.pk], shift.pk not in self.open_ids
        hole = "" if is_over or places.led_by else "no_supervisor" if places.people else "nobody"
        leader = self.standing.people.get(places.led_by or 0)
        return Head(
            shift_id=shift.pk,
            url=reverse("shift_detail", args=[shift.pk]),
            name=shift.name,
            span=span_words(shift, self.zone),
            label=self._label(shift),
            count=len(places.people),
            led_by=places.led_by,
            leader=leader.display_name if leader else "",
            is_over=is_over,
            hole=hole,
            was=was(self.standing.places[shift.pk]),
        )

    def _label(self, shift: Shift) -> str:
        return _("%(shift)s, %(when)s") % {"shift": shift.name, "when": shift_words(shift, self.zone)}

    def _cell_of(self, caution: Caution) -> str:
        """Where the later of its shifts stands; that one may be at another post."""
        shifts = {shift.pk: shift for shift in self.standing.shifts}
        shift = shifts.get(caution.shift_id) or shifts[caution.other_id or 0]
        return f"cell-{caution.user_id}-{self._day(shift).isoformat()}"

    def _day(self, shift: Shift) -> date:
        return shift.starts_at.astimezone(self.zone).date()
