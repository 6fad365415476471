"""What goes wrong at the posts a person leads: items that go round or wait, customers who come again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from handover.models import Access, PendingItem

from . import items

SHOWN = 5
# Customers are looked up for the newest items alone, so that the read stays as short however many are open.
NEWEST = 100
COLUMNS = (
    "pk",
    "changed_at",
    "customer_id",
    "customer__name",
    "customer__need",
    "customer__need_note",
    "post__name",
    "idle_handover_count",
    "promise_moves",
)


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
    """Items with an alarm, the worst first and then the newest; a customer stands here once. Three reads."""
    led = Q(team__in=access.supervised_team_ids) | Q(post__in=access.led_post_ids)
    here = PendingItem.objects.visible_to(access).filter(led)
    stuck = here.stuck().order_by("-changed_at", "-pk").values_list(*COLUMNS, named=True)[:SHOWN]
    newest = here.open().order_by("-created_at", "-pk").values_list(*COLUMNS, named=True)[:NEWEST]
    counts = _open_counts({row.customer_id for row in [*stuck, *newest]})
    repeating = [row for row in newest if counts[row.customer_id] > 1][:SHOWN]
    return _shape({row.pk: row for row in [*stuck, *repeating]}.values(), counts)


def _open_counts(customer_ids: set[int]) -> dict[int, int]:
    """How many items of each of these customers are open."""
    items = PendingItem.objects.open().filter(customer__in=customer_ids).order_by()
    return dict(items.values("customer").annotate(number=Count("pk")).values_list("customer", "number"))


def _shape(rows: Iterable[Any], counts: dict[int, int]) -> list[Alarmed]:
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
            said=" ".join(alarm.text for alarm in items.alarms(row, other_count=counts[row.customer_id] - 1)),
        )
        for row in list(of_customers.values())[:SHOWN]
    ]
