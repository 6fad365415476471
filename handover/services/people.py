"""Creates and changes people: who they are, what they may do in which team, which posts they lead."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, TypedDict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import Membership, Team, User
from handover.errors import Conflict, InvalidMove
from handover.models import Event, PendingItem, Post
from handover.services import events, holding, setting_changes, shifts


class PersonFacts(TypedDict):
    display_name: str
    email: str
    is_active: bool
    is_administrator: bool


class Place(NamedTuple):
    """What a person is in a team; an empty role means not a member. Only leaders lead posts."""

    role: str
    led_posts: list[Post]


Places = Mapping[Team, Place]


@transaction.atomic
def create(
    *,
    username: str,
    display_name: str,
    email: str = "",
    is_administrator: bool = False,
    places: Places,
    actor: User,
    now: datetime,
) -> tuple[User, str]:
    """A person with their teams, and the one-time password to hand over.

    Raises Conflict where the user name is taken.
    """
    try:
        with transaction.atomic():
            person, password = accounts.create_user(
                username=username,
                display_name=display_name,
                email=email,
                is_administrator=is_administrator,
            )
    except (IntegrityError, ValidationError) as error:
        raise Conflict(_("A person with this user name already exists.")) from error
    changes = {"created": True} | _set_places(person, places)
    joined = [team for team, place in places.items() if place.role]
    _record(person, changes=changes, teams=joined, actor=actor, now=now)
    return person, password


@transaction.atomic
def edit(*, person: User, facts: PersonFacts, places: Places, actor: User, now: datetime) -> None:
    """Changes a person, and their role in the teams of `places` alone.

    Who leaves a team or only reads there from now on, or may no longer sign in, leaves its coming shifts, and
    the items they held stand in the queue again. Raises InvalidMove for the last administrator, and for who
    would lock themselves out.
    """
    _refuse_lock_out(person, facts, actor=actor)
    before, worked = _team_ids(person.memberships.all()), _team_ids(person.memberships.workers())
    changes = setting_changes.write(person, facts) | _set_places(person, places)
    after, works = _team_ids(person.memberships.all()), _team_ids(person.memberships.workers())
    left = worked - works if person.is_active else before
    if left:
        _leave(person, left, actor=actor, now=now)
    teams = Team.objects.filter(pk__in=before | after).order_by("pk")
    _record(person, changes=changes, teams=list(teams), actor=actor, now=now)


def _set_places(person: User, places: Places) -> dict[str, list[str]]:
    changes = {}
    for team, place in places.items():
        old = person.memberships.filter(team=team).first()
        if place.role != (old.role if old else ""):
            changes[f"role in {team}"] = [old.role if old else "", place.role]
            _set_role(person, team, place.role)
        led = place.led_posts if place.role == Membership.Role.LEADER else []
        former = set(person.led_posts.filter(team=team))
        if former != set(led):
            changes[f"leads in {team}"] = [_names(former), _names(led)]
            person.led_posts.remove(*former)
            person.led_posts.add(*led)
    return changes


def _set_role(person: User, team: Team, role: str) -> None:
    if role:
        Membership.objects.update_or_create(user=person, team=team, defaults={"role": role})
    else:
        Membership.objects.filter(user=person, team=team).delete()


def _team_ids(memberships: QuerySet[Membership]) -> set[int]:
    return set(memberships.values_list("team_id", flat=True))


def _names(posts: "set[Post] | list[Post]") -> str:
    return ", ".join(sorted(post.name for post in posts))


def _leave(person: User, team_ids: set[int], *, actor: User, now: datetime) -> None:
    shifts.leave_coming(user=person, team_ids=team_ids, actor=actor, now=now)
    held = PendingItem.objects.open().filter(holder=person, team__in=team_ids)
    for item in held.select_related("post__team", "team", "holder").order_by("pk"):
        holding.release(item=item, actor=actor, now=now, reason=_("The holder has left the team."))


def _refuse_lock_out(person: User, facts: PersonFacts, *, actor: User) -> None:
    stays = facts["is_active"] and facts["is_administrator"]
    if person == actor and not facts["is_active"]:
        raise InvalidMove(_("You cannot end your own access. Ask another administrator."))
    if person.is_administrator and not stays:
        # Locks the others, so that of two administrators who end each other's rights one remains.
        others = User.objects.select_for_update().filter(is_administrator=True, is_active=True)
        if not [other for other in others.order_by("pk") if other != person]:
            raise InvalidMove(_("This is the last administrator. Make somebody else administrator first."))


def _record(
    person: User, *, changes: Mapping[str, object], teams: list[Team], actor: User, now: datetime
) -> None:
    """One entry in the trail of each team concerned."""
    places: list[Team | None] = [*teams] or [None]
    if changes:
        entries = [
            events.entry(
                verb=Event.Verb.PERSON_CHANGED,
                actor=actor,
                now=now,
                team=team,
                person=person,
                data={"changes": dict(changes), "name": person.display_name},
            )
            for team in places
        ]
        events.record_all(entries)
