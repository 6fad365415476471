"""The roster of a team for a week, and one shift with its people, in words that are ready to be shown."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.dateformat import DateFormat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Membership, Team, User
from accounts.zones import local_instant
from handover import permissions
from handover.models import LATEST_CHECK_OUT, Access, Assignment, Post, Shift

WEEK = timedelta(days=7)


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
    checked_in_at: datetime | None = None
    late_minutes: int = 0


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
class Desk:
    """A post with its week."""

    post: Post
    may_manage: bool
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Week:
    team: Team
    first: date
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


def posts(access: Access, team: Team, first: date) -> list[Post]:
    """The posts of the team that are in use in the week from this day."""
    rows = Post.objects.visible_to(access).filter(team=team, is_active=True).order_by("name", "pk")
    last = first + WEEK - timedelta(days=1)
    return [
        post for post in rows if (post.first_day or date.min) <= last and (post.last_day or date.max) >= first
    ]


def week(access: Access, team: Team, desks: list[Post], first: date) -> Week:
    """The shifts of seven days, with their people. Two queries, however many there are.

    A night that began on the day before is shown on the first day while it runs.
    """
    start, end = (local_instant(day, time(0), team.zone) for day in (first, first + WEEK))
    runs = Q(starts_at__lt=start, starts_at__lte=access.now, ends_at__gt=max(access.now, start))
    shifts = Shift.objects.filter(runs | Q(starts_at__gte=start), post__in=desks, starts_at__lt=end)
    cards: dict[tuple[int, date], list[Card]] = defaultdict(list)
    places = _places(shifts, access)
    for shift in shifts.order_by("starts_at", "pk"):
        day = max(first, shift.starts_at.astimezone(team.zone).date())
        cards[shift.post_id, day].append(card(shift, tuple(places[shift.pk]), team.zone, access.now))
    return Week(
        team=team,
        first=first,
        title=_("%(first)s to %(last)s")
        % {"first": day_words(first), "last": day_words(first + timedelta(days=6))},
        desks=tuple(_desk(post, cards, first, access, team) for post in desks),
        holes=sum(bool(card.hole) for row in cards.values() for card in row),
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
    return tuple(_places(Shift.objects.filter(pk=shift.pk), access)[shift.pk])


def candidates(team: Team) -> QuerySet[User]:
    """Who can work a shift of the team: its active members, auditors apart."""
    workers = Membership.objects.filter(team=team).exclude(role=Membership.Role.AUDITOR)
    people = User.objects.filter(is_active=True, pk__in=workers.values("user"))
    return people.order_by("display_name", "pk")


def same_shifts(shift: Shift, now: datetime) -> QuerySet[Shift]:
    """The coming shifts of the same name at the post, for two weeks: who works one often works the next."""
    last = shift.starts_at + 2 * WEEK
    coming = Shift.objects.filter(post=shift.post_id, name=shift.name, starts_at__gt=now, starts_at__lt=last)
    return coming.exclude(pk=shift.pk).order_by("starts_at", "pk")


def day_words(day: date) -> str:
    """Such as "Mon 23 Nov": the weekday is what a roster is read by."""
    return DateFormat(day).format(pgettext("weekday, day and month", "D j M"))


def span_words(shift: Shift, zone: ZoneInfo) -> str:
    return f"{shift.starts_at.astimezone(zone):%H:%M}–{shift.ends_at.astimezone(zone):%H:%M}"


def shift_words(shift: Shift, zone: ZoneInfo) -> str:
    """A shift in one line: "Mon 23 Nov, 08:00-16:00"."""
    return _("%(day)s, %(span)s") % {
        "day": day_words(shift.starts_at.astimezone(zone).date()),
        "span": span_words(shift, zone),
    }


def _desk(
    post: Post, cards: dict[tuple[int, date], list[Card]], first: date, access: Access, team: Team
) -> Desk:
    today = access.now.astimezone(team.zone).date()
    days = [first + timedelta(days=n) for n in range(7)]
    return Desk(
        post=post,
        may_manage=permissions.can_manage_post(access, post),
        days=tuple(
            Day(day_words(day), day.isoformat(), day == today, tuple(cards[post.pk, day])) for day in days
        ),
    )


def _places(shifts: QuerySet[Shift], access: Access) -> dict[int, list[Place]]:
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
                checked_in_at=row.checked_in_at,
                late_minutes=row.late_minutes,
            )
        )
    return places


def _state(row: Assignment, now: datetime) -> str:
    if row.checked_in_at is None:
        return "absent" if row.shift.starts_at <= now else "coming"
    left = row.checked_out_at is not None and row.checked_out_at <= now
    return "gone" if left or row.shift.ends_at + LATEST_CHECK_OUT <= now else "on_duty"
