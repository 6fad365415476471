"""The first set-up: from an empty installation to a roster, step by step, each safe to send twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Team, User
from handover.errors import NotAllowed
from handover.models import Event, Post, ShiftPattern
from handover.queries import setup
from handover.services import events, people, posts, teams
from handover.services.people import Place
from handover.services.posts import PatternFacts, PostFacts
from handover.services.teams import TeamFacts


class NewPerson(NamedTuple):
    display_name: str
    username: str
    role: str


@transaction.atomic
def first_administrator(*, username: str, display_name: str, password: str, now: datetime) -> User:
    """The first administrator; raises NotAllowed once there is one, also to the slower of two browsers."""
    _one_at_a_time()
    if setup.has_administrator():
        raise NotAllowed(_("There is an administrator already. Please sign in."))
    person = User.objects.create_user(
        username, password, display_name=display_name, is_administrator=True, joined_at=now
    )
    events.record(
        verb=Event.Verb.PERSON_CHANGED,
        actor=person,
        now=now,
        person=person,
        data={"changes": {"created": True, "is_administrator": ["", "True"]}, "name": display_name},
    )
    return person


@transaction.atomic
def first_team(*, facts: TeamFacts, language: str, actor: User, now: datetime) -> Team:
    """The first team, or the one that is there already: the slower of two browsers goes on with it."""
    _one_at_a_time()
    present = Team.objects.order_by("pk").first()
    return present or teams.create(facts=facts, language=language, actor=actor, now=now)


@transaction.atomic
def add_posts(*, team: Team, names: Iterable[str], early_minutes: int, actor: User, now: datetime) -> None:
    """Posts that are staffed round the clock; names that are there already are left alone."""
    _one_at_a_time()
    present = set(team.posts.values_list("name", flat=True))
    for name in dict.fromkeys(names):
        if name not in present:
            facts = PostFacts(
                name=name, early_minutes=early_minutes, first_day=None, last_day=None, is_active=True
            )
            posts.create(team=team, facts=facts, hours=[], leaders=[], actor=actor, now=now)


@transaction.atomic
def add_patterns(
    *, desks: Iterable[Post], patterns: Iterable[PatternFacts], actor: User, now: datetime
) -> None:
    """The same patterns for several posts, with their shifts; those that are there are left alone."""
    _one_at_a_time()
    wanted = list(patterns)
    for post in desks:
        present = set(ShiftPattern.objects.filter(post=post).values_list("name", "starts_at"))
        new = [facts for facts in wanted if (facts["name"], facts["starts_at"]) not in present]
        posts.add_patterns(post=post, patterns=new, actor=actor, now=now)


@transaction.atomic
def add_people(
    *, team: Team, new: Iterable[NewPerson], supervises: bool, actor: User, now: datetime
) -> list[tuple[User, str]]:
    """People of the team with their one-time passwords; `supervises` makes the actor its supervisor too.

    All or nothing: raises Conflict where a user name is taken.
    """
    if supervises:
        Membership.objects.get_or_create(user=actor, team=team, defaults={"role": Membership.Role.SUPERVISOR})
    leads = list(team.posts.order_by("pk"))
    return [
        people.create(
            username=person.username,
            display_name=person.display_name,
            places={team: Place(person.role, leads if person.role == Membership.Role.LEADER else [])},
            actor=actor,
            now=now,
        )
        for person in new
    ]


def _one_at_a_time() -> None:
    """Holds a row that is always there, so that what is looked up next stays true until the end."""
    rows = ContentType.objects.select_for_update().filter(app_label="accounts", model="user")
    rows.order_by("pk").first()
