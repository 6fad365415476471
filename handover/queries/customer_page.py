"""The page of one customer: what is open, the last contacts across all matters, what happened."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, QuerySet

from handover.models import Access, Customer, Emotion, Event, PendingItem

from . import entries, item_rows
from .entries import Entry
from .prepared import Rows, prepared

OPEN_ITEMS = 30
CONTACTS = 3
TIMELINE = 20

Shown = dict[str, Any]


@dataclass(frozen=True)
class CustomerPage:
    open_items: list[item_rows.Row]
    contacts: list[Shown]
    timeline: list[Shown]
    emotion: Shown | None  # the contact at which the customer felt as the profile says


def read(access: Access, customer: Customer) -> CustomerPage:
    """A customer and all that hangs on them belong to one team: who may read the one may read the other.

    So nothing is filtered by the team here, and the index of the customer is the only one to read by.
    """
    newest = [Entry(*row) for row in _newest(customer=customer.pk)]
    contacts = _contacts(customer, newest, CONTACTS)
    felt = customer.emotion != Emotion.NEUTRAL
    source = _contacts(customer, newest, 1, emotion=customer.emotion) if felt else []
    return CustomerPage(
        open_items=_open_items(access, customer),
        contacts=entries.shape(contacts, access.now, name_items=True),
        timeline=entries.shape(newest[:TIMELINE], access.now, name_items=True),
        emotion=next(iter(entries.shape(source, access.now, name_items=True)), None),
    )


def _open_items(access: Access, customer: Customer) -> list[item_rows.Row]:
    """The newest that are open, the most pressing first."""
    items = PendingItem.objects.open().filter(customer=customer).order_by("-created_at", "-pk")
    rows = item_rows.read(items[:OPEN_ITEMS], access.now)
    return sorted(rows, key=lambda row: (row["due_at"], row["id"]))


def _events(customer: Customer | int) -> QuerySet[Event]:
    return Event.objects.filter(customer=customer).order_by("-at", "-pk")


@prepared(customer=BigIntegerField())
def _newest(*, customer: int) -> Rows:
    return _events(customer).values_list(*entries.COLUMNS)[: TIMELINE + 1]


def _contacts(customer: Customer, newest: list[Entry], size: int, *, emotion: str = "") -> list[Entry]:
    """The last contacts, as a rule among what was read already."""
    found = [e for e in newest if e.verb in Event.CONTACTS and emotion in ("", e.emotion)][:size]
    if len(found) == size or len(newest) <= TIMELINE:
        return found
    older = _events(customer).filter(verb__in=Event.CONTACTS)
    return entries.rows((older.filter(emotion=emotion) if emotion else older)[:size])
