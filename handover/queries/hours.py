"""When a post is staffed at all, and the next instant at which it is."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.zones import local_instant
from handover.ladders import LIMIT_MINUTES
from handover.models import Post, ServiceHours, Waits

from .spans import Span, within

DAY = timedelta(days=1)


def in_service_from(post: Post, instant: datetime) -> datetime:
    """The instant itself while the post is staffed, else its next opening. No hours means round the clock."""
    hours = list(post.service_hours.all())
    if not hours:
        return instant
    zone = post.team.zone
    first = instant.astimezone(zone).date() - DAY
    for day in _days(first, first + 8 * DAY):
        for opens, closes in _of_day(day, hours, zone):
            if instant < closes:
                return max(instant, opens)
    return instant


def limit_at(post: Post, kind: str, start_at: datetime) -> datetime:
    """The instant of a clock at the post that begins to count at `start_at`, or at the next opening."""
    return in_service_from(post, start_at) + timedelta(minutes=LIMIT_MINUTES.get(Waits(kind), 0))


def service(post: Post, start: datetime, end: datetime) -> list[Span]:
    """The stretches between two instants in which the post is staffed, on the days on which it exists.

    A stretch belongs to the day on which it opens.
    """
    hours, zone = list(post.service_hours.all()), post.team.zone
    first = max(start.astimezone(zone).date() - DAY, post.first_day or date.min)
    last = min(end.astimezone(zone).date(), post.last_day or date.max)
    days = _days(first, last)
    if hours:
        return within((span for day in days for span in _of_day(day, hours, zone)), start, end)
    return within((_whole(day, zone) for day in days), start, end)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def _of_day(day: date, hours: list[ServiceHours], zone: ZoneInfo) -> Iterator[Span]:
    """The stretches of service that begin on the day, in order."""
    for row in sorted((h for h in hours if h.weekday == day.weekday()), key=lambda h: h.opens_at):
        closes_on = day + DAY * (row.closes_at <= row.opens_at)
        yield Span(local_instant(day, row.opens_at, zone), local_instant(closes_on, row.closes_at, zone))


def _whole(day: date, zone: ZoneInfo) -> Span:
    return Span(local_instant(day, time(0), zone), local_instant(day + DAY, time(0), zone))
