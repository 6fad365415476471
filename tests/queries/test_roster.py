"""The roster of a team for a week."""

from datetime import date, timedelta

import pytest

from handover.queries import duty, roster
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MONDAY = date(2026, 3, 9)


def look(person, desk, first=MONDAY, now=NOW):
    access = duty.access(person, now)
    return roster.week(access, desk.team, roster.posts(access, desk.team, first), first)


def cards(week):
    return [
        (day.iso, card.name, card.span, card.phase, card.hole, [place.name for place in card.people])
        for day in week.desks[0].days
        for card in day.cards
    ]


def test_week_shows_shifts_on_the_day_of_the_team_with_their_holes():
    desk = factories.post()
    amy = factories.member(desk.team, name="Amy")
    factories.shift(desk, name="Before", starts_at=NOW - timedelta(days=2))  # Sunday
    over = factories.shift(desk, name="Over", starts_at=NOW - 14 * HOUR)  # Tuesday 00:00 in Shanghai
    running = factories.shift(desk, name="Running", starts_at=NOW - HOUR)
    factories.shift(desk, name="Coming", starts_at=NOW + 9 * HOUR)
    factories.shift(desk, name="After", starts_at=NOW + timedelta(days=6))
    factories.assignment(over, amy, checked_in=True)
    factories.assignment(running, amy)

    week = look(amy, desk)

    assert cards(week) == [
        ("2026-03-10", "Over", "00:00–08:00", "over", "", ["Amy"]),
        ("2026-03-10", "Running", "13:00–21:00", "running", "no_supervisor", ["Amy"]),
        ("2026-03-10", "Coming", "23:00–07:00", "coming", "nobody", []),
    ]
    assert (week.holes, week.previous, week.following) == (2, "2026-03-02", "2026-03-16")
    assert [day.is_today for day in week.desks[0].days] == [False, True, *[False] * 5]


def test_week_shows_a_night_that_runs_since_yesterday_on_its_first_day():
    desk = factories.post()
    night = factories.shift(desk, name="Night", starts_at=NOW.replace(day=9, hour=14))  # Monday 22:00
    agent = factories.member(desk.team)
    tuesday = MONDAY + timedelta(days=1)

    while_it_runs = look(agent, desk, tuesday, now=night.ends_at - HOUR)
    afterwards = look(agent, desk, tuesday, now=night.ends_at)

    assert cards(while_it_runs) == [("2026-03-10", "Night", "22:00–06:00", "running", "nobody", [])]
    assert cards(afterwards) == []


def test_week_awaits_people_until_the_first_is_there():
    desk = factories.post()
    shift = factories.shift(desk)
    agent = factories.member(desk.team)

    before = look(agent, desk).awaits_people
    factories.assignment(shift, agent)

    assert (before, look(agent, desk).awaits_people) == (True, False)


def test_week_shows_the_substitute_and_for_whom():
    desk = factories.post()
    shift = factories.shift(desk)
    away = factories.assignment(shift, factories.member(desk.team, name="Away"), is_duty_supervisor=True)
    place = factories.assignment(
        shift,
        factories.member(desk.team, name="Helper"),
        substitutes=away,
        is_duty_supervisor=True,
        substitute_reason="Train late",
        checked_in=True,
    )

    people = roster.people(shift, duty.access(place.user, NOW))

    assert people == (
        roster.Place(
            assignment_id=place.pk,
            user_id=place.user_id,
            name="Helper",
            is_duty_supervisor=True,
            is_me=True,
            state="on_duty",
            stands_in_for="Away",
            reason="Train late",
            checked_in="13:00",
        ),
    )


def test_week_with_a_duty_supervisor_who_left_has_a_hole():
    desk = factories.post()
    place = factories.assignment(
        factories.shift(desk), is_duty_supervisor=True, checked_in=True, checked_out_at=NOW
    )

    week = look(place.user, desk)

    assert (week.holes, week.desks[0].days[1].cards[0].people[0].state) == (1, "gone")


def test_posts_leave_out_other_teams_and_other_times():
    desk = factories.post(name="Always")
    factories.post(desk.team, "Retired", is_active=False)
    factories.post(desk.team, "Later", first_day=MONDAY + timedelta(days=7))
    sunday = factories.post(desk.team, "Sunday", first_day=MONDAY + timedelta(days=6))
    factories.post()
    access = duty.access(factories.member(desk.team), NOW)

    assert roster.posts(access, desk.team, MONDAY) == [desk, sunday]


def test_teams_are_ones_own_the_one_on_duty_first():
    first, second = factories.team("A"), factories.team("B")
    factories.team("C")
    desk = factories.post(second)
    agent = factories.agent_on_duty(desk)
    factories.membership(agent, first)

    assert roster.teams(duty.access(agent, NOW)) == [second, first]


def test_same_shifts_are_coming_ones_of_the_same_name():
    desk = factories.post()
    shift = factories.shift(desk, name="Day")
    tomorrow = factories.shift(desk, name="Day", starts_at=shift.starts_at + timedelta(days=1))
    factories.shift(desk, name="Night", starts_at=shift.ends_at)
    factories.shift(desk, name="Day", starts_at=shift.starts_at - timedelta(days=1))
    factories.shift(name="Day", starts_at=tomorrow.starts_at)

    assert list(roster.same_shifts(shift, NOW)) == [tomorrow]


@pytest.mark.parametrize("count", [1, 30])
def test_week_needs_two_queries_with_few_and_many(count, django_assert_num_queries):
    desk = factories.post()
    for number in range(count):
        shift = factories.shift(desk, starts_at=NOW + number * HOUR)
        factories.assignment(shift)
        factories.assignment(shift, substitutes=factories.assignment(shift))
    access = duty.access(factories.member(desk.team), NOW)

    with django_assert_num_queries(2):
        roster.week(access, desk.team, [desk], MONDAY)


def test_week_offers_to_copy_the_first_people_of_a_pattern_to_later_shifts_with_nobody():
    desk = factories.post()
    early, late = factories.pattern(desk, "Early"), factories.pattern(desk, "Late")
    days = [NOW + timedelta(days=n) for n in range(1, 9)]
    coming = [factories.shift(desk, name="Early", pattern=early, starts_at=day) for day in days]
    factories.shift(desk, name="Late", pattern=late, starts_at=NOW + 30 * HOUR)  # nobody to copy
    factories.shift(desk, name="Single", starts_at=NOW + 31 * HOUR)
    agent = factories.assignment(coming[1]).user
    factories.assignment(coming[3])

    access = duty.access(agent, NOW)
    one, two = (roster.week(access, desk.team, [desk], MONDAY, weeks) for weeks in (1, 2))

    assert one.desks[0].copying == (roster.Copying(coming[1].pk, "Early", "Thu 12 Mar", 2),)
    assert two.desks[0].copying == (roster.Copying(coming[1].pk, "Early", "Thu 12 Mar", 5),)
    assert (len(one.desks[0].days), len(two.desks[0].days)) == (7, 14)
