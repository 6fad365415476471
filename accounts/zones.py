"""Arithmetic between wall clocks and instants; right on nights when the clocks change."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Use a name such as Asia/Shanghai."),
            code="zone",
            params={"name": name},
        )


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clocks of the zone show this day and time.

    A time that the clocks skip is the first instant after the gap; of a time shown twice it is the first.
    """
    first = datetime.combine(day, at.replace(fold=0), tzinfo=zone)
    second = first.replace(fold=1)
    if first.utcoffset() < second.utcoffset():
        return _end_of_gap(first, second)
    return first.astimezone(UTC)


def _end_of_gap(late: datetime, early: datetime) -> datetime:
    """In a gap both readings name an existing instant, one on each side of the change between them."""
    seconds = range(int(early.timestamp()), int(late.timestamp()) + 1)
    new_offset = early.utcoffset()
    change = bisect_left(seconds, True, key=lambda at: datetime.fromtimestamp(at, early.tzinfo).utcoffset() == new_offset)
    return datetime.fromtimestamp(seconds[change], UTC)
