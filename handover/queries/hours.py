"""When a post is staffed at all, and the next instant at which it is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.zones import local_instant
from handover.models import Post, ServiceHours


def _stretches(
    post: Post, hours: list[ServiceHours], around: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of service from the day before `around` to a week after it, in order."""
    zone = post.team.zone
    first = around.astimezone(zone).date() - timedelta(days=1)
    for day in (first + timedelta(days=n) for n in range(9)):
        for row in sorted((h for h in hours if h.weekday == day.weekday()), key=lambda h: h.opens_at):
            next_day = row.closes_at <= row.opens_at
            yield (
                local_instant(day, row.opens_at, zone),
                local_instant(day + timedelta(days=next_day), row.closes_at, zone),
            )


def in_service_from(post: Post, instant: datetime) -> datetime:
    """The instant itself while the post is staffed, else its next opening. No hours means round the clock."""
    hours = list(post.service_hours.all())
    for opens, closes in _stretches(post, hours, instant):
        if instant < closes:
            return max(instant, opens)
    return instant
