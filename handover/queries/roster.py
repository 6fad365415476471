"""The roster of a team for a week or two, and one shift with its people, in words ready to be shown."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.dateformat import DateFormat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Team
from accounts.zones import local_instant
from handover import permissions
from handover.models import LATEST_CHECK_OUT, Access, Assignment, Post, Shift

from .weeks import WEEK


@dataclass(frozen=True, slots=True)
class Place:
    """One person on one shift; `state` is coming, on_duty, gone or absent."""

    assignment_id: int
    user_id: int
    name: str
    is_duty_supervisor: bool
    is_me: bool
    state: str
    stands_in_for: str = ""
    reason: str = ""
    checked_in: str = ""  # the time on the team's clocks
    late_minutes: int = 0
    awaits_vouch: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One shift of the week. `hole` is nobody or no_supervisor while something is missing, else empty."""

    url: str
    name: str
    span: str
    phase: str  # over, running or coming
    hole: str
    people: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Day:
    label: str
    iso: str
    is_today: bool
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Copying:
    """The first shift of a pattern that has people, and how many later ones have nobody."""

    shift_id: int
    name: str
    day: str
    empty: int


@dataclass(frozen=True, slots=True)
class Desk:
    """A post with its days."""

    post: Post
    may_manage: bool
    days: tuple[Day, ...]
    copying: tuple[Copying, ...]


@dataclass(frozen=True, slots=True)
class Week:
    team: Team
    first: date
    weeks: int
    title: str
    desks: tuple[Desk, ...]
    holes: int

    @property
    def previous(self) -> str:
        return (self.first - WEEK).isoformat()

    @property
    def following(self) -> str:
        return (self.first + WEEK).isoformat()

    @property
    def awaits_people(self) -> bool:
        """Whether there are shifts to come, and nobody at all on any of them."""
        cards = [card for desk in self.desks for day in desk.days for card in day.cards]
        coming = [card.hole for card in cards if card.phase != "over"]
        return bool(coming) and set(coming) == {"nobody"}


def teams(access: Access) -> list[Team]:
    """Whose roster the person may look at, the one they are on duty in first."""
    every = Team.objects.filter(is_active=True).order_by("name", "pk")
    mine = every if access.is_administrator else every.filter(pk__in=access.roles)
    return sorted(mine, key=lambda team: team.pk not in access.duty_team_ids)


def posts(access: Access, team: Team, first: date, weeks: int = 1) -> list[Post]:
    """The posts of the team that are in use in the weeks from this day."""
    rows = Post.objects.visible_to(access).filter(team=team, is_active=True).select_related("team")
    last = first + weeks * WEEK - timedelta(days=1)
    return [
        post
        for post in rows.order_by("name", "pk")
        if (post.first_day or date.min) <= last and (post.last_day or date.max) >= first
    ]


def end(team: Team, first: date, weeks: int) -> datetime:
    """The instant at which the weeks from this day are over in the team's zone."""
    return local_instant(first + weeks * WEEK, time(0), team.zone)


def week(access: Access, team: Team, desks: list[Post], first: date, weeks: int = 1) -> Week:
    """The shifts of the weeks from this day, with their people. Two queries, however many there are.

    A night that began on the day before is shown on the first day while it runs.
    """
    start = end(team, first, 0)
    runs = Q(starts_at__lt=start, starts_at__lte=access.now, ends_at__gt=max(access.now, start))
    shown = Q(starts_at__gte=start) | runs
    shifts = Shift.objects.filter(shown, post__in=desks, starts_at__lt=end(team, first, weeks))
    places = _places(shifts, access, team.zone)
    cards: dict[int, list[tuple[Shift, Card]]] = defaultdict(list)
    for shift in shifts.order_by("starts_at", "pk"):
        cards[shift.post_id].append((shift, card(shift, tuple(places[shift.pk]), team.zone, access.now)))
    days = [first + timedelta(days=n) for n in range(7 * weeks)]
    return Week(
        team=team,
        first=first,
        weeks=weeks,
        title=_("%(first)s to %(last)s") % {"first": day_words(first), "last": day_words(days[-1])},
        desks=tuple(_desk(post, cards[post.pk], days, access, team) for post in desks),
        holes=sum(bool(shown.hole) for row in cards.values() for _shift, shown in row),
    )


def card(shift: Shift, people: tuple[Place, ...], zone: ZoneInfo, now: datetime) -> Card:
    phase = "over" if shift.ends_at <= now else "running" if shift.starts_at <= now else "coming"
    hole = ""
    if phase != "over":
        led = any(place.is_duty_supervisor and place.state != "gone" for place in people)
        hole = "" if led else "no_supervisor" if people else "nobody"
    url = reverse("shift_detail", args=[shift.pk])
    return Card(url, shift.name, span_words(shift, zone), phase, hole, people)


def people(shift: Shift, access: Access) -> tuple[Place, ...]:
    return tuple(_places(Shift.objects.filter(pk=shift.pk), access, shift.post.team.zone)[shift.pk])


def same_shifts(shift: Shift, now: datetime) -> QuerySet[Shift]:
    """The coming shifts of the same name at the post, for two weeks: who works one often works the next."""
    last = shift.starts_at + 2 * WEEK
    coming = Shift.objects.filter(post=shift.post_id, name=shift.name, starts_at__gt=now, starts_at__lt=last)
    return coming.exclude(pk=shift.pk).order_by("starts_at", "pk")


def day_words(day: date) -> str:
    """Such as "Mon 23 Nov": the weekday is what a roster is read by."""
    return DateFormat(day).format(pgettext("weekday, day and month", "D j M"))


def span_words(shift: Shift, zone: ZoneInfo) -> str:
    return f"{_clock(shift.starts_at, zone)}–{_clock(shift.ends_at, zone)}"


def shift_words(shift: Shift, zone: ZoneInfo) -> str:
    """A shift in one line: "Mon 23 Nov, 08:00-16:00"."""
    return _("%(day)s, %(span)s") % {
        "day": day_words(shift.starts_at.astimezone(zone).date()),
        "span": span_words(shift, zone),
    }


def _desk(post: Post, cards: list[tuple[Shift, Card]], days: list[date], access: Access, team: Team) -> Desk:
    today = access.now.astimezone(team.zone).date()
    of_days: dict[date, list[Card]] = defaultdict(list)
    for shift, shown in cards:
        of_days[max(days[0], shift.starts_at.astimezone(team.zone).date())].append(shown)
    return Desk(
        post=post,
        may_manage=permissions.can_manage_post(access, post),
        days=tuple(Day(day_words(day), day.isoformat(), day == today, tuple(of_days[day])) for day in days),
        copying=tuple(_copying(cards, team.zone)),
    )


def _copying(cards: list[tuple[Shift, Card]], zone: ZoneInfo) -> Iterator[Copying]:
    """For each pattern with somebody on a shift and nobody on later ones."""
    sources: dict[int, Shift] = {}
    empty: dict[int, int] = defaultdict(int)
    for shift, shown in cards:
        if shift.pattern_id is None:
            continue
        if shown.people:
            sources.setdefault(shift.pattern_id, shift)
        elif shift.pattern_id in sources and shown.phase == "coming":
            empty[shift.pattern_id] += 1
    for pattern_id, source in sources.items():
        if count := empty[pattern_id]:
            day = day_words(source.starts_at.astimezone(zone).date())
            yield Copying(source.pk, source.name, day, count)


def _places(shifts: QuerySet[Shift], access: Access, zone: ZoneInfo) -> dict[int, list[Place]]:
    rows = (
        Assignment.objects.effective()
        .filter(shift__in=shifts)
        .select_related("user", "shift", "substitutes__user")
        .order_by("-is_duty_supervisor", "user__display_name", "pk")
    )
    places: dict[int, list[Place]] = defaultdict(list)
    for row in rows:
        places[row.shift_id].append(
            Place(
                assignment_id=row.pk,
                user_id=row.user_id,
                name=row.user.display_name,
                is_duty_supervisor=row.is_duty_supervisor,
                is_me=row.user_id == access.user.pk,
                state=_state(row, access.now),
                stands_in_for=row.substitutes.user.display_name if row.substitutes else "",
                reason=row.substitute_reason,
                checked_in=_clock(row.checked_in_at, zone) if row.checked_in_at else "",
                late_minutes=row.late_minutes,
                awaits_vouch=row.user.awaits_vouch,
            )
        )
    return places


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def _state(row: Assignment, now: datetime) -> str:
    if row.checked_in_at is None:
        return "absent" if row.shift.starts_at <= now else "coming"
    left = row.checked_out_at is not None and row.checked_out_at <= now
    return "gone" if left or row.shift.ends_at + LATEST_CHECK_OUT <= now else "on_duty"
