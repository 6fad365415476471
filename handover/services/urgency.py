"""What an item waits for while it is urgent; called by the other services, inside their transaction."""

from datetime import datetime

from django.db.models import Q

from handover.hints import must_fail
from handover.models import ClockKind, Event, Kind, PendingItem, Waits
from handover.services import clocks
from handover.services.item_changes import await_taking


def begin(*, item: PendingItem, now: datetime) -> None:
    """The item has just become urgent: it is to be answered, and taken where nobody has it.

    One that was urgent before, and of which nobody has said since what was done, goes on waiting from its
    first start: nobody gains time by making it something else for a while.
    """
    left_at = _left_unanswered_at(item)
    if not item.responded_at and not clocks.go_on(item=item, kind=Waits.RESPONSE, left_at=left_at, now=now):
        due_at = clocks.response_due(post=item.post, start_at=now)
        clocks.start(item=item, kind=ClockKind.RESPONSE, now=now, due_at=due_at)
    if item.holder_id is None and not clocks.go_on(item=item, kind=Waits.TAKEN, left_at=left_at, now=now):
        await_taking(item=item, now=now)
    clocks.watch_idle(item=item, now=now)


def end(*, item: PendingItem, now: datetime) -> None:
    """What is not urgent waits neither for taking nor for a response."""
    clocks.stop(item=item, kinds={Waits.TAKEN, Waits.RESPONSE, Waits.IDLE}, now=now, void=True)


def _left_unanswered_at(item: PendingItem) -> datetime | None:
    """When it was last made something else than urgent, unless it was reopened or worked on since."""
    changes = Event.objects.filter(
        Q(verb=Event.Verb.KIND_CHANGED, data__old=Kind.URGENT) | Q(verb=Event.Verb.REOPENED), item=item
    )
    last = changes.order_by("-at", "-pk").first()
    if last is None or last.verb == Event.Verb.REOPENED:
        return None
    is_noted = item.progressed_at and item.progressed_at > last.at
    return None if is_noted and not must_fail(item.progress, field="progress") else last.at
