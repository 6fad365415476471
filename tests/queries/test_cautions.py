"""What speaks against a roster, on nights when the clocks change too."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Membership
from handover.queries import cautions, roster
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def amy(desk):
    return factories.member(desk.team, name="Amy")


def place(desk, person, starts_at, hours=8.0, **fields):
    return factories.assignment(factories.shift(desk, starts_at=starts_at, hours=hours), person, **fields)


def said(desk, *people):
    rows = cautions.works([person.pk for person in people], NOW - 30 * DAY, NOW + 30 * DAY)
    return [(caution.short, caution.sentence) for caution in cautions.find(rows, desk.team)]


@pytest.mark.parametrize(
    ("pause", "rest"), [(0, "0 min"), (10, "10 h"), (10.5, "10 h 30 min"), (11, None)], ids=str
)
def test_rest_between_two_shifts_is_counted_from_end_to_start(desk, amy, pause, rest):
    first = place(desk, amy, NOW)
    second = place(desk, amy, first.shift.ends_at + pause * HOUR)
    both = (f"Day, {roster.shift_words(shift, desk.team.zone)}" for shift in (first.shift, second.shift))
    sentence = f"Amy has {rest} to rest between {', and '.join(both)}. 11 h are meant."

    assert said(desk, amy) == ([(f"{rest} of rest", sentence)] if rest else [])


@pytest.mark.parametrize(
    ("night", "expected"),
    [
        # The clocks go forward at 02:00 and one hour of the night is missing: 10 h of rest, not 11.
        (datetime(2026, 3, 29, tzinfo=UTC), ["10 h of rest"]),
        # They go back at 03:00: 12 h of rest.
        (datetime(2026, 10, 25, tzinfo=UTC), []),
    ],
    ids=["spring", "autumn"],
)
def test_rest_is_real_time_on_nights_when_the_clocks_change(night, expected):
    desk = factories.post(factories.team(time_zone="Europe/Berlin"))
    amy, zone = factories.member(desk.team), desk.team.zone
    ends = datetime(night.year, night.month, night.day, tzinfo=zone) - 2 * HOUR  # 22:00 by the wall
    starts = datetime(night.year, night.month, night.day, 9, tzinfo=zone)
    place(desk, amy, ends.astimezone(UTC) - 8 * HOUR)
    place(desk, amy, starts.astimezone(UTC), hours=4)

    rows = cautions.works([amy.pk], night - 2 * DAY, night + 2 * DAY)

    assert [caution.short for caution in cautions.find(rows, desk.team)] == expected


def test_two_shifts_at_once_are_named_and_a_long_one_is_not_forgotten(desk, amy):
    other = factories.post()
    factories.membership(amy, other.team)
    place(desk, amy, NOW, hours=24)
    place(factories.post(desk.team), amy, NOW + 2 * HOUR, hours=4)
    place(other, amy, NOW + 20 * HOUR)
    long = "Day, Tue 10 Mar, 14:00–14:00"
    at_once = "Amy stands on two shifts at once:"

    assert said(desk, amy) == [
        ("Two shifts at once", f"{at_once} {long}, and Day, Tue 10 Mar, 16:00–20:00."),
        ("Two shifts at once", f"{at_once} {long}, and Wed 11 Mar, 10:00–18:00 in another team."),
    ]


def test_duty_supervisor_of_several_posts_is_not_at_two_places(desk, amy):
    place(desk, amy, NOW, is_duty_supervisor=True)
    place(factories.post(desk.team), amy, NOW, is_duty_supervisor=True)

    assert said(desk, amy) == []


def test_seventh_day_in_a_row_is_named_and_each_one_after_it(desk, amy):
    for number in range(8):
        place(desk, amy, NOW + number * DAY)
    place(desk, amy, NOW + 9 * DAY)

    assert said(desk, amy) == [
        ("Day 7 in a row", "Amy works on Mon 16 Mar for the 7th day in a row. 6 are meant."),
        ("Day 8 in a row", "Amy works on Tue 17 Mar for the 8th day in a row. 6 are meant."),
    ]


def test_nights_count_for_the_day_on_which_they_start(desk, amy):
    """22:00 in Shanghai; as days in UTC they would not differ, as ends of shifts they would."""
    for number in range(6):
        place(desk, amy, NOW.replace(hour=14) + number * DAY)
    late = place(desk, amy, NOW.replace(hour=15, minute=59) + 6 * DAY, hours=4)

    found = cautions.find(cautions.works([amy.pk], NOW, NOW + 8 * DAY), desk.team)

    assert [(caution.shift_id, caution.short) for caution in found] == [(late.shift_id, "Day 7 in a row")]


def test_who_left_the_team_is_named(desk, amy):
    place(desk, amy, NOW)
    Membership.objects.all().delete()

    assert said(desk, amy) == [
        (
            "Not in the team any more",
            "Amy does not work in this team any more: Day, Tue 10 Mar, 14:00–22:00.",
        )
    ]


def test_whose_place_a_substitute_has_is_free(desk, amy):
    replaced = place(desk, amy, NOW)
    factories.assignment(replaced.shift, substitutes=replaced)
    place(factories.post(desk.team), amy, NOW)

    assert said(desk, amy) == []
