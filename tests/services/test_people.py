"""People: who they are, where they belong, and what happens to their work when they leave."""

import pytest

from accounts.models import User
from handover.errors import Conflict, InvalidMove
from handover.models import Assignment, Event, PendingItem
from handover.queries import duty
from handover.services import people
from handover.services.people import Place
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief():
    return factories.administrator("Chief")


def facts(person, **changes):
    names = ("display_name", "email", "is_active", "is_administrator")
    return {name: getattr(person, name) for name in names} | changes


def edit(person, chief, places=None, **changes):
    people.edit(person=person, facts=facts(person, **changes), places=places or {}, actor=chief, now=NOW)


def trail():
    return [(event.team, event.person, event.data["changes"]) for event in Event.objects.order_by("pk")]


def test_create_gives_a_one_time_password_and_roles(chief):
    desk = factories.post()

    person, password = people.create(
        username="amy",
        display_name="Amy",
        places={desk.team: Place(Role.LEADER, [desk]), factories.team(): Place("", [])},
        actor=chief,
        now=NOW,
    )

    assert person.check_password(password)
    assert person.must_change_password
    assert list(person.memberships.values_list("team", "role")) == [(desk.team_id, Role.LEADER)]
    assert list(person.led_posts.all()) == [desk]
    assert [(team, who) for team, who, _changes in trail()] == [(desk.team, person)]


def test_create_of_a_taken_user_name_is_a_conflict(chief):
    factories.user(username="amy")

    with pytest.raises(Conflict):
        people.create(username="AMY", display_name="Amy", places={}, actor=chief, now=NOW)

    assert User.objects.count() == 2


def test_edit_changes_the_role_and_what_is_led(chief):
    desk = factories.post()
    person = factories.member(desk.team, leads=desk)

    edit(person, chief, {desk.team: Place(Role.SUPERVISOR, [])})

    assert list(person.memberships.values_list("role", flat=True)) == [Role.SUPERVISOR]
    assert not person.led_posts.exists()
    changes = {
        f"role in {desk.team}": ["leader", "supervisor"],
        f"leads in {desk.team}": [desk.name, ""],
    }
    assert trail() == [(desk.team, person, changes)]


def test_edit_twice_leaves_one_trace(chief):
    person = factories.member(factories.team())
    for _time in range(2):
        edit(person, chief, display_name="New name")

    assert len(trail()) == 1


def test_edit_leaves_other_teams_alone(chief):
    first, second = factories.post(), factories.post()
    person = factories.member(first.team, leads=first)
    factories.membership(person, second.team)

    edit(person, chief, {second.team: Place("", [])})

    assert list(person.memberships.values_list("team", flat=True)) == [first.team_id]
    assert list(person.led_posts.all()) == [first]


@pytest.mark.parametrize("how", ["disabled", "left the team", "only reads from now on"])
def test_who_leaves_is_taken_off_the_roster_and_their_items_stand_in_the_queue(chief, how):
    desk = factories.post()
    person = factories.member(desk.team)
    factories.assignment(factories.shift(desk, starts_at=NOW.replace(hour=12)), person)
    item = factories.item(desk, holder=person)

    if how == "disabled":
        edit(person, chief, is_active=False)
    else:
        role = "" if how == "left the team" else Role.AUDITOR
        edit(person, chief, {desk.team: Place(role, [])})

    assert not Assignment.objects.exists()
    assert PendingItem.objects.get(pk=item.pk).holder is None
    assert set(Event.objects.values_list("verb", flat=True)) == {
        "roster_changed",
        "released",
        "person_changed",
    }


def test_last_administrator_stays(chief):
    factories.administrator(is_active=False)
    other = factories.user()

    with pytest.raises(InvalidMove, match="last administrator"):
        people.edit(person=chief, facts=facts(chief, is_administrator=False), places={}, actor=other, now=NOW)

    chief.refresh_from_db()
    assert chief.is_administrator


def test_one_of_two_administrators_may_go(chief):
    other = factories.administrator()

    edit(other, chief, is_administrator=False)

    other.refresh_from_db()
    assert not other.is_administrator


def test_nobody_ends_their_own_access(chief):
    factories.administrator()

    with pytest.raises(InvalidMove, match="your own access"):
        edit(chief, chief, is_active=False)


@pytest.mark.parametrize("how", ["disabled", "left the team", "only reads from now on"])
def test_who_loses_the_right_to_work_while_on_duty_is_not_on_duty_any_more(chief, how):
    desk = factories.post()
    person = factories.agent_on_duty(desk)

    if how == "disabled":
        edit(person, chief, is_active=False)
    else:
        role = "" if how == "left the team" else Role.AUDITOR
        edit(person, chief, {desk.team: Place(role, [])})

    assert duty.on_duty(desk, NOW).people == ()
    event = Event.objects.get(verb=Event.Verb.CHECKED_OUT)
    assert (event.actor, event.person) == (chief, person)
