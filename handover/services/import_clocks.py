"""The clocks and the promise of an imported item, as they stand after its last row.

An urgent item waits to be taken from the import on; the other clocks run since when the source says.
"""

from datetime import datetime, timedelta

from handover import lifecycle
from handover.imports.history import ENDS
from handover.models import Clock, ClockKind, Kind, PendingItem, Promise

from . import clocks
from .import_plans import Plan

Outcome = Clock.Outcome
State = Promise.State


def of_item(item: PendingItem, plan: Plan, as_of: datetime) -> list[Clock]:
    """The clocks of a new item, stopped ones included; not yet saved."""
    facts, course = plan.facts, plan.course
    done_at = clocks.done_due(kind=facts.kind, team=item.team, key_at=facts.key_at, now=course.started_at)
    found = [clocks.run(item=item, kind=ClockKind.DONE, started_at=course.started_at, due_at=done_at)]
    if facts.kind == Kind.URGENT and course.urgent_since:
        due_at = clocks.response_due(post=item.post, start_at=course.urgent_since)
        found.append(
            clocks.run(item=item, kind=ClockKind.RESPONSE, started_at=course.urgent_since, due_at=due_at)
        )
        if course.responded_at:
            _stop(found[-1], max(course.responded_at, course.urgent_since))
    if course.ended_at:
        _stop(found[0], course.ended_at, met=facts.target_met)
        return found if course.responded_at else found[:1]
    if facts.kind == Kind.URGENT:
        due_at = clocks.taken_due(post=item.post, start_at=as_of)
        found.append(clocks.run(item=item, kind=ClockKind.TAKEN, started_at=as_of, due_at=due_at))
    if facts.promise_due_at:
        started_at = min(course.created_at, facts.promise_due_at)
        found.append(
            clocks.run(item=item, kind=ClockKind.PROMISE, started_at=started_at, due_at=facts.promise_due_at)
        )
    return found


def _stop(clock: Clock, at: datetime, *, met: bool | None = None) -> None:
    """Whether it was in time says the source, where it knows."""
    in_time = clock.due_at >= at if met is None else met
    clock.stopped_at = at
    clock.outcome = Outcome.MET if in_time else Outcome.LATE


def first_due(found: list[Clock]) -> dict[str, datetime | str | None]:
    """The earliest running clock, for the fields of the item that lists sort by."""
    running = sorted((clock for clock in found if not clock.stopped_at), key=lambda clock: clock.due_at)
    if not running:
        return {"next_due_at": None, "next_clock": ""}
    return {"next_due_at": running[0].due_at, "next_clock": running[0].kind}


def bring_up_to_date(item: PendingItem, wanted: list[Clock], now: datetime) -> None:
    """Stop the clocks that no longer run or run to another instant, and start those that do."""
    running = {
        clock.kind: clock for clock in item.clocks.filter(kind__in=ClockKind.values, stopped_at__isnull=True)
    }
    starts = {clock.kind: clock for clock in wanted if not clock.stopped_at}
    stops = {clock.kind: clock for clock in wanted if clock.stopped_at}
    for kind, clock in running.items():
        start = starts.get(kind)
        if start and (kind == ClockKind.TAKEN or start.due_at == clock.due_at):
            del starts[kind]
            continue
        stop = stops.get(kind)
        clock.stopped_at = stop.stopped_at if stop else now
        clock.outcome = stop.outcome if stop else Outcome.VOID
        clock.save(update_fields=["stopped_at", "outcome"])
    Clock.objects.bulk_create(starts.values())
    clocks.refresh(item=item)


def promise_of(item: PendingItem, plan: Plan) -> Promise | None:
    """The open promise, not yet saved. When it was made is known only so far: before it was due."""
    facts = plan.facts
    if facts.promise_due_at is None or facts.stage in ENDS:
        return None
    made_at = min(plan.course.created_at, facts.promise_due_at - timedelta(minutes=1))
    return Promise(item=item, text=facts.promise, due_at=facts.promise_due_at, made_at=made_at)


def renew_promise(item: PendingItem, plan: Plan, now: datetime) -> Promise | None:
    """Settle the open promise where the matter has ended or another is made; returns that one."""
    wanted = promise_of(item, plan)
    old = item.promises.filter(state=State.OPEN).order_by("pk").first()
    if old and wanted and (wanted.text, wanted.due_at) == (old.text, old.due_at):
        return None
    if old and wanted:
        lifecycle.move(old, State.MOVED, settled_at=now)
    elif old and plan.course.ended_at:
        kept = plan.course.ended_at <= old.due_at
        lifecycle.move(old, State.KEPT if kept else State.BROKEN, settled_at=now)
    if wanted:
        wanted.save(force_insert=True)
    return wanted
