"""Shifts made from patterns: right on nights when the clocks change, safe twice, careful with people."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from handover.models import Event, PatternSkip, Shift
from handover.services import shifts
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def spans(desk):
    return [
        (s.name, s.starts_at, s.ends_at) for s in Shift.objects.filter(post=desk).order_by("starts_at", "pk")
    ]


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_generate_makes_shifts_of_three_patterns_that_join():
    desk = factories.post()
    factories.pattern(desk, "Morning", time(8), time(16))
    factories.pattern(desk, "Middle", time(16), time(0))
    factories.pattern(desk, "Night", time(0), time(8))

    made = shifts.generate(until=NOW + timedelta(days=1), now=NOW)

    assert spans(desk) == [
        ("Morning", utc("2026-03-10T00:00"), utc("2026-03-10T08:00")),
        ("Middle", utc("2026-03-10T08:00"), utc("2026-03-10T16:00")),
        ("Night", utc("2026-03-10T16:00"), utc("2026-03-11T00:00")),
        ("Morning", utc("2026-03-11T00:00"), utc("2026-03-11T08:00")),
    ]
    assert made == 4


def test_generate_over_midnight_begins_with_the_night_that_runs():
    desk = factories.post()
    factories.pattern(desk, "Night", time(22), time(6))
    at_three = utc("2026-03-09T19:00")

    shifts.generate(until=at_three + timedelta(days=1), now=at_three)

    assert spans(desk) == [
        ("Night", utc("2026-03-09T14:00"), utc("2026-03-09T22:00")),
        ("Night", utc("2026-03-10T14:00"), utc("2026-03-10T22:00")),
    ]


def test_generate_over_a_month_end():
    desk = factories.post()
    factories.pattern(desk, "Night", time(22), time(6))
    now = utc("2026-02-28T10:00")

    shifts.generate(until=now + timedelta(days=1), now=now)

    assert spans(desk) == [("Night", utc("2026-02-28T14:00"), utc("2026-02-28T22:00"))]


@pytest.mark.parametrize(
    ("zone", "now", "starts_at", "ends_at", "hours"),
    [
        # The clocks of Berlin go from 02:00 to 03:00, those of autumn from 03:00 back to 02:00.
        ("Europe/Berlin", "2026-03-28T22:00", "2026-03-28T23:00", "2026-03-29T06:00", 7),
        ("Europe/Berlin", "2026-10-24T21:00", "2026-10-24T22:00", "2026-10-25T07:00", 9),
        ("America/New_York", "2026-03-08T04:00", "2026-03-08T05:00", "2026-03-08T12:00", 7),
        ("America/New_York", "2026-11-01T03:00", "2026-11-01T04:00", "2026-11-01T13:00", 9),
        ("Asia/Shanghai", "2026-03-28T15:00", "2026-03-28T16:00", "2026-03-29T00:00", 8),
    ],
)
def test_generate_on_a_night_when_the_clocks_change(zone, now, starts_at, ends_at, hours):
    desk = factories.post(factories.team(time_zone=zone))
    factories.pattern(desk, "Night", time(0), time(8))

    shifts.generate(until=utc(now) + 12 * HOUR, now=utc(now))

    assert spans(desk) == [("Night", utc(starts_at), utc(ends_at))]
    assert utc(ends_at) - utc(starts_at) == hours * HOUR


def test_generate_leaves_out_a_shift_that_the_clocks_skip():
    desk = factories.post(factories.team(time_zone="Europe/Berlin"))
    factories.pattern(desk, "Backup", time(2), time(3))
    now = utc("2026-03-28T22:00")

    shifts.generate(until=now + 12 * HOUR, now=now)

    assert spans(desk) == []


def test_generate_three_patterns_join_on_a_night_when_the_clocks_change():
    desk = factories.post(factories.team(time_zone="Europe/Berlin"))
    factories.pattern(desk, "Late", time(18), time(2, 30))
    factories.pattern(desk, "Early", time(2, 30), time(10))
    now = utc("2026-03-28T12:00")

    shifts.generate(until=now + 16 * HOUR, now=now)

    assert spans(desk) == [
        ("Late", utc("2026-03-28T17:00"), utc("2026-03-29T01:00")),
        ("Early", utc("2026-03-29T01:00"), utc("2026-03-29T08:00")),
    ]


def test_generate_twice_changes_nothing():
    desk = factories.post()
    factories.pattern(desk)
    shifts.generate(until=NOW + timedelta(days=3), now=NOW)
    before = list(Shift.objects.order_by("pk").values())

    made = shifts.generate(until=NOW + timedelta(days=3), now=NOW)

    assert made == 0
    assert list(Shift.objects.order_by("pk").values()) == before
    assert [e.data for e in Event.objects.all()] == [{"created": 3, "removed": 0}]


def test_generate_keeps_to_the_weekdays():
    desk = factories.post()
    factories.pattern(desk, "Day", time(9), time(17), weekdays="24")

    shifts.generate(until=NOW + timedelta(days=7), now=NOW)

    assert [start.date() for _name, start, _end in spans(desk)] == [date(2026, 3, 11), date(2026, 3, 13)]


def test_generate_keeps_inside_the_days_of_a_temporary_post():
    desk = factories.post(first_day=date(2026, 3, 12), last_day=date(2026, 3, 13))
    factories.pattern(desk, "Day", time(9), time(17))

    shifts.generate(until=NOW + timedelta(days=14), now=NOW)

    assert [start.date() for _name, start, _end in spans(desk)] == [date(2026, 3, 12), date(2026, 3, 13)]


@pytest.mark.parametrize("retired", ["post", "team", "pattern"])
def test_generate_removes_coming_shifts_of_what_is_no_longer_in_use(retired):
    desk = factories.post()
    rule = factories.pattern(desk, "Day", time(9), time(17))
    shifts.generate(until=NOW + timedelta(days=2), now=NOW)
    thing = {"post": desk, "team": desk.team, "pattern": rule}[retired]
    type(thing).objects.filter(pk=thing.pk).update(is_active=False)

    shifts.generate(until=NOW + timedelta(days=2), now=NOW)

    assert spans(desk) == [("Day", utc("2026-03-10T01:00"), utc("2026-03-10T09:00"))]  # it runs


def test_generate_after_a_change_moves_empty_shifts_alone():
    desk = factories.post()
    rule = factories.pattern(desk, "Day", time(9), time(17))
    shifts.generate(until=NOW + timedelta(days=3), now=NOW)
    running, staffed, _empty, *_rest = Shift.objects.order_by("starts_at", "pk")
    factories.assignment(staffed)
    rule.starts_at = time(10)
    rule.save()

    shifts.generate(until=NOW + timedelta(days=3), now=NOW)

    assert spans(desk) == [
        ("Day", running.starts_at, running.ends_at),
        ("Day", staffed.starts_at, staffed.ends_at),
        ("Day", utc("2026-03-12T02:00"), utc("2026-03-12T09:00")),
        ("Day", utc("2026-03-13T02:00"), utc("2026-03-13T09:00")),
    ]


def test_generate_leaves_shifts_made_by_hand_alone():
    desk = factories.post()
    by_hand = factories.shift(desk, starts_at=NOW + 5 * HOUR)

    shifts.generate(until=NOW + timedelta(days=3), now=NOW)

    assert list(Shift.objects.all()) == [by_hand]


@pytest.mark.parametrize("change", ["deleted", "edited"])
def test_generate_does_not_bring_back_a_shift_that_was_changed_by_hand(change):
    desk = factories.post()
    factories.pattern(desk, "Day", time(9), time(17))
    actor = factories.administrator()
    until = NOW + timedelta(days=2)
    shifts.generate(until=until, now=NOW)
    coming = Shift.objects.get(starts_at=utc("2026-03-11T01:00"))
    if change == "deleted":
        shifts.remove(shift=coming, actor=actor, now=NOW)
    else:
        shifts.edit(
            shift=coming,
            name="Short",
            starts_at=coming.starts_at + HOUR,
            ends_at=coming.ends_at,
            actor=actor,
            now=NOW,
        )
    before = spans(desk)

    shifts.generate(until=until, now=NOW)

    assert spans(desk) == before
    assert list(PatternSkip.objects.values_list("day", flat=True)) == [date(2026, 3, 11)]


def test_generate_for_one_post_leaves_the_others_alone():
    desk, other = factories.post(), factories.post()
    factories.pattern(desk)
    factories.pattern(other)

    shifts.generate(post=desk, until=NOW + timedelta(days=1), now=NOW)

    assert (len(spans(desk)), len(spans(other))) == (1, 0)
