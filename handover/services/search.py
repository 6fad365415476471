"""Keeps the search in step with the items; called by the services that change them, in their transaction."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import BigIntegerField, QuerySet

from handover.grams import grams
from handover.models import Customer, Event, PendingItem, SearchEntry
from handover.queries.prepared import Row, Rows, prepared

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
    """As `index_items`, for the one item of nearly every change."""
    _write(_facts_of_one(item=item.pk), _said_of_one(item=item.pk))


def index_customer(*, customer: Customer) -> None:
    """After the customer's name, ID or phone number changed."""
    index_items(items=PendingItem.objects.filter(customer=customer))


def index_items(*, items: QuerySet[PendingItem]) -> None:
    """Write the search entries of these items from what is stored of them. Safe to repeat."""
    _write(_facts(items), _said(Event.objects.filter(item__in=items)))


def _write(facts_of_items: Iterable[Row], said: Iterable[Row]) -> None:
    written: dict[int, list[str]] = defaultdict(list)
    for item_id, text in said:
        written[item_id].append(text)
    entries = [
        SearchEntry(item_id=pk, text=f" {grams(_joined([*facts, *written[pk]]))} ")
        for pk, *facts in facts_of_items
    ]
    SearchEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["item"], update_fields=["text"]
    )


def _facts(items: QuerySet[PendingItem]) -> Rows:
    return items.order_by("pk").values_list("pk", *FIELDS)


def _said(events: QuerySet[Event]) -> Rows:
    return events.exclude(text="").order_by("-at", "-pk").values_list("item_id", "text")


@prepared(item=BigIntegerField())
def _facts_of_one(*, item: int) -> Rows:
    return _facts(PendingItem.objects.filter(pk=item))


@prepared(item=BigIntegerField())
def _said_of_one(*, item: int) -> Rows:
    return _said(Event.objects.filter(item=item))


def _joined(texts: list[str]) -> str:
    return "\n".join(texts)[:LONGEST_TEXT]
