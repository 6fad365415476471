"""Who is on duty, and who is in charge. Nothing else in the program answers these two questions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import BigIntegerField, DateTimeField, Exists, F, OuterRef, Q, QuerySet

from accounts.models import Membership, Team, User
from handover.models import Access, Assignment, DutyPlace, Kind, PendingItem, Post, Shift

from .prepared import Rows, prepared

Role = Membership.Role


@dataclass(frozen=True)
class Duty:
    """Who is on duty at a post at an instant, and who is in charge of it then (never nobody)."""

    people: tuple[Assignment, ...]
    in_charge: tuple[User, ...]


@dataclass(frozen=True)
class Chain:
    """Everybody who may be told of a matter at one post at one instant, by what they are there."""

    on_duty: tuple[User, ...] = ()
    duty_supervisors: tuple[User, ...] = ()
    leaders: tuple[User, ...] = ()
    supervisors: tuple[User, ...] = ()
    administrators: tuple[User, ...] = ()

    def in_charge(self, parties: Collection[int] = ()) -> tuple[User, ...]:
        return self.first(self.duty_supervisors, self.leaders, self.supervisors, parties=parties)

    def first(self, *steps: tuple[User, ...], parties: Collection[int] = ()) -> tuple[User, ...]:
        """The first of the steps that has somebody who is no party; the administrators are always the last.

        Where every administrator is a party they are told all the same: it is never nobody.
        """
        for step in (*steps, self.administrators):
            if people := tuple(person for person in step if person.pk not in parties):
                return people
        return self.administrators


def on_duty(post: Post, at: datetime) -> Duty:
    """The people on duty at the post at the instant, substitutes in the place of those they stand in
    for.
    """
    people = tuple(
        Assignment.objects.on_duty(at)
        .filter(shift__post=post)
        .select_related("user", "shift")
        .order_by("user__display_name", "pk")
    )
    return Duty(people, in_charge(post, at))


def in_charge(post: Post, at: datetime, *, parties: Collection[int] = ()) -> tuple[User, ...]:
    """The duty supervisor, else the post's leaders, else the team's supervisors, else the
    administrators.

    `parties` are ids of people who are a party to the matter: they are passed over. The supervisor of
    the shift counts from its start whether checked in or not; one who checked out does not.
    """
    return chains([post], at)[post.pk].in_charge(parties)


def chains(posts: Collection[Post], at: datetime, *, seen_from: datetime | None = None) -> dict[int, Chain]:
    """The chain of each post at the instant; as many queries for many posts as for one.

    What lies after `seen_from` is still to come: there counts who is expected to be on duty.
    """
    there = Assignment.objects.on_duty(at)
    if seen_from is not None and at > seen_from:
        there = Assignment.objects.expected(at, now=seen_from)
    found = _places(posts, at, there)
    ids = {user_id for rows in found.values() for _place, user_id in rows}
    people = User.objects.filter(Q(pk__in=ids) | Q(is_administrator=True), is_active=True)
    active = list(people.order_by("display_name", "pk"))

    def those(name: str, place: int) -> tuple[User, ...]:
        return tuple(person for person in active if (place, person.pk) in found[name])

    administrators = tuple(person for person in active if person.is_administrator)
    return {
        post.pk: Chain(
            on_duty=those("on_duty", post.pk),
            duty_supervisors=those("duty_supervisors", post.pk),
            leaders=those("leaders", post.pk),
            supervisors=those("supervisors", post.team_id),
            administrators=administrators,
        )
        for post in posts
    }


def _places(
    posts: Collection[Post], at: datetime, on_duty: QuerySet[Assignment]
) -> dict[str, set[tuple[int, int]]]:
    """By name of the step: (post, person) pairs, of supervisors (team, person)."""
    rostered = (
        Assignment.objects.effective()
        .of_workers()
        .filter(shift__post__in=posts, is_duty_supervisor=True, checked_out_at__isnull=True)
    )
    pairs = {
        "on_duty": on_duty.filter(shift__post__in=posts).values_list("shift__post_id", "user_id"),
        "duty_supervisors": rostered.filter(shift__in=Shift.objects.covering(at)).values_list(
            "shift__post_id", "user_id"
        ),
        "leaders": Post.leaders.through.objects.filter(
            post__in=posts,
            user__memberships__team=F("post__team"),
            user__memberships__role=Role.LEADER,
        ).values_list("post_id", "user_id"),
        "supervisors": Membership.objects.filter(
            team__in={post.team_id for post in posts}, role=Role.SUPERVISOR
        ).values_list("team_id", "user_id"),
    }
    return {name: set(rows) for name, rows in pairs.items()}


def access(user: User, now: datetime) -> Access:
    """What the person may see and do at this instant. Two queries, three for leaders and
    administrators.

    A duty supervisor leads the post while on duty, whatever else they are: what escalates to them, they may
    settle. That is for a shift, so they keep neither its settings nor its roster, and check nobody.
    """
    rows = _memberships(user=user.pk)
    roles = {team_id: role for team_id, role, _zone in rows}
    zones = {team_id: zone for team_id, _role, zone in rows}
    led = _led_posts(user=user.pk) if Role.LEADER in roles.values() else []
    found = (DutyPlace(*row) for row in _duty_places(user=user.pk, now=now))
    places = tuple(place for place in found if place.team_id in roles)
    kept = {post_id for post_id, team_id in led if roles.get(team_id) == Role.LEADER}
    for_now = {
        place.post_id
        for place in places
        if place.is_duty_supervisor and roles[place.team_id] != Role.SUPERVISOR
    }
    return Access(
        user=user,
        now=now,
        roles=roles,
        led_post_ids=frozenset(kept | for_now),
        kept_post_ids=frozenset(kept),
        duty=places,
        team_zone=_team_zone(user, [zones[place.team_id] for place in places] or list(zones.values())),
    )


@prepared(user=BigIntegerField())
def _memberships(*, user: int) -> Rows:
    members = Membership.objects.filter(user=user, team__is_active=True)
    return members.order_by("team__name", "pk").values_list("team_id", "role", "team__time_zone")


@prepared(user=BigIntegerField())
def _led_posts(*, user: int) -> Rows:
    return Post.objects.filter(leaders=user).values_list("pk", "team_id")


@prepared(user=BigIntegerField(), now=DateTimeField())
def _duty_places(*, user: int, now: datetime) -> Rows:
    """The facts of a DutyPlace, the earliest shift first."""
    duty = Assignment.objects.on_duty(now).filter(user=user).order_by("shift__starts_at", "pk")
    return duty.values_list(
        "pk",
        "shift_id",
        "shift__post_id",
        "shift__post__team_id",
        "shift__post__name",
        "shift__name",
        "shift__outgoing_handover__ended_at",
        "is_duty_supervisor",
    )


def _team_zone(user: User, zones: list[str]) -> str:
    """The first of the zones; an administrator of no team reads the times of the first team there is."""
    if zones or not user.is_administrator:
        return zones[0] if zones else ""
    first = Team.objects.filter(is_active=True).order_by("pk").values_list("time_zone", flat=True).first()
    return first or ""


def check_in_choices(user: User, now: datetime) -> list[Assignment]:
    """The person's assignments at which they may check in now; one query where there are none."""
    soon = _shifts_to_begin(user=user.pk, now=now, soon=now + timedelta(hours=1))
    choices = [pk for pk, starts_at, early in soon if starts_at - timedelta(minutes=early) <= now]
    if not choices:
        return []
    rows = Assignment.objects.filter(pk__in=choices).select_related("shift__post__team")
    return list(rows.order_by("shift__starts_at", "pk"))


@prepared(user=BigIntegerField(), now=DateTimeField(), soon=DateTimeField())
def _shifts_to_begin(*, user: int, now: datetime, soon: datetime) -> Rows:
    return (
        Assignment.objects.effective()
        .of_workers()
        .filter(user=user, checked_in_at__isnull=True, shift__ends_at__gt=now, shift__starts_at__lte=soon)
        .values_list("pk", "shift__starts_at", "shift__post__early_minutes")
    )


def roster(*shifts: Shift | None) -> list[Assignment]:
    """Who stands on the roster of the shifts, substitutes in the place of those they stand in for."""
    rows = Assignment.objects.effective().filter(shift__in=[shift for shift in shifts if shift])
    return list(rows.select_related("user").order_by("user__display_name", "pk"))


class Name(NamedTuple):
    """Somebody on the roster of a shift, as a record names them."""

    shift_id: int
    user_id: int
    name: str
    is_duty_supervisor: bool


def names(*, outgoing: int, incoming: int | None) -> list[Name]:
    """The roster of both shifts of a boundary, as `roster` has it."""
    return [Name(*row) for row in _names(outgoing=outgoing, incoming=incoming)]


@prepared(outgoing=BigIntegerField(), incoming=BigIntegerField())
def _names(*, outgoing: int, incoming: int | None) -> Rows:
    rows = Assignment.objects.effective().filter(Q(shift=outgoing) | Q(shift=incoming))
    return rows.order_by("user__display_name", "pk").values_list(
        "shift_id", "user_id", "user__display_name", "is_duty_supervisor"
    )


def next_shift(shift: Shift) -> Shift | None:
    """The shift that takes over from this one: the first of the post that ends after it."""
    return (
        Shift.objects.filter(post=shift.post_id, starts_at__gt=shift.starts_at, ends_at__gt=shift.ends_at)
        .order_by("starts_at", "pk")
        .first()
    )


def staying(*, team: int, ends_at: datetime, incoming: int | None) -> QuerySet[Assignment]:
    """Assignments of people who work on past the end of a shift, here (the incoming one) or elsewhere in the
    team.
    """
    later = Shift.objects.filter(post__team=team, starts_at__lte=ends_at, ends_at__gt=ends_at)
    shifts = Q(shift__in=later) | Q(shift=incoming)
    return Assignment.objects.effective().of_workers().filter(shifts, checked_out_at__isnull=True)


def left_urgent(now: datetime) -> list[PendingItem]:
    """Urgent items held by somebody who is neither on duty in their team nor in charge of anything there."""
    in_charge = Membership.objects.filter(
        user=OuterRef("holder"), team=OuterRef("team"), role__in=(Role.LEADER, Role.SUPERVISOR)
    )
    on_duty = Assignment.objects.on_duty(now).filter(
        user=OuterRef("holder"), shift__post__team=OuterRef("team")
    )
    held = PendingItem.objects.open().filter(kind=Kind.URGENT, holder__isnull=False)
    administers = Q(holder__is_administrator=True)
    left = held.exclude(Exists(on_duty)).exclude(Exists(in_charge)).exclude(administers)
    return list(left.select_related("post__team", "holder", "customer").order_by("pk"))


def is_on_duty(user: User, shift: Shift | None, now: datetime) -> bool:
    """Whether the person is on duty for this very shift."""
    return shift is not None and bool(_on_duty_for(user=user.pk, shift=shift.pk, now=now))


@prepared(user=BigIntegerField(), shift=BigIntegerField(), now=DateTimeField())
def _on_duty_for(*, user: int, shift: int, now: datetime) -> Rows:
    return Assignment.objects.on_duty(now).filter(shift=shift, user=user).values_list("pk")
