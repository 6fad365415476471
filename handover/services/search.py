"""Keeps the search in step with the items; called by the services that change them, in their transaction."""

from collections import defaultdict

from django.db.models import QuerySet

from handover.grams import grams
from handover.models import Customer, Event, PendingItem, SearchEntry

LONGEST_TEXT = 20_000  # letters of one item; of a longer history the newest part is found
FIELDS = (
    "customer__name",
    "customer__code",
    "customer__phone",
    "issue_type__name",
    "order_ref",
    "source_ref",
    "key_note",
    "waiting_for",
    "next_action",
    "plan",
    "result",
    "progress",
)


def index_item(*, item: PendingItem) -> None:
    index_items(items=PendingItem.objects.filter(pk=item.pk))


def index_customer(*, customer: Customer) -> None:
    """After the customer's name, ID or phone number changed."""
    index_items(items=PendingItem.objects.filter(customer=customer))


def index_items(*, items: QuerySet[PendingItem]) -> None:
    """Write the search entries of these items from what is stored of them. Safe to repeat."""
    written: dict[int, list[str]] = defaultdict(list)
    said = Event.objects.filter(item__in=items).exclude(text="").order_by("-at", "-pk")
    for item_id, text in said.values_list("item_id", "text"):
        written[item_id].append(text)
    entries = [
        SearchEntry(item_id=pk, text=f" {grams(_joined([*facts, *written[pk]]))} ")
        for pk, *facts in items.order_by("pk").values_list("pk", *FIELDS)
    ]
    SearchEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["item"], update_fields=["text"]
    )


def _joined(texts: list[str]) -> str:
    return "\n".join(texts)[:LONGEST_TEXT]
