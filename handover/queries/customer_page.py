"""The page of one customer: what is open, the last contacts across all matters, what happened."""

from dataclasses import dataclass
from typing import Any

from handover.models import Access, Customer, Emotion, Event, PendingItem

from . import entries, item_rows

OPEN_ITEMS = 30
CONTACTS = 3
TIMELINE = 30

Entry = dict[str, Any]


@dataclass(frozen=True)
class CustomerPage:
    open_items: list[item_rows.Row]
    contacts: list[Entry]
    timeline: list[Entry]
    emotion: Entry | None  # the contact at which the customer felt as the profile says


def read(access: Access, customer: Customer) -> CustomerPage:
    """What another team did with a matter that was passed on to it stays out."""
    items = PendingItem.objects.visible_to(access).open().filter(customer=customer)
    events = Event.objects.visible_to(access).filter(customer=customer).order_by("-at", "-pk")
    contacts = events.filter(verb__in=Event.CONTACTS)

    def shown(found: Any) -> list[Entry]:
        return entries.read(found, access.now, name_items=True)

    felt = customer.emotion != Emotion.NEUTRAL
    source = shown(contacts.filter(emotion=customer.emotion)[:1]) if felt else []
    return CustomerPage(
        open_items=item_rows.read(items.order_by("next_due_at", "pk")[:OPEN_ITEMS], access.now),
        contacts=shown(contacts[:CONTACTS]),
        timeline=shown(events[:TIMELINE]),
        emotion=source[0] if source else None,
    )
