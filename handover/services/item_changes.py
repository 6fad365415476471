"""What every change of an item has in common; called by the other services, inside their transaction."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from handover.errors import InvalidMove
from handover.models import Clock, Customer, Event, PendingItem, Waits
from handover.services import clocks, events, search

# Everything else that happens to a snoozed item wakes it up.
SLEEPS_ON = {
    Event.Verb.EDITED,
    Event.Verb.SNOOZED,
    Event.Verb.HOLDER_CALLED,
    Event.Verb.ACKNOWLEDGED,
    Event.Verb.COMPLAINT_VERIFIED,
}


def require_open(item: PendingItem) -> None:
    if not item.is_open:
        raise InvalidMove(_("This item is not open any more."))


def touch(*, item: PendingItem, now: datetime, **changes: Any) -> None:
    """Write what nobody types, and the instant of the change, to an open item.

    The version stays: whoever is editing the item at this moment loses nothing by it. The row is locked
    until the end of the transaction where the database can do that. Raises InvalidMove.
    """
    if not PendingItem.objects.open().filter(pk=item.pk).update(changed_at=now, **changes):
        raise InvalidMove(_("This item is not open any more."))
    item.refresh_from_db(fields=["changed_at", *changes])


def note(*, item: PendingItem, verb: str, actor: User | None, now: datetime, **facts: Any) -> Event:
    """The entry of the trail for a change of the item; it stands in the customer's history too.

    What was written is found by the search from then on. A snoozed item is awake again with what happened.
    """
    if verb not in SLEEPS_ON:
        rouse(item=item, now=now)
    entry = events.record(
        verb=verb, actor=actor, now=now, item=item, **{"customer_id": item.customer_id, **facts}
    )
    if facts.get("text") or verb in (Event.Verb.EDITED, Event.Verb.TRANSFERRED):
        search.index_item(item=item)
    return entry


def rouse(*, item: PendingItem, now: datetime) -> None:
    """End the snooze, if there is one.

    The engine looks at the clocks at once: what is due by now it tells, of the rest it finds the instant.
    """
    if item.snoozed_until is None:
        return
    Clock.objects.filter(item=item, stopped_at__isnull=True, next_at__gt=now).update(next_at=now)
    item.snoozed_until = item.snoozed_by = None
    item.snooze_reason = ""
    PendingItem.objects.filter(pk=item.pk).update(snoozed_until=None, snoozed_by=None, snooze_reason="")


def await_taking(*, item: PendingItem, now: datetime) -> None:
    """Somebody on duty has to take an urgent item that stands in a queue or was handed to somebody else.

    What is passed on before anybody was told that it waits goes on waiting: else it could go round for ever.
    """
    clocks.stop(item=item, kinds={Waits.IDLE}, now=now, void=True)
    due_at = clocks.taken_due(post=item.post, start_at=now)
    waits = Clock.objects.filter(item=item, kind=Waits.TAKEN, stopped_at__isnull=True)
    if item.is_urgent and item.is_open and not waits.filter(position=0, due_at__lte=due_at).exists():
        clocks.stop(item=item, kinds={Waits.TAKEN}, now=now, void=True)
        clocks.start(item=item, kind=Waits.TAKEN, now=now, due_at=due_at)


def feel(*, item: PendingItem, now: datetime) -> None:
    """The customer's page shows the latest emotion; who is editing the profile is not disturbed by it."""
    Customer.objects.filter(pk=item.customer_id).update(emotion=item.emotion, changed_at=now)
