from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Team
from accounts.zones import local_instant, validate_zone


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        ("Asia/Shanghai", date(2026, 3, 29), time(2, 30), utc(2026, 3, 28, 18, 30)),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), utc(2026, 3, 29, 1, 0)),  # skipped: 03:00 is first
        ("Europe/Berlin", date(2026, 3, 29), time(3, 0), utc(2026, 3, 29, 1, 0)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), utc(2026, 10, 25, 0, 30)),  # twice: the first
        ("America/New_York", date(2026, 3, 8), time(2, 0), utc(2026, 3, 8, 7, 0)),
        ("America/New_York", date(2026, 11, 1), time(1, 30), utc(2026, 11, 1, 5, 30)),
        (
            "Australia/Lord_Howe",
            date(2026, 10, 4),
            time(2, 10),
            utc(2026, 10, 3, 15, 30),
        ),  # half an hour skipped
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), utc(2026, 4, 4, 14, 45)),
        ("Pacific/Apia", date(2011, 12, 30), time(12, 0), utc(2011, 12, 30, 10, 0)),  # a whole day skipped
    ],
)
def test_local_instant_when_clocks_change(zone: str, day: date, at: time, instant: datetime) -> None:
    assert local_instant(day, at, ZoneInfo(zone)) == instant


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Asia/shanghai "])
def test_zone_unknown(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_zone(name)


@pytest.mark.parametrize(
    ("zone", "ends_at", "instant", "end"),
    [
        ("Asia/Shanghai", time(0), utc(2026, 3, 10, 6), utc(2026, 3, 10, 16)),
        ("Asia/Shanghai", time(0), utc(2026, 3, 10, 16), utc(2026, 3, 11, 16)),  # the end is of the next day
        ("Asia/Shanghai", time(0), utc(2026, 3, 10, 15, 59, 59), utc(2026, 3, 10, 16)),
        (
            "Asia/Shanghai",
            time(4),
            utc(2026, 3, 10, 19, 30),
            utc(2026, 3, 10, 20),
        ),  # 03:30 is of the day before
        ("Asia/Shanghai", time(4), utc(2026, 3, 10, 20), utc(2026, 3, 11, 20)),
        ("Europe/Berlin", time(0), utc(2026, 3, 29, 0), utc(2026, 3, 29, 22)),  # a day of 23 hours
        ("Europe/Berlin", time(0), utc(2026, 10, 24, 23), utc(2026, 10, 25, 23)),  # a day of 25 hours
        ("Europe/Berlin", time(4), utc(2026, 3, 29, 1, 30), utc(2026, 3, 29, 2)),
        ("Europe/Berlin", time(2, 30), utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 1)),  # the end is skipped
        ("Europe/Berlin", time(2, 30), utc(2026, 10, 25, 1, 0), utc(2026, 10, 26, 1, 30)),  # it comes twice
        ("America/New_York", time(0), utc(2026, 3, 8, 12), utc(2026, 3, 9, 4)),
        ("America/New_York", time(4), utc(2026, 11, 1, 8, 30), utc(2026, 11, 1, 9)),
        ("Australia/Lord_Howe", time(0), utc(2026, 4, 4, 14), utc(2026, 4, 5, 13, 30)),
        ("Australia/Lord_Howe", time(2, 10), utc(2026, 10, 3, 15, 0), utc(2026, 10, 3, 15, 30)),
    ],
)
def test_business_day_end(zone: str, ends_at: time, instant: datetime, end: datetime) -> None:
    team = Team(name="Night desk", time_zone=zone, day_ends_at=ends_at)

    assert team.business_day_end(instant) == end
