"""Filling later shifts of a pattern with the people of one."""

from datetime import timedelta

import pytest

from handover.errors import NotAllowed
from handover.models import Assignment, Event
from handover.services import shift_copies
from handover.services.shift_copies import Copied
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def week(desk):
    """Seven shifts of one pattern, the first tomorrow."""
    early = factories.pattern(desk, "Early")
    return [
        factories.shift(desk, name="Early", pattern=early, starts_at=NOW + n * DAY, hours=8)
        for n in range(1, 8)
    ]


def copy(source, *, until=NOW + 8 * DAY, now=NOW) -> Copied:
    leader = factories.member(source.post.team, leads=source.post)
    return shift_copies.copy(source=source, until=until, actor=leader, now=now)


def people(shift) -> list[tuple[int, bool]]:
    rows = shift.assignments.order_by("-is_duty_supervisor", "pk")
    return list(rows.values_list("user", "is_duty_supervisor"))


def test_copy_fills_later_shifts_of_the_pattern_that_have_nobody(desk, week) -> None:
    amy, chief = factories.member(desk.team), factories.member(desk.team)
    factories.assignment(week[1], amy)
    factories.assignment(week[1], chief, is_duty_supervisor=True)
    other = factories.assignment(week[3]).user
    late = factories.shift(desk, pattern=factories.pattern(desk, "Late"), starts_at=NOW + 3.5 * DAY)

    copied = copy(week[1], until=week[6].starts_at)

    both = [(chief.pk, True), (amy.pk, False)]
    assert copied == Copied(3, 0, ())
    assert [people(shift) for shift in week] == [[], both, both, [(other.pk, False)], both, both, []]
    assert people(late) == []
    assert Event.objects.filter(verb=Event.Verb.ROSTER_CHANGED).count() == 6


def test_copy_leaves_out_a_shift_at_which_somebody_stands_elsewhere(desk, week) -> None:
    amy = factories.member(desk.team, name="Amy")
    factories.assignment(week[0], amy)
    factories.assignment(week[0])
    elsewhere = factories.post(desk.team)
    for start in (week[2].starts_at - 7 * timedelta(hours=1), week[4].ends_at - timedelta(hours=1)):
        factories.assignment(factories.shift(elsewhere, starts_at=start), amy)
    factories.assignment(factories.shift(elsewhere, starts_at=week[5].ends_at), amy)  # right after it

    copied = copy(week[0])

    assert copied == Copied(4, 2, ("Amy",))
    assert [len(people(shift)) for shift in week] == [2, 2, 0, 2, 0, 2, 2]


def test_copy_lets_a_duty_supervisor_lead_two_posts_at_once(desk, week) -> None:
    chief = factories.assignment(week[0], is_duty_supervisor=True).user
    elsewhere = factories.post(desk.team)
    led = factories.shift(elsewhere, starts_at=week[1].starts_at)
    factories.assignment(led, chief, is_duty_supervisor=True)
    worked = factories.shift(elsewhere, starts_at=week[2].starts_at)
    factories.assignment(worked, chief)

    assert copy(week[0]) == Copied(5, 1, (chief.display_name,))
    assert (len(people(week[1])), len(people(week[2]))) == (1, 0)


def test_copy_takes_the_substitute_and_leaves_who_is_away(desk, week) -> None:
    away = factories.assignment(week[0])
    instead = factories.assignment(week[0], substitutes=away).user

    copy(week[0])

    assert people(week[1]) == [(instead.pk, False)]


def test_copy_twice_finds_nothing_to_fill(desk, week) -> None:
    factories.assignment(week[0])
    copy(week[0])

    assert copy(week[0]) == Copied(0, 0, ())
    assert Assignment.objects.count() == 7


def test_copy_leaves_shifts_alone_that_have_begun(desk, week) -> None:
    factories.assignment(week[0])

    copied = copy(week[0], now=week[4].starts_at)

    assert copied == Copied(2, 0, ())


@pytest.mark.parametrize("pattern", [None, "Early"])
def test_copy_of_a_single_shift_or_of_nobody_fills_nothing(desk, week, pattern) -> None:
    source = week[0] if pattern else factories.assignment(factories.shift(desk)).shift

    assert copy(source) == Copied(0, 0, ())


def test_copy_of_somebody_who_left_the_team_changes_nothing(desk, week) -> None:
    gone = factories.assignment(week[0]).user
    factories.assignment(week[0])
    gone.memberships.all().delete()

    with pytest.raises(NotAllowed, match="does not work in this team"):
        copy(week[0])

    assert Assignment.objects.count() == 2
