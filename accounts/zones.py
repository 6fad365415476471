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
    wall = datetime.combine(day, at.replace(fold=0), tzinfo=zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return first if first <= second else _end_of_gap(second, first, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """A skipped time can be read by the old or the new clocks: one instant on each side of the change."""
    new_offset = after.astimezone(zone).utcoffset()
    seconds = range(int(before.timestamp()), int(after.timestamp()) + 1)
    change = bisect_left(
        seconds, True, key=lambda second: datetime.fromtimestamp(second, zone).utcoffset() == new_offset
    )
    return datetime.fromtimestamp(seconds[change], UTC)
