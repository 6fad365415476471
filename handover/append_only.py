"""Triggers by which the database itself refuses to change or delete what is append-only.

`migrate` installs them each time: SQLite drops the triggers of a table with every change of its columns.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from handover.models.evidence import APPEND_ONLY, Protected

REFUSE = """
CREATE OR REPLACE FUNCTION handover_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
ON_POSTGRESQL = (
    "CREATE OR REPLACE TRIGGER {name} BEFORE {action} ON {table} {when} EXECUTE FUNCTION handover_refuse()"
)
ON_SQLITE = (
    "CREATE TRIGGER {name} BEFORE {action} ON {table} {when} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only: {action} refused'); END"
)


def after_migrate(*, using: str, **_: Any) -> None:
    install(connections[using])


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers that are missing. Safe to repeat."""
    if not (absent := missing(connection)):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(REFUSE)
        for name in absent:
            cursor.execute(absent[name])


def missing(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The name and the statement of each trigger that a table lacks."""
    there = present(connection)
    return {
        name: statement
        for table in _tables(connection)
        for name, statement in _triggers(table, connection.vendor).items()
        if name not in there
    }


def present(connection: BaseDatabaseWrapper) -> set[str]:
    """The triggers that are there and switched on."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def removal(connection: BaseDatabaseWrapper) -> list[str]:
    """The statements that drop every trigger: for the demo that starts anew, and for tests."""
    place = " ON {table}" if connection.vendor == "postgresql" else ""
    return [
        f"DROP TRIGGER IF EXISTS {name}{place.format(table=table.table)}"
        for table in _tables(connection)
        for name in _triggers(table, connection.vendor)
    ]


def _tables(connection: BaseDatabaseWrapper) -> list[Protected]:
    """Those that exist: in the midst of old migrations some do not."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    return [table for table in APPEND_ONLY if table.table in there]


def _triggers(table: Protected, vendor: str) -> dict[str, str]:
    statement, differs = ON_SQLITE, "OLD.{0} IS NOT NEW.{0}"
    actions = {"update": "", "delete": ""}
    if vendor == "postgresql":
        statement, differs = ON_POSTGRESQL, "OLD.{0} IS DISTINCT FROM NEW.{0}"
        # No row trigger fires for TRUNCATE.
        actions = {"update": "FOR EACH ROW", "delete": "FOR EACH ROW", "truncate": "FOR EACH STATEMENT"}
    changed = " OR ".join(differs.format(column) for column in table.columns)
    if table.since:
        actions = {"update": f"{actions['update']} WHEN (OLD.{table.since} IS NOT NULL AND ({changed}))"}
    elif table.free:
        actions["update"] += f" WHEN ({changed})"
    names = {action: f"{table.name.replace('.', '_')}_no_{action}" for action in actions}
    return {
        names[action]: statement.format(
            name=names[action], action=action.upper(), table=table.table, when=when
        )
        for action, when in actions.items()
    }
