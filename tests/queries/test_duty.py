"""Who is on duty, and who is in charge."""

from datetime import timedelta

import pytest

from accounts.models import User
from handover.models import Assignment, DutyPlace, Kind
from handover.permissions import can_supervise_post
from handover.queries import duty
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def running(desk):
    return factories.shift(desk)  # from an hour before NOW for eight hours


def on_duty(desk, at=NOW):
    return [assignment.user for assignment in duty.on_duty(desk, at).people]


def test_factories_make_consistent_rows(desk):
    agent = factories.agent_on_duty(desk)

    urgent = factories.item(desk, kind=Kind.URGENT)

    assert on_duty(desk) == [agent]
    assert urgent.next_due_at == NOW + 10 * MINUTE


# --- On duty --------------------------------------------------------------------------------------
def test_on_duty_lists_who_checked_in_by_name(desk, running):
    zoe = factories.assignment(running, factories.member(desk.team, name="Zoe"), checked_in=True)
    amy = factories.assignment(running, factories.member(desk.team, name="Amy"), checked_in=True)
    factories.assignment(running)
    factories.assignment(factories.shift(factories.post(desk.team)), checked_in=True)

    assert on_duty(desk) == [amy.user, zoe.user]


def test_on_duty_begins_with_an_early_check_in(desk, running):
    early = factories.assignment(running, checked_in_at=running.starts_at - 10 * MINUTE)

    assert on_duty(desk, running.starts_at - 11 * MINUTE) == []
    assert on_duty(desk, running.starts_at - 5 * MINUTE) == [early.user]


def test_on_duty_ends_at_check_out(desk, running):
    factories.assignment(running, checked_in=True, checked_out_at=NOW)

    assert len(on_duty(desk, NOW - MINUTE)) == 1
    assert on_duty(desk, NOW) == []


def test_on_duty_without_check_out_ends_an_hour_after_the_shift(desk, running):
    factories.assignment(running, checked_in=True)

    assert len(on_duty(desk, running.ends_at + 59 * MINUTE)) == 1
    assert on_duty(desk, running.ends_at + 60 * MINUTE) == []


def test_on_duty_counts_the_last_of_a_chain_of_substitutes(desk, running):
    first = factories.assignment(running, checked_in=True)
    second = factories.assignment(running, checked_in=True, substitutes=first)
    third = factories.assignment(running, checked_in=True, substitutes=second)

    assert on_duty(desk) == [third.user]


# --- Who may not work any more --------------------------------------------------------------------
NO_WORKER = pytest.mark.parametrize(
    "barred",
    [
        lambda person: person.memberships.update(role=Role.AUDITOR),
        lambda person: person.memberships.all().delete(),
        lambda person: User.objects.filter(pk=person.pk).update(is_active=False),
    ],
    ids=["auditor", "left", "disabled"],
)


@NO_WORKER
def test_check_in_outlives_no_membership(desk, running, barred):
    person = factories.assignment(running, checked_in=True).user
    stays = factories.assignment(running, checked_in=True).user

    barred(person)

    access = duty.access(person, NOW)
    assert on_duty(desk) == [stays]
    assert (access.duty, access.duty_team_ids) == ((), frozenset())
    assert [duty.is_on_duty(user, running, NOW) for user in (person, stays)] == [False, True]
    assert [
        place.user for place in duty.staying(team=desk.team_id, ends_at=running.ends_at, incoming=running.pk)
    ] == [stays]


@NO_WORKER
def test_in_charge_is_nobody_who_may_not_work(desk, running, barred):
    person = factories.assignment(running, is_duty_supervisor=True, checked_in=True).user
    leader = factories.member(desk.team, leads=desk)

    barred(person)

    assert duty.in_charge(desk, NOW) == (leader,)
    barred(leader)
    assert duty.in_charge(desk, NOW) == ()


@NO_WORKER
def test_check_in_is_not_offered_to_who_may_not_work(desk, running, barred):
    person = factories.assignment(running).user

    barred(person)

    assert duty.check_in_choices(person, NOW) == []


def test_access_of_a_former_leader_leads_nothing(desk):
    person = factories.member(desk.team, leads=desk)
    factories.membership(person, factories.team(), Role.LEADER)

    person.memberships.filter(team=desk.team).update(role=Role.AUDITOR)

    assert duty.access(person, NOW).led_post_ids == frozenset()


# --- In charge ------------------------------------------------------------------------------------
@pytest.fixture
def everybody(desk, running):
    """One person at each step of the chain."""
    return {
        "duty supervisor": factories.assignment(running, is_duty_supervisor=True).user,
        "leader": factories.member(desk.team, leads=desk),
        "supervisor": factories.member(desk.team, Role.SUPERVISOR),
        "administrator": factories.administrator(),
    }


@pytest.mark.parametrize("by", ["is a party", "is disabled"])
def test_in_charge_falls_back_step_by_step(desk, everybody, by):
    gone = set()
    for person in everybody.values():
        assert duty.in_charge(desk, NOW, parties=gone) == (person,)
        if by == "is a party":
            gone.add(person.pk)
        else:
            User.objects.filter(pk=person.pk).update(is_active=False)
    # Rather an administrator who is a party than nobody; nobody only where there is none at all.
    left = (everybody["administrator"],) if by == "is a party" else ()
    assert duty.in_charge(desk, NOW, parties=gone) == left


def test_in_charge_without_a_roster_is_the_leader_of_this_post(desk):
    leader = factories.member(desk.team, leads=desk)
    factories.member(desk.team, leads=factories.post(desk.team))

    assert duty.in_charge(desk, NOW) == (leader,)


def test_in_charge_passes_over_a_leader_who_left_the_team(desk):
    desk.leaders.add(factories.member(factories.team(), Role.LEADER))
    chief = factories.member(desk.team, Role.SUPERVISOR)

    assert duty.in_charge(desk, NOW) == (chief,)


def test_in_charge_names_all_of_a_step(desk):
    amy = factories.member(desk.team, Role.SUPERVISOR, name="Amy")
    zoe = factories.member(desk.team, Role.SUPERVISOR, name="Zoe")
    factories.member(factories.team(), Role.SUPERVISOR)

    assert duty.in_charge(desk, NOW) == (amy, zoe)


def test_in_charge_is_the_substitute_of_the_duty_supervisor(desk, running):
    away = factories.assignment(running, is_duty_supervisor=True)
    place = factories.assignment(running, is_duty_supervisor=True, substitutes=away)

    assert duty.in_charge(desk, NOW) == (place.user,)


def test_in_charge_is_not_a_duty_supervisor_who_checked_out(desk, running):
    factories.assignment(running, is_duty_supervisor=True, checked_in=True, checked_out_at=NOW)
    chief = factories.member(desk.team, Role.SUPERVISOR)

    assert duty.in_charge(desk, NOW) == (chief,)


def test_in_charge_changes_with_the_shift(desk, running):
    following = factories.shift(desk, starts_at=running.ends_at)
    first = factories.assignment(running, is_duty_supervisor=True).user
    second = factories.assignment(following, is_duty_supervisor=True).user

    assert duty.in_charge(desk, running.ends_at - MINUTE) == (first,)
    assert duty.in_charge(desk, running.ends_at) == (second,)


# --- Access ---------------------------------------------------------------------------------------
def test_access_of_an_agent_on_duty(desk, running):
    place = factories.assignment(running, checked_in=True)

    access = duty.access(place.user, NOW)

    assert access.roles == {desk.team_id: Role.AGENT}
    assert access.duty == (DutyPlace(place.pk, running.pk, desk.pk, desk.team_id, desk.name, running.name),)
    assert access.read_team_ids == {desk.team_id}
    assert not access.leads


def test_access_of_an_agent_off_duty_reads_nothing(desk, running):
    agent = factories.assignment(running).user

    assert duty.access(agent, NOW).read_team_ids == frozenset()


def test_access_of_a_leader(desk):
    leader = factories.member(desk.team, leads=desk)
    factories.post(desk.team)

    access = duty.access(leader, NOW)

    assert access.led_post_ids == {desk.pk}
    assert access.read_team_ids == {desk.team_id}
    assert access.supervised_team_ids == frozenset()


def test_access_forgets_a_team_that_is_no_longer_in_use(desk, running):
    agent = factories.assignment(running, checked_in=True).user
    desk.team.is_active = False
    desk.team.save()

    access = duty.access(agent, NOW)

    assert (access.roles, access.duty) == ({}, ())


def test_access_forgets_posts_led_in_a_team_left_behind(desk):
    leader = factories.member(factories.team(), Role.LEADER)
    desk.leaders.add(leader)

    assert duty.access(leader, NOW).led_post_ids == frozenset()


def test_access_shows_times_of_the_person_else_of_the_team_on_duty():
    berlin = factories.post(factories.team("A", time_zone="Europe/Berlin"))
    shanghai = factories.post(factories.team("B"))
    agent = factories.member(berlin.team)
    factories.membership(agent, shanghai.team)

    off_duty = duty.access(agent, NOW).time_zone
    factories.assignment(factories.shift(shanghai), agent, checked_in=True)
    on_duty_there = duty.access(agent, NOW).time_zone
    agent.time_zone = "America/New_York"

    assert (off_duty, on_duty_there) == ("Europe/Berlin", "Asia/Shanghai")
    assert duty.access(agent, NOW).time_zone == "America/New_York"


def test_access_shows_an_administrator_the_times_of_the_first_team():
    administrator = factories.administrator()
    none_yet = duty.access(administrator, NOW).time_zone
    factories.team(time_zone="Europe/Berlin")

    assert (none_yet, duty.access(administrator, NOW).time_zone) == ("", "Europe/Berlin")


# --- Check-in, neighbours -------------------------------------------------------------------------
def test_check_in_choices_open_with_the_early_minutes_of_the_post():
    desk = factories.post(early_minutes=10)
    shift = factories.shift(desk, starts_at=NOW)
    place = factories.assignment(shift)

    assert duty.check_in_choices(place.user, NOW - 10 * MINUTE - timedelta(seconds=1)) == []
    assert duty.check_in_choices(place.user, NOW - 10 * MINUTE) == [place]
    assert duty.check_in_choices(place.user, shift.ends_at) == []


def test_check_in_choices_leave_out_who_checked_in_or_has_a_substitute(desk, running):
    here = factories.assignment(running, checked_in=True)
    away = factories.assignment(running)
    factories.assignment(running, substitutes=away)

    assert duty.check_in_choices(here.user, NOW) == []
    assert duty.check_in_choices(away.user, NOW) == []


def test_next_shift_is_the_first_that_ends_later(desk, running):
    factories.shift(desk, starts_at=running.starts_at + HOUR, hours=2)
    following = factories.shift(desk, starts_at=running.ends_at)
    factories.shift(factories.post(desk.team), starts_at=running.ends_at)

    assert duty.next_shift(running) == following
    assert duty.next_shift(following) is None


def test_staying_are_those_who_stand_on_the_next_shift_too(desk, running):
    following = factories.shift(desk, starts_at=running.ends_at)
    stays = factories.assignment(running, checked_in=True).user
    next_place = factories.assignment(following, stays)
    factories.assignment(running, checked_in=True)

    assert list(duty.staying(team=desk.team_id, ends_at=running.ends_at, incoming=following.pk)) == [
        next_place
    ]


def test_staying_also_elsewhere_in_the_team_but_not_for_who_has_a_substitute(desk, running):
    elsewhere = factories.shift(factories.post(desk.team), starts_at=running.starts_at + HOUR)
    stays = factories.assignment(elsewhere)
    factories.assignment(elsewhere, substitutes=factories.assignment(elsewhere), checked_out_at=None)
    factories.assignment(factories.shift(starts_at=running.starts_at + HOUR))

    people = set(
        duty.staying(team=desk.team_id, ends_at=running.ends_at, incoming=None).values_list("user", flat=True)
    )

    replaced = elsewhere.assignments.get(substitute__isnull=False)
    assert stays.user_id in people
    assert replaced.user_id not in people
    assert len(people) == 2


def test_is_on_duty_is_about_this_very_shift(desk, running):
    place = factories.assignment(running, checked_in=True)
    other = factories.shift(desk, starts_at=running.ends_at)

    answers = [duty.is_on_duty(place.user, shift, NOW) for shift in (running, other, None)]

    assert answers == [True, False, False]


def test_duty_supervisor_leads_the_post_while_on_duty(desk, running):
    agent = factories.member(desk.team)
    place = factories.assignment(running, agent, is_duty_supervisor=True)
    assert duty.access(agent, NOW).led_post_ids == frozenset()

    Assignment.objects.filter(pk=place.pk).update(checked_in_at=NOW)
    access = duty.access(agent, NOW)
    assert (access.led_post_ids, access.kept_post_ids) == ({desk.pk}, frozenset())
    assert can_supervise_post(access, desk.pk, desk.team_id)

    Assignment.objects.filter(pk=place.pk).update(checked_out_at=NOW + MINUTE)
    assert duty.access(agent, NOW + MINUTE).led_post_ids == frozenset()
