"""Each start-up check says what is wrong and how to mend it, and is silent where nothing is."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import celery
import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.utils import ConnectionHandler

from handover import checks
from handover.env import BASE_DIR


def ids(found: list[CheckMessage]) -> list[str]:
    assert all(message.hint for message in found)
    return [str(message.id) for message in found]


@pytest.mark.django_db
def test_nothing_is_wrong_here(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path

    assert run_checks(databases=["default"]) == []


def test_secret_key_missing(settings) -> None:
    settings.SECRET_KEY = ""

    assert ids(checks.check_secret_key()) == ["handover.E001"]


@pytest.mark.parametrize(("demo", "found"), [(True, ["handover.W009"]), (False, [])])
def test_demo_in_production(settings, demo: bool, found: list[str]) -> None:
    settings.DEMO = demo

    assert ids(checks.check_demo()) == found


@pytest.mark.parametrize(
    ("is_set_up", "url", "found"),
    [(True, "", ["handover.W010"]), (True, "https://handover.example.com", []), (False, "", [])],
)
def test_email_without_an_address_for_its_links(
    settings, is_set_up: bool, url: str, found: list[str]
) -> None:
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = is_set_up, url

    assert ids(checks.check_site_url()) == found


@pytest.mark.parametrize("name", ["missing", "a file"])
def test_data_dir_that_is_no_folder(settings, tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").touch()
    settings.DATA_DIR = tmp_path / name

    assert ids(checks.check_data_dir()) == ["handover.E002"]


def test_celery_that_exits_when_redis_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery, "__version__", "5.7.0")

    assert ids(checks.check_celery()) == ["handover.E004"]


@pytest.mark.django_db
@pytest.mark.parametrize(("version", "expected"), [((3, 51, 2), ["handover.E006"]), ((3, 51, 3), [])])
def test_sqlite_in_wal_mode(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: tuple[int, int, int], expected: list[str]
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    database = DatabaseWrapper(
        {
            **ConnectionHandler({}).settings["default"],
            "NAME": tmp_path / "wal.sqlite3",
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL"},
        }
    )

    found = checks.check_sqlite(database)
    database.close()

    assert ids(found) == expected


@pytest.mark.postgresql
@pytest.mark.django_db
def test_postgresql_that_may_lose_what_it_confirmed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    assert ids(checks.check_postgresql(connection)) == ["handover.E008"]


def test_database_that_does_not_answer(tmp_path: Path) -> None:
    """In a process of its own, as an operator sees it."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": f"postgres://nobody@/{tmp_path}/none",
        "DJANGO_SETTINGS_MODULE": "handover.settings",
    }
    command = [sys.executable, "manage.py", "check", "--database", "default"]

    answer = subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 1
    assert "(handover.E005) The database does not answer" in answer.stderr
    assert "HINT: Start the database server, or mend DATABASE_URL" in answer.stderr


def test_web_process_without_a_secret_key_refuses_to_start(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", "import handover.wsgi"]

    answer = subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 1
    assert "There is no secret key." in answer.stderr
