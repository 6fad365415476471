"""Business weeks on the clocks of a team."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import Team
from handover.queries.weeks import week_of


def team(zone="Asia/Shanghai", day_ends_at=time(0)):
    return Team(time_zone=zone, day_ends_at=day_ends_at)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day_ends_at", "starts_at"),
    [(time(0), utc(2026, 3, 8, 16)), (time(4), utc(2026, 3, 8, 20)), (time(22), utc(2026, 3, 8, 14))],
)
def test_a_week_begins_with_the_business_day_of_its_monday(day_ends_at, starts_at):
    place = team(day_ends_at=day_ends_at)

    week = week_of(place, starts_at)

    assert week == (date(2026, 3, 9), starts_at, starts_at + timedelta(days=7))
    assert week_of(place, week.ends_at - timedelta(seconds=1)) == week
    assert week_of(place, starts_at - timedelta(seconds=1)).ends_at == starts_at
    assert week_of(place, week.ends_at).starts_at == week.ends_at


def test_a_week_with_a_change_of_the_clocks_is_an_hour_shorter():
    week = week_of(team("Europe/Berlin"), utc(2026, 3, 25))

    assert (week.monday, week.ends_at - week.starts_at) == (date(2026, 3, 23), timedelta(days=7, hours=-1))
