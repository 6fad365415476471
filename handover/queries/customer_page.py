"""The page of one customer: what is open, the last contacts across all matters, what happened."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from handover.models import Access, Customer, Emotion, Event, PendingItem

from . import entries, item_rows

OPEN_ITEMS = 30
CONTACTS = 3
TIMELINE = 20

Entry = dict[str, Any]


@dataclass(frozen=True)
class CustomerPage:
    open_items: list[item_rows.Row]
    contacts: list[Entry]
    timeline: list[Entry]
    emotion: Entry | None  # the contact at which the customer felt as the profile says


def read(access: Access, customer: Customer) -> CustomerPage:
    """A customer belongs to one team: who may read the customer may read what happened with them there."""
    items = PendingItem.objects.visible_to(access).open().filter(customer=customer)
    events = Event.objects.filter(customer=customer).select_related("actor", "person").order_by("-at", "-pk")
    newest = list(events[: TIMELINE + 1])
    contacts = _contacts(events, newest, CONTACTS)
    felt = customer.emotion != Emotion.NEUTRAL
    source = _contacts(events, newest, 1, emotion=customer.emotion) if felt else []
    return CustomerPage(
        open_items=item_rows.read(items.order_by("next_due_at", "pk")[:OPEN_ITEMS], access.now),
        contacts=entries.shape(contacts, access.now, name_items=True),
        timeline=entries.shape(newest[:TIMELINE], access.now, name_items=True),
        emotion=next(iter(entries.shape(source, access.now, name_items=True)), None),
    )


def _contacts(events: QuerySet[Event], newest: list[Event], size: int, *, emotion: str = "") -> list[Event]:
    """The last contacts, as a rule among what was read already."""
    found = [e for e in newest if e.verb in Event.CONTACTS and emotion in ("", e.emotion)][:size]
    if len(found) == size or len(newest) <= TIMELINE:
        return found
    older = events.filter(verb__in=Event.CONTACTS)
    return list((older.filter(emotion=emotion) if emotion else older)[:size])
