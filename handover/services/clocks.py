"""Starts and stops the clocks of items, and keeps the earliest running one beside the item.

Called by the other services, inside their transaction. Stopping one that does not run changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Team
from handover.ladders import LIMIT_MINUTES
from handover.models import Clock, ClockKind, Kind, PendingItem, Post, Waits
from handover.queries.hours import in_service_from

# A follow-up made less than this before the end of the business day is due at the end of the next one.
SHORT_DAY = timedelta(hours=2)


def run(*, kind: str, started_at: datetime, due_at: datetime, **fields: Any) -> Clock:
    """An unsaved run of an item's clock, or of a handover's. The engine looks at it at once, and arms it."""
    return Clock(kind=kind, started_at=started_at, due_at=due_at, next_at=started_at, **fields)


def start(*, item: PendingItem, kind: str, now: datetime, due_at: datetime) -> None:
    """Start a run, or do nothing where one runs already: a handover never restarts a clock."""
    start_all([run(item=item, kind=kind, started_at=now, due_at=due_at)])


def start_all(runs: Iterable[Clock]) -> None:
    """Start the runs of things of which no such clock runs already."""
    Clock.objects.bulk_create(runs, ignore_conflicts=True)


def stop(*, item: PendingItem, kinds: set[str], now: datetime, void: bool = False) -> None:
    """Stop the running clocks of these kinds; `void` where what they waited for is no longer needed."""
    running = Clock.objects.filter(item=item, kind__in=kinds, stopped_at__isnull=True)
    if void:
        running.update(stopped_at=now, outcome=Clock.Outcome.VOID)
        return
    running.filter(due_at__lt=now).update(stopped_at=now, outcome=Clock.Outcome.LATE)
    running.filter(due_at__gte=now).update(stopped_at=now, outcome=Clock.Outcome.MET)


def refresh(*, item: PendingItem) -> None:
    """Write the earliest running instant to the item."""
    first = (
        Clock.objects.filter(item=item, kind__in=ClockKind.values, stopped_at__isnull=True)
        .order_by("due_at", "pk")
        .values("due_at", "kind")
    ).first()
    item.next_due_at = first["due_at"] if first else None
    item.next_clock = first["kind"] if first else ""
    PendingItem.objects.filter(pk=item.pk).update(next_due_at=item.next_due_at, next_clock=item.next_clock)


def taken_due(*, post: Post, start_at: datetime) -> datetime:
    """Until when somebody on duty must have taken an urgent item that waits since `start_at`."""
    return in_service_from(post, start_at) + timedelta(minutes=LIMIT_MINUTES[Waits.TAKEN])


def response_due(*, post: Post, start_at: datetime) -> datetime:
    return in_service_from(post, start_at) + timedelta(minutes=LIMIT_MINUTES[Waits.RESPONSE])


def done_due(*, kind: str, team: Team, key_at: datetime | None, now: datetime) -> datetime:
    """A reminder's own time; else the end of the business day, or of the next where it is nearly over."""
    if kind == Kind.REMINDER and key_at:
        return key_at
    end = team.business_day_end(now)
    return end if end - now >= SHORT_DAY else team.business_day_end(end)
