"""What every change of an item has in common; called by the other services, inside their transaction."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from handover.errors import InvalidMove
from handover.models import Customer, Event, PendingItem, Waits
from handover.services import clocks, events, search


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

    What was written is found by the search from then on.
    """
    entry = events.record(
        verb=verb, actor=actor, now=now, item=item, **{"customer_id": item.customer_id, **facts}
    )
    if facts.get("text") or verb in (Event.Verb.EDITED, Event.Verb.TRANSFERRED):
        search.index_item(item=item)
    return entry


def await_taking(*, item: PendingItem, now: datetime) -> None:
    """Somebody on duty has to take an urgent item that stands in a queue or was handed to somebody else."""
    clocks.stop(item=item, kinds={Waits.TAKEN, Waits.IDLE}, now=now, void=True)
    if item.is_urgent and item.is_open:
        due_at = clocks.taken_due(post=item.post, start_at=now)
        clocks.start(item=item, kind=Waits.TAKEN, now=now, due_at=due_at)


def feel(*, item: PendingItem, now: datetime) -> None:
    """The customer's page shows the latest emotion; who is editing the profile is not disturbed by it."""
    Customer.objects.filter(pk=item.customer_id).update(emotion=item.emotion, changed_at=now)
