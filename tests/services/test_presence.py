"""When people came and went, and who leaves for good."""

from datetime import timedelta

import pytest

from handover.errors import HandoverError, InvalidMove, NotAllowed
from handover.models import Assignment, Event
from handover.queries import duty
from handover.services import shifts
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post(early_minutes=15)


@pytest.fixture
def coming(desk):
    return factories.shift(desk, starts_at=NOW + 4 * HOUR)


def trail():
    return [(event.verb, event.person, event.data) for event in Event.objects.order_by("pk")]


# --- Check-in and check-out -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("after_start", "late"),
    [
        (-15 * MINUTE, 0),
        (-14 * MINUTE - timedelta(seconds=1), 0),
        (-14 * MINUTE, 1),
        (timedelta(0), 15),
        (5 * MINUTE + timedelta(seconds=59), 20),
    ],
)
def test_check_in_writes_down_the_lateness(coming, after_start, late):
    place = factories.assignment(coming)
    now = coming.starts_at + after_start

    shifts.check_in(assignment=place, now=now)

    place.refresh_from_db()
    assert (place.checked_in_at, place.late_minutes) == (now, late)
    assert trail() == [("checked_in", place.user, {"shift": coming.pk, "late_minutes": late})]


@pytest.mark.parametrize("offset", [-15 * MINUTE - timedelta(seconds=1), 8 * HOUR])
def test_check_in_refuses_too_early_and_too_late(coming, offset):
    place = factories.assignment(coming)

    with pytest.raises(InvalidMove):
        shifts.check_in(assignment=place, now=coming.starts_at + offset)

    place.refresh_from_db()
    assert place.checked_in_at is None


def test_check_in_twice_keeps_the_first(coming):
    place = factories.assignment(coming)
    shifts.check_in(assignment=place, now=coming.starts_at)

    shifts.check_in(assignment=place, now=coming.starts_at + HOUR)

    place.refresh_from_db()
    assert (place.checked_in_at, place.late_minutes) == (coming.starts_at, 15)
    assert Event.objects.count() == 1


def test_check_in_refuses_who_has_a_substitute(coming):
    place = factories.assignment(coming)
    factories.assignment(coming, substitutes=place)

    with pytest.raises(InvalidMove):
        shifts.check_in(assignment=place, now=coming.starts_at)


def test_check_in_refuses_who_only_reads(desk, coming):
    place = factories.assignment(coming, factories.member(desk.team, Role.AUDITOR))

    with pytest.raises(NotAllowed):
        shifts.check_in(assignment=place, now=coming.starts_at)

    place.refresh_from_db()
    assert place.checked_in_at is None


def test_check_out_ends_duty(desk):
    place = factories.assignment(factories.shift(desk), checked_in=True)

    shifts.check_out(assignment=place, now=NOW)

    assert duty.on_duty(desk, NOW).people == ()
    assert trail() == [("checked_out", place.user, {"shift": place.shift_id})]


def test_check_out_twice_keeps_the_first(desk):
    place = factories.assignment(factories.shift(desk), checked_in=True)
    shifts.check_out(assignment=place, now=NOW)

    shifts.check_out(assignment=place, now=NOW + HOUR)

    place.refresh_from_db()
    assert place.checked_out_at == NOW
    assert Event.objects.count() == 1


def test_check_out_forgotten_for_a_day_counts_an_hour_after_the_end(desk):
    shift = factories.shift(desk)
    place = factories.assignment(shift, checked_in=True)

    shifts.check_out(assignment=place, now=NOW + 24 * HOUR)

    place.refresh_from_db()
    assert place.checked_out_at == shift.ends_at + HOUR


def test_check_out_refuses_without_check_in(coming):
    with pytest.raises(HandoverError):
        shifts.check_out(assignment=factories.assignment(coming), now=NOW)


# --- Leaving --------------------------------------------------------------------------------------
def test_leave_coming_clears_what_has_not_begun(desk, coming):
    chief = factories.member(desk.team, Role.SUPERVISOR)
    agent = factories.member(desk.team)
    worked = factories.assignment(factories.shift(desk), agent, checked_in=True)
    factories.assignment(coming, agent)
    elsewhere = factories.assignment(factories.shift(starts_at=NOW + HOUR), agent)

    count = shifts.leave_coming(user=agent, team_ids={desk.team_id}, actor=chief, now=NOW)

    assert count == 1
    assert list(Assignment.objects.order_by("pk")) == [worked, elsewhere]
