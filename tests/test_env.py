"""What the environment makes of the settings."""

import sqlite3
from pathlib import Path

import pytest

from handover import env


@pytest.mark.parametrize(("version", "journal"), [((3, 51, 2), "DELETE"), ((3, 51, 3), "WAL")])
def test_sqlite_uses_wal_only_where_it_is_safe(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], journal: str
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)

    assert env.database(web=True)["OPTIONS"] == {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode={journal};PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
        "PRAGMA recursive_triggers=ON;",
    }


IDLE = "-c idle_in_transaction_session_timeout=30000"


@pytest.mark.parametrize(("web", "options"), [(True, f"{IDLE} -c statement_timeout=15000"), (False, IDLE)])
def test_postgresql_limits_the_statements_of_pages_alone(
    monkeypatch: pytest.MonkeyPatch, web: bool, options: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@db.example:5433/handover")

    assert env.database(web=web) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "handover",
        "USER": "me",
        "PASSWORD": "secret",
        "HOST": "db.example",
        "PORT": 5433,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": options},
    }


def test_broker_lets_a_page_wait_for_a_second_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://redis.example:6379/0")

    page, worker = env.broker_options(web=True), env.broker_options(web=False)

    assert (page["socket_timeout"], page["socket_connect_timeout"], page["max_retries"]) == (1, 1, 1)
    assert (worker["socket_timeout"], worker["socket_connect_timeout"]) == (5, 3)


def test_broker_is_files_without_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    assert env.broker_options(web=True) == {
        "data_folder_in": str(tmp_path / "broker"),
        "data_folder_out": str(tmp_path / "broker"),
        "control_folder": str(tmp_path / "broker" / "control"),
        "polling_interval": 0.1,
    }


@pytest.mark.parametrize(
    ("given", "made", "debug", "key"),
    [
        ("given", "made", False, "given"),
        (None, "made", False, "made"),
        (None, None, False, ""),
        (None, None, True, "debug-only-key" * 5),
    ],
)
def test_secret_key_has_no_default_outside_debug(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    given: str | None,
    made: str | None,
    debug: bool,
    key: str,
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    if given:
        monkeypatch.setenv("SECRET_KEY", given)
    if made:
        (tmp_path / "secret_key").write_text(made)

    assert env.secret_key(debug=debug) == key
