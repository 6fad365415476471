"""Items as rows of a list: everything is put into words once here, so that the template only prints."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.urls import reverse

from handover.models import ClockKind, Kind, PendingItem, Stage

from .prepared import Rows
from .words import ClockWords, Reader

SAID = Substr("progress", 1, 160)
COLUMNS = (
    "id",
    "kind",
    "stage",
    "customer__name",
    "customer__need",
    "customer__need_note",
    "issue_type__name",
    "holder__display_name",
    "post__name",
    "next_due_at",
    "next_clock",
    "created_at",
    "handover_count",
)

Row = dict[str, Any]


def read(items: QuerySet[PendingItem], now: datetime) -> list[Row]:
    """The rows of these items in their order; one query."""
    return shape(values(items), now)


def values(items: QuerySet[PendingItem], *more: str) -> Iterable[Row]:
    """What `shape` needs of these items, and `more` columns for the caller."""
    return items.annotate(said=SAID).values(*COLUMNS, "said", *more)


def columns(items: QuerySet[PendingItem]) -> Rows:
    """The same for a question whose SQL is built once; `named` names its answer."""
    return items.annotate(said=SAID).values_list(*COLUMNS, "said")


def named(rows: Iterable[tuple[Any, ...]]) -> list[Row]:
    return [dict(zip((*COLUMNS, "said"), row, strict=True)) for row in rows]


def shape(found: Iterable[Row], now: datetime) -> list[Row]:
    """What the tag `item_row` shows."""
    reader = Reader(now)
    kinds, stages = reader.labels(Kind), reader.labels(Stage)
    base = reverse("item_detail", args=[0]).removesuffix("0/")
    return [
        {
            "id": value["id"],
            "url": f"{base}{value['id']}/",
            "kind": value["kind"],
            "kind_label": kinds[value["kind"]],
            "customer": value["customer__name"],
            "need": value["customer__need"],
            "need_note": value["customer__need_note"],
            "issue": value["issue_type__name"],
            "progress": value["said"],
            "stage": value["stage"],
            "stage_label": stages[value["stage"]],
            "holder": value["holder__display_name"] or "",
            "place": value["post__name"],
            "clock": next_clock(value["kind"], value["next_clock"], value["next_due_at"], reader),
            "due_at": value["next_due_at"],
            "created_at": value["created_at"],
            "handovers": str(value["handover_count"] or ""),
            "is_new": False,
        }
        for value in found
    ]


def next_clock(kind: str, clock: str, due_at: datetime | None, reader: Reader) -> ClockWords | None:
    """The clock that runs out first. A reminder is not finished by an instant, it is acted upon at it."""
    if due_at is None:
        return None
    reminds = kind == Kind.REMINDER and clock == ClockKind.DONE
    return reader.clock("reminder" if reminds else clock, due_at)
