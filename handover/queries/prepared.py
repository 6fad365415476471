"""Questions of every page, whose SQL is built once.

Building SQL through the ORM costs ten times what the database needs to answer it. A question is still written
as a queryset; it is written down once with slots in the places of its values.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Values = ParamSpec("Values")
Row = tuple[Any, ...]
Rows = QuerySet[Any, Row]  # a queryset that ends in values_list()


class Slot(Expression):
    """The place of a value that is known when the question is asked."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def prepared(
    **fields: "Field[Any, Any]",
) -> Callable[[Callable[Values, Rows]], Callable[Values, list[Row]]]:
    """Makes of a function that writes a queryset down one that asks it. `fields` are its arguments.

    They are passed by name. The function sees slots instead of values, so it must not look into them.
    """

    def decorate(write: Callable[..., Rows]) -> Callable[Values, list[Row]]:
        @cache
        def built(_vendor: str) -> tuple[Rows, str, tuple[Any, ...], list[Any]]:
            rows = write(**{name: Slot(name, field) for name, field in fields.items()})
            compiler = rows.query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            return rows, sql, tuple(parameters), [column for column, *_ in compiler.select]

        @wraps(write)
        def ask(*_: Values.args, **values: Values.kwargs) -> list[Row]:
            rows, sql, parameters, columns = built(connection.vendor)
            with connection.cursor() as cursor:
                cursor.execute(sql, [_filled(parameter, values) for parameter in parameters])
                found: list[Row] = cursor.fetchall()
            compiler = rows.query.get_compiler(connection=connection)
            converters = compiler.get_converters(columns)
            return list(map(tuple, compiler.apply_converters(found, converters))) if converters else found

        return ask

    return decorate


def _filled(parameter: Any, values: dict[str, Any]) -> Any:
    if not isinstance(parameter, Slot):
        return parameter
    return parameter.output_field.get_db_prep_value(values[parameter.name], connection)
