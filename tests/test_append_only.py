from collections.abc import Callable
from functools import partial

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from handover import append_only, checks
from handover.models import Event, Round
from handover.models.evidence import APPEND_ONLY, Protected
from handover.queries import evidence
from tests.boundary import SOON, Boundary
from tests.conftest import on_postgresql
from tests.evidence import behind_its_back, forgeries, seal, signed_record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_files")]
TABLES = pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)


def refused(change: str | Callable[[], object]) -> bool:
    """Whether the database refuses it because of a trigger."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change) if isinstance(change, str) else change()
    except IntegrityError as error:
        return "append-only" in str(error)
    return False


def rows(table: Protected) -> list[tuple]:
    return sorted(map(repr, table.model.objects.values_list()))


@TABLES
def test_database_refuses_to_change_any_protected_column(table) -> None:
    signed_record()
    seal()
    before = rows(table)
    row = evidence.rows(table).latest("pk")
    found = table.model.objects.filter(pk=row.pk)

    let_through = [
        name
        for name, value in forgeries(table, row).items()
        if not refused(partial(found.update, **{name: value}))
    ]

    assert (let_through, rows(table)) == ([], before)


@TABLES
def test_database_refuses_to_delete(table) -> None:
    signed_record()
    seal()
    before = rows(table)

    assert refused(f"DELETE FROM {table.table}")  # noqa: S608
    assert rows(table) == before


@pytest.mark.postgresql
@TABLES
def test_database_refuses_to_truncate(table) -> None:
    assert refused(f"TRUNCATE {table.table} CASCADE")


@TABLES
def test_database_refuses_to_replace_a_row(table) -> None:
    signed_record()
    seal()
    before = rows(table)
    statement = f"INSERT OR REPLACE INTO {table.table} SELECT * FROM {table.table}"  # noqa: S608
    if on_postgresql():
        key = table.model._meta.pk.column
        statement = (
            f"INSERT INTO {table.table} SELECT * FROM {table.table} "  # noqa: S608
            f'ON CONFLICT ({key}) DO UPDATE SET "{table.since or table.columns[1]}" = NULL'
        )

    assert refused(statement)
    assert rows(table) == before


def test_outcome_of_a_round_is_written_once() -> None:
    """As everything that is written later than the row itself."""
    boundary = Boundary()
    boundary.submit(boundary.open())
    lapsed = partial(Round.objects.update, outcome="lapsed", ended_at=SOON)

    assert lapsed() == 1
    assert refused(partial(Round.objects.update, outcome="confirmed"))
    assert refused(partial(Round.objects.update, outcome="open", ended_at=None))
    assert lapsed() == 1


def test_django_refuses_too() -> None:
    signed_record()
    event = Event.objects.latest("pk")

    for change in (event.delete, event.save, lambda: Event.objects.update(text="")):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_migrate_puts_missing_triggers_back() -> None:
    with behind_its_back():
        assert "handover_event_no_update" in append_only.missing(connection)
        found = checks.check_append_only(connection)
        call_command("migrate", verbosity=0)

        assert append_only.missing(connection) == {}

    assert [message.id for message in found] == ["handover.W011"]
    assert "handover_event_no_update" in found[0].msg
    assert checks.check_append_only(connection) == []


@pytest.mark.postgresql
def test_trigger_that_is_switched_off_counts_as_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE handover_signoff DISABLE TRIGGER handover_signoff_no_delete")

    assert list(append_only.missing(connection)) == ["handover_signoff_no_delete"]
    append_only.install(connection)
    assert append_only.missing(connection) == {}
