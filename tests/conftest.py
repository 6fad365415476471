"""What every test run needs: compiled translations, and a clear word about which part of the suite ran."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection

from handover import append_only
from handover.management.translations import compile_catalogs
from handover.queries import pulse, readings

SERVER_MARKS = ("journey", "postgresql")
NOT_RUN = "SQLite, no browser: `make test` also runs the suite on PostgreSQL and Redis, and the journeys."

# The same examples everywhere, however busy the machine: what fails here fails there.
hypothesis.settings.register_profile(
    "everywhere", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("everywhere")


def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def pytest_report_header() -> str:
    return "servers: PostgreSQL" + " and Redis" * ("REDIS_URL" in os.environ) if on_postgresql() else NOT_RUN


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker("journey")
    if on_postgresql():
        return
    left_out = [item for item in items if any(item.get_closest_marker(mark) for mark in SERVER_MARKS)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not on_postgresql():
        terminalreporter.write_line(NOT_RUN)


@pytest.fixture(autouse=True)
def clock_without_a_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a database of its own, so nothing of another one's engine may be remembered.

    Within a test the pulses are asked for once, however slow the machine: it is one query.
    """
    pulse.forget()
    readings.forget()
    monkeypatch.setattr(pulse, "LOOK_SECONDS", float("inf"))


@pytest.fixture
def evidence_files(settings: Any, tmp_path: Path) -> Path:
    """A key and a copy of the checkpoints for one test alone."""
    settings.EVIDENCE_KEY_FILE = tmp_path / "key.pem"
    settings.EVIDENCE_CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"
    return tmp_path


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """A test with transactions of its own leaves rows that the triggers would keep; `flush` itself then lets
    them be put back.
    """
    operations = type(connection.ops)
    flush = operations.sql_flush

    def sql_flush(self: Any, *call: Any, **options: Any) -> list[str]:
        return [*append_only.removal(self.connection), *flush(self, *call, **options)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def translations() -> None:
    compile_catalogs()
