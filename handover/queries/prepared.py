"""Questions of every page, whose SQL is built once.

Building SQL through the ORM costs ten times what the database needs to answer it. A question is still written
as a queryset; it is written down once with slots in the places of its values.
"""

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Expression, Field, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Values = ParamSpec("Values")
Found = TypeVar("Found")
Row = tuple[Any, ...]
Rows = QuerySet[Any, Row]  # a queryset that ends in values_list()
KEPT = 32  # of each question


class Slot(Expression):
    """The place of a value that is known when the question is asked."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class Question:
    """The SQL of a queryset, and how its answer is read: the rows of values_list(), or what the rows stand
    for, with everything of select_related().
    """

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self._compiler = queryset.query.get_compiler(connection=connection)
        try:
            self._sql, self._parameters = self._compiler.as_sql()
        except EmptyResultSet:
            self._sql = ""  # nothing can answer it
        self._converters = self._compiler.get_converters([column for column, *_ in self._compiler.select])
        self._things = _Things(self._compiler) if queryset.query.default_cols else None

    def ask(self, values: dict[str, Any]) -> list[Any]:
        if not self._sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [_filled(parameter, values) for parameter in self._parameters])
            rows: Iterable[Any] = cursor.fetchall()
        if self._converters:
            rows = map(tuple, self._compiler.apply_converters(rows, self._converters))
        return list(map(self._things.make, rows) if self._things else rows)


class _Things:
    """Makes of a row what it stands for, as the ORM does."""

    def __init__(self, compiler: SQLCompiler) -> None:
        info: dict[str, Any] = compiler.klass_info or {}
        places = info["select_fields"]
        self._model, self._own = info["model"], slice(places[0], places[-1] + 1)
        self._names = [column.target.attname for column, *_ in compiler.select[self._own]]
        self._related: list[Any] = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]  # the stubs are of a later Django
        self._annotations = compiler.annotation_col_map or {}

    def make(self, row: Row) -> Any:
        thing = self._model.from_db(connection.alias, self._names, row[self._own])
        for populator in self._related:
            populator.populate(row, thing)
        for name, place in self._annotations.items():
            setattr(thing, name, row[place])
        return thing


def prepared(
    **fields: "Field[Any, Any]",
) -> Callable[[Callable[Values, QuerySet[Any, Found]]], Callable[Values, list[Found]]]:
    """Makes of a function that writes a queryset down one that asks it. `fields` are its arguments.

    They are passed by name. The function sees slots instead of values, so it must not look into them. What it
    takes beside them it may look into: the SQL is built once for each such value, so there must be few.
    """

    def decorate(write: Callable[..., QuerySet[Any, Found]]) -> Callable[Values, list[Found]]:
        slots = {name: Slot(name, field) for name, field in fields.items()}

        @lru_cache(maxsize=KEPT)
        def built(_vendor: str, **known: Hashable) -> Question:
            return Question(write(**slots, **known))

        @wraps(write)
        def ask(*_: Values.args, **values: Values.kwargs) -> list[Found]:
            known = {name: value for name, value in values.items() if name not in fields}
            return built(connection.vendor, **known).ask(values)

        return ask

    return decorate


def one(question: Callable[..., list[Found]], *, pk: int, **known: Hashable) -> Found | None:
    """What has this number, if anything has: an address may name one that no column holds."""
    found = question(pk=pk, **known) if pk <= BigIntegerField.MAX_BIGINT else []
    return found[0] if found else None


def _filled(parameter: Any, values: dict[str, Any]) -> Any:
    if not isinstance(parameter, Slot):
        return parameter
    return parameter.output_field.get_db_prep_value(values[parameter.name], connection)
