"""Makes many items of some: their rows are copied inside the database, with the trail and the figures."""

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Count, Max, Model, Q, Sum
from django.db.models.functions import Coalesce

from handover.models import Clock, Event, Fact, FigureMark, PendingItem, Promise, Rollup, SearchEntry

# What hangs on an item alone, and the columns in which the number of a row of these tables stands.
TABLES: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (PendingItem, ("id",)),
    (Clock, ("id", "item_id")),
    (Promise, ("id", "item_id")),
    (Event, ("id", "item_id")),
    (SearchEntry, ("item_id",)),
    (Fact, ("id", "item_id", "thing")),
)
PLACE = ("team_id", "week", "measure", "post_id", "shift_name", "bucket")


def multiply(times: int) -> None:
    """Have each item so many times, with all that hangs on it alone."""
    distance = max(model.objects.aggregate(last=Max("pk"))["last"] or 0 for model, _numbers in TABLES)
    with connection.cursor() as cursor:
        for number in range(1, times):
            for model, numbers in TABLES:
                cursor.execute(*_copied(model, numbers, distance * number, distance))
        for statement in connection.ops.sequence_reset_sql(no_style(), [model for model, _numbers in TABLES]):
            cursor.execute(statement)
    _sum_up()
    FigureMark.objects.update(read_to=Event.objects.latest("pk").pk)


def _copied(model: type[Model], numbers: tuple[str, ...], by: int, last: int) -> tuple[str, list[int]]:
    """The statement for all rows up to the last one that is no copy."""
    columns = [field.column for field in model._meta.concrete_fields]
    alone = [f"{numbers[-1] if model is SearchEntry else 'id'} <= %s"]
    if "item_id" in numbers:
        alone.append("item_id IS NOT NULL")
    if "handover_id" in columns:
        alone.append("handover_id IS NULL")
    quoted = {column: connection.ops.quote_name(column) for column in columns}
    values = [f"{quoted[column]} + %s" if column in numbers else quoted[column] for column in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    rows = f"SELECT {', '.join(values)} FROM {table} WHERE {' AND '.join(alone)}"  # noqa: S608  own names
    return f"INSERT INTO {table} ({', '.join(quoted.values())}) {rows}", [by] * len(numbers) + [last]


def _sum_up() -> None:
    Rollup.objects.all().delete()
    cells = Fact.objects.values(*PLACE).annotate(
        n=Count("pk"), hits=Count("pk", filter=Q(hit=True)), total=Coalesce(Sum("value"), 0)
    )
    Rollup.objects.bulk_create(Rollup(**cell) for cell in cells)
