"""Makes many items of some: their rows are copied inside the database, with the trail and the figures.

To make a million of them one by one takes hours.
"""

from collections.abc import Sequence

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Count, Max, Model, Q, Sum
from django.db.models.functions import Coalesce

from handover.models import (
    Clock,
    Customer,
    Event,
    Fact,
    FigureMark,
    PendingItem,
    Promise,
    Rollup,
    SearchEntry,
)

# What hangs on an item alone, and the columns in which the number of a row of these tables stands. Customers
# too: none has as many items as a centre has.
TABLES: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Customer, ("id",)),
    (PendingItem, ("id", "customer_id")),
    (Clock, ("id", "item_id")),
    (Promise, ("id", "item_id")),
    (Event, ("id", "item_id", "customer_id")),
    (SearchEntry, ("item_id",)),
    (Fact, ("id", "item_id", "thing")),
)
PLACE = ("team_id", "week", "measure", "post_id", "shift_name", "bucket")


def multiply(times: int) -> None:
    """Have each item so many times, with all that hangs on it alone."""
    distance = max(model.objects.aggregate(last=Max("pk"))["last"] or 0 for model, _numbers in TABLES)
    for number in range(1, times):
        for model, numbers in TABLES:
            by: dict[str, int | str] = dict.fromkeys(numbers, distance * number)
            if model is Customer:
                by["code"] = f"-{number}"
            insert_again(model, f"{model._meta.pk.column} <= {distance} AND {_alone(model)}", **by)
    reset_numbers([model for model, _numbers in TABLES])
    _sum_up()
    FigureMark.objects.update(read_to=Event.objects.latest("pk").pk)


def insert_again(model: type[Model], which: str, **by: int | str) -> None:
    """The rows of which this is true once more, with these numbers so much higher and these texts longer."""
    columns = [field.column for field in model._meta.concrete_fields]
    values = [_further(column, by[column]) if column in by else column for column in columns]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608  names of our own models
            f" SELECT {', '.join(values)} FROM {table} WHERE {which} ORDER BY {model._meta.pk.column}"
        )


def _further(column: str, by: int | str) -> str:
    return f"{column} + {by}" if isinstance(by, int) else f"{column} || '{by}'"


def reset_numbers(models: Sequence[type[Model]]) -> None:
    """The next row of each gets a number of its own."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _alone(model: type[Model]) -> str:
    """What is of an item, and of no handover."""
    columns = {field.column for field in model._meta.concrete_fields}
    told = [
        f"{column} IS {state}"
        for column, state in (("item_id", "NOT NULL"), ("handover_id", "NULL"))
        if column in columns
    ]
    return " AND ".join(told) or "TRUE"


def _sum_up() -> None:
    Rollup.objects.all().delete()
    cells = Fact.objects.values(*PLACE).annotate(
        n=Count("pk"), hits=Count("pk", filter=Q(hit=True)), total=Coalesce(Sum("value"), 0)
    )
    Rollup.objects.bulk_create(Rollup(**cell) for cell in cells)
