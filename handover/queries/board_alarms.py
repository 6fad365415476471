"""What goes wrong at the posts a person leads: items that go round or wait, customers who come again."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from handover.models import Access, PendingItem

from . import items

SHOWN = 5
# Customers are looked up for the newest items alone, so that the read stays as short however many are open.
NEWEST = 100
COLUMNS = (
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
    """Items with an alarm, the worst first and then the newest; a customer stands here once. One query."""
    led = Q(team__in=access.supervised_team_ids) | Q(post__in=access.led_post_ids)
    here = PendingItem.objects.visible_to(access).filter(led)
    stuck = here.stuck().order_by("-changed_at", "-pk")[:SHOWN]
    newest = here.open().order_by("-created_at", "-pk")[:NEWEST]
    # A union that SQLite takes: the parts that are cut off stand one level below.
    found = _anew(stuck).union(_anew(_of_repeating_customers(newest)))
    rows = (
        PendingItem.objects.filter(pk__in=found.values("pk"))
        .select_related("customer", "post")
        .only(*COLUMNS)
    )
    return _shape(rows.annotate(other_count=items.other_count()).order_by("-changed_at", "-pk"))


def _of_repeating_customers(newest: QuerySet[PendingItem]) -> QuerySet[PendingItem]:
    others = PendingItem.objects.open().filter(customer=OuterRef("customer")).exclude(pk=OuterRef("pk"))
    repeating = PendingItem.objects.filter(Exists(others), pk__in=newest.values("pk"))
    return repeating.order_by("-created_at", "-pk")[:SHOWN]


def _anew(found: QuerySet[PendingItem]) -> QuerySet[PendingItem]:
    return PendingItem.objects.filter(pk__in=found.values("pk"))


def _shape(rows: Iterable[PendingItem]) -> list[Alarmed]:
    of_customers: dict[int, PendingItem] = {}
    for item in sorted(rows, key=lambda item: -item.idle_handover_count - item.promise_moves):
        of_customers.setdefault(item.customer_id, item)
    return [
        Alarmed(
            url=reverse("item_detail", args=[item.pk]),
            number=item.pk,
            customer=item.customer.name,
            need=item.customer.need,
            need_note=item.customer.need_note,
            place=item.post.name,
            said=" ".join(alarm.text for alarm in items.alarms(item, other_count=vars(item)["other_count"])),
        )
        for item in list(of_customers.values())[:SHOWN]
    ]
