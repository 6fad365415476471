"""What goes wrong at the posts a person leads: items that go round or wait, customers who come again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse

from handover.models import Access, Border, Led, PendingItem

from . import items
from .prepared import Rows, prepared

SHOWN = 5
# Customers are looked up for the newest items alone, so that the read stays as short however many are open.
NEWEST = 100


class Item(NamedTuple):
    """What is read of an item, by the names of its columns."""

    pk: int
    changed_at: datetime
    customer_id: int
    customer__name: str
    customer__need: str
    customer__need_note: str
    post__name: str
    idle_handover_count: int
    promise_moves: int
    other_count: int | None


@dataclass(frozen=True)
class Alarmed:
    """One item, and what is the matter with it in words."""

    url: str
    number: int
    customer: str
    need: str
    need_note: str
    place: str
    said: str


def alarmed(access: Access) -> list[Alarmed]:
    """Items with an alarm, the worst first and then the newest; a customer stands here once. Two reads."""
    stuck = map(Item._make, _stuck(border=access.border, led=access.led))
    newest = map(Item._make, _newest(border=access.border, led=access.led))
    repeating = [item for item in newest if item.other_count][:SHOWN]
    return _shape({item.pk: item for item in [*stuck, *repeating]}.values())


@prepared()
def _stuck(*, border: Border, led: Led) -> Rows:
    stuck = PendingItem.objects.within(border).led(led).stuck().annotate(other_count=items.other_count())
    return stuck.order_by("-changed_at", "-pk").values_list(*Item._fields)[:SHOWN]


@prepared()
def _newest(*, border: Border, led: Led) -> Rows:
    opened = PendingItem.objects.within(border).led(led).open().annotate(other_count=items.other_count())
    return opened.order_by("-created_at", "-pk").values_list(*Item._fields)[:NEWEST]


def _shape(rows: Iterable[Any]) -> list[Alarmed]:
    of_customers: dict[int, Any] = {}
    newest = sorted(rows, key=lambda row: (row.changed_at, row.pk), reverse=True)
    for row in sorted(newest, key=lambda row: -row.idle_handover_count - row.promise_moves):
        of_customers.setdefault(row.customer_id, row)
    return [
        Alarmed(
            url=reverse("item_detail", args=[row.pk]),
            number=row.pk,
            customer=row.customer__name,
            need=row.customer__need,
            need_note=row.customer__need_note,
            place=row.post__name,
            said=" ".join(alarm.text for alarm in items.alarms(row, other_count=row.other_count)),
        )
        for row in list(of_customers.values())[:SHOWN]
    ]
