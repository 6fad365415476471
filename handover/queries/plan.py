"""The plan of a post for a week: its shifts, who stands on them, and what a leader wants changed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time

from accounts.models import User
from accounts.zones import local_instant
from handover.models import Assignment, Post, Shift

from . import teams
from .weeks import WEEK


@dataclass(frozen=True, slots=True)
class Places:
    """Who stands on a shift, and who of them is its duty supervisor."""

    people: frozenset[int]
    led_by: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the shift was shown as, and what it is to be. What was left as shown is nobody's wish."""

    shift: Shift
    seen: Places
    wanted: Places

    @property
    def added(self) -> frozenset[int]:
        people = self.wanted.people - self.seen.people
        led_by = self.wanted.led_by
        return people | {led_by} if self.names_another and led_by else people

    @property
    def removed(self) -> frozenset[int]:
        return self.seen.people - self.wanted.people - self.added

    @property
    def names_another(self) -> bool:
        return self.wanted.led_by != self.seen.led_by

    @property
    def changes(self) -> bool:
        return bool(self.added or self.removed or self.names_another)

    def over(self, now: Places) -> Places:
        """The shift as it stands now with this wish carried out: what others did meanwhile stays."""
        people = (now.people | self.added) - self.removed
        led_by = self.wanted.led_by if self.names_another else now.led_by
        return Places(people, led_by if led_by in people else None)


@dataclass(frozen=True)
class Standing:
    """The shifts of the week with everybody on them; `fixed` are (shift, person) that cannot be undone."""

    post: Post
    first: date
    start: datetime
    end: datetime
    shifts: list[Shift]
    places: dict[int, Places]
    fixed: frozenset[tuple[int, int]]
    replaced: dict[tuple[int, int], str]  # whose place has another, and the name of that one
    people: dict[int, User]  # who may be put on the shifts, and whoever stands there
    worker_ids: frozenset[int]

    def open_shifts(self, now: datetime) -> list[Shift]:
        return [shift for shift in self.shifts if shift.ends_at > now]


def standing(post: Post, first: date) -> Standing:
    """The week from this Monday, by the days of the team. Four queries."""
    start, end = (local_instant(day, time(0), post.team.zone) for day in (first, first + WEEK))
    shifts = _shifts(post, start, end)
    rows = Assignment.objects.filter(shift__in=shifts).select_related("user", "substitute__user")
    people: dict[int, set[int]] = defaultdict(set)
    led_by: dict[int, int] = {}
    replaced: dict[tuple[int, int], str] = {}
    fixed: set[tuple[int, int]] = set()
    known: dict[int, User] = {}
    for row in rows.order_by("pk"):
        if hasattr(row, "substitute"):
            replaced[row.shift_id, row.user_id] = row.substitute.user.display_name
            continue
        people[row.shift_id].add(row.user_id)
        known[row.user_id] = row.user
        if row.is_duty_supervisor:
            led_by.setdefault(row.shift_id, row.user_id)
        if row.checked_in_at:
            fixed.add((row.shift_id, row.user_id))
    workers = {user.pk: user for user in teams.workers(post.team)}
    places = {shift.pk: Places(frozenset(people[shift.pk]), led_by.get(shift.pk)) for shift in shifts}
    return Standing(
        post=post,
        first=first,
        start=start,
        end=end,
        shifts=shifts,
        places=places,
        fixed=frozenset(fixed),
        replaced=replaced,
        people=workers | known,
        worker_ids=frozenset(workers),
    )


def _shifts(post: Post, start: datetime, end: datetime) -> list[Shift]:
    rows = Shift.objects.filter(post=post, starts_at__gte=start, starts_at__lt=end)
    return list(rows.select_related("post__team").order_by("starts_at", "pk"))
