"""Starts and stops what waits, and keeps the earliest running clock of an item beside it.

Called by the other services, inside their transaction. Stopping one that does not run changes nothing.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Value, When

from accounts.models import Team
from handover.ladders import OF_HANDOVERS
from handover.models import Clock, ClockKind, Dispute, Finding, Handover, Kind, PendingItem, Post, Waits
from handover.queries.hours import limit_at

# A follow-up made less than this before the end of the business day is due at the end of the next one.
SHORT_DAY = timedelta(hours=2)
Outcome = Clock.Outcome


def run(*, kind: str, started_at: datetime, due_at: datetime, **thing: Any) -> Clock:
    """An unsaved run of a clock of one of `Clock.THINGS`. The engine looks at it at once, and arms it."""
    return Clock(kind=kind, started_at=started_at, due_at=due_at, next_at=started_at, **thing)


def start(*, item: PendingItem, kind: str, now: datetime, due_at: datetime) -> None:
    """Start a run, or do nothing where one runs already: a handover never restarts a clock."""
    start_all([run(item=item, kind=kind, started_at=now, due_at=due_at)])


def start_all(runs: Iterable[Clock]) -> None:
    """Start the runs of things of which no such clock runs already."""
    Clock.objects.bulk_create(runs, ignore_conflicts=True)


def stop(
    *,
    kinds: Collection[str],
    now: datetime,
    item: PendingItem | None = None,
    handover: Handover | None = None,
    dispute: Dispute | None = None,
    finding: Finding | None = None,
    void: bool = False,
) -> None:
    """Stop the running clocks of these kinds; `void` where what they waited for is no longer needed."""
    of_thing = Clock.objects.filter(item=item, handover=handover, dispute=dispute, finding=finding)
    running = of_thing.filter(kind__in=kinds, stopped_at__isnull=True)
    in_time = Case(When(due_at__lt=now, then=Value(Outcome.LATE)), default=Value(Outcome.MET))
    running.update(stopped_at=now, outcome=Outcome.VOID if void else in_time)


def go_on(*, item: PendingItem, kind: str, left_at: datetime | None, now: datetime) -> bool:
    """Let the run that was no longer needed at `left_at` go on, as if it had not ended; whether there is one.

    The engine looks at it at once: what has come due meanwhile it tells.
    """
    if left_at is None:
        return False
    ended = Clock.objects.filter(item=item, kind=kind, outcome=Outcome.VOID, stopped_at=left_at)
    return bool(ended.update(stopped_at=None, outcome="", next_at=now))


def look_again(*, item: PendingItem, kind: str, now: datetime) -> None:
    """Let the engine look at a running clock at once: of another kind of item it may have more to tell."""
    Clock.objects.filter(item=item, kind=kind, stopped_at__isnull=True).update(next_at=now)


def stop_idle(*, item_ids: Collection[int], now: datetime) -> None:
    """Nobody has these items any more, so nobody is idle about them."""
    running = Clock.objects.filter(item__in=item_ids, kind=Waits.IDLE, stopped_at__isnull=True)
    running.update(stopped_at=now, outcome=Outcome.VOID)


def watch_idle(*, item: PendingItem, now: datetime) -> None:
    """Watch from now on that an urgent item which somebody has, and which was answered once, goes on."""
    stop(item=item, kinds={Waits.IDLE}, now=now, void=True)
    if item.is_open and item.is_urgent and item.holder_id and item.responded_at:
        start_at = max(now, item.waiting_until or now)
        due_at = limit_at(item.post, Waits.IDLE, start_at)
        start(item=item, kind=Waits.IDLE, now=now, due_at=due_at)


def watch_complaint(*, item: PendingItem, now: datetime) -> None:
    """Watch that a complaint is assigned and solved; a complaint that is none any more is not watched."""
    if not item.issue_type.is_complaint:
        stop(item=item, kinds={Waits.COMPLAINT}, now=now, void=True)
        return
    due_at = limit_at(item.post, Waits.COMPLAINT, now)
    start(item=item, kind=Waits.COMPLAINT, now=now, due_at=due_at)


def await_side(*, handover: Handover, kind: str, now: datetime) -> None:
    """Wait for the signature of one side, from the boundary on; for that of the other side no longer."""
    stop(handover=handover, kinds=OF_HANDOVERS - {kind}, now=now)
    due_at = limit_at(handover.post, kind, max(now, handover.boundary_at))
    start_all([run(handover=handover, kind=kind, started_at=now, due_at=due_at)])


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
    return limit_at(post, Waits.TAKEN, start_at)


def response_due(*, post: Post, start_at: datetime) -> datetime:
    return limit_at(post, Waits.RESPONSE, start_at)


def done_due(*, kind: str, team: Team, key_at: datetime | None, now: datetime) -> datetime:
    """A reminder's own time; else the end of the business day, or of the next where it is nearly over."""
    if kind == Kind.REMINDER and key_at:
        return key_at
    end = team.business_day_end(now)
    return end if end - now >= SHORT_DAY else team.business_day_end(end)
