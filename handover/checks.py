"""What must be right before the product starts; each message says what is wrong and how to mend it."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import celery
from django.conf import settings
from django.core import checks as django_checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from handover import append_only
from handover.env import WAL_SAFE_FROM

OLDEST_POSTGRESQL = 150000


def register_all() -> None:
    register(check_secret_key, Tags.security)
    register(check_demo, Tags.security, deploy=True)
    register(check_data_dir)
    register(check_time_zones)
    register(check_celery)
    register(check_site_url)
    register(check_databases, Tags.database)


def check_secret_key(**_: Any) -> list[CheckMessage]:
    try:
        missing = not settings.SECRET_KEY
    except ImproperlyConfigured:
        missing = True
    if not missing:
        return []
    hint = "Set SECRET_KEY to 50 random characters and keep it secret; `make run` makes one by itself."
    return [Error("There is no secret key.", hint=hint, id="handover.E001")]


def check_demo(**_: Any) -> list[CheckMessage]:
    """Asked by `check --deploy`: whoever deploys a demo on purpose may, and should know what it is."""
    if not settings.DEMO:
        return []
    hint = "Set DEMO=0, and never put the demo's people into a database in which people work."
    return [
        django_checks.Warning(
            "DEMO shows accounts and their password to everybody.", hint=hint, id="handover.W009"
        )
    ]


def check_site_url(**_: Any) -> list[CheckMessage]:
    if settings.SITE_URL or not settings.EMAIL_IS_SET_UP:
        return []
    hint = "Set SITE_URL to where people reach it, as in https://handover.example.com."
    text = "Email is set up, but what it sends cannot lead to what it tells of."
    return [django_checks.Warning(text, hint=hint, id="handover.W010")]


def check_data_dir(**_: Any) -> list[CheckMessage]:
    folder: Path = settings.DATA_DIR
    if os.access(folder, os.W_OK | os.X_OK) and folder.is_dir():
        return []
    hint = "Create it and give it to the user that runs this, or set DATA_DIR to another folder."
    return [Error(f"The data folder {folder} cannot be written.", hint=hint, id="handover.E002")]


def check_time_zones(**_: Any) -> list[CheckMessage]:
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        hint = "Install the time zones: apt install tzdata, or pip install tzdata."
        return [Error("This machine knows no time zones.", hint=hint, id="handover.E003")]
    return []


def check_celery(**_: Any) -> list[CheckMessage]:
    if not celery.__version__.startswith("5.7."):
        return []
    hint = "Install the pinned version: pip install -r requirements.txt."
    text = f"A worker of Celery {celery.__version__} exits when Redis restarts."
    return [Error(text, hint=hint, id="handover.E004")]


def check_databases(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        check = check_sqlite if connection.vendor == "sqlite" else check_postgresql
        try:
            found += check(connection) + check_append_only(connection)
        except DatabaseError as error:
            hint = (
                "Start the database server, or mend DATABASE_URL (postgres://user:password@host:5432/name)."
            )
            found.append(Error(f"The database does not answer: {error}", hint=hint, id="handover.E005"))
    return found


def check_sqlite(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    if sqlite3.sqlite_version_info >= WAL_SAFE_FROM or value(connection, "PRAGMA journal_mode") != "wal":
        return []
    hint = "End every process that uses the file; the next start changes the mode. Or update SQLite."
    text = f"SQLite {sqlite3.sqlite_version} can corrupt a database in WAL mode that several processes use."
    return [Error(text, hint=hint, id="handover.E006")]


def check_postgresql(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if int(value(connection, "SHOW server_version_num")) < OLDEST_POSTGRESQL:
        found.append(Error("PostgreSQL is older than 15.", hint="Update the server.", id="handover.E007"))
    if value(connection, "SHOW synchronous_commit") != "on":
        text = "PostgreSQL may lose signatures that it has confirmed: synchronous_commit is not on."
        hint = "ALTER ROLE CURRENT_USER SET synchronous_commit = on;"
        found.append(Error(text, hint=hint, id="handover.E008"))
    return found


def check_append_only(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    """A warning alone: an error would keep `migrate`, which mends it, from running."""
    absent = append_only.missing(connection)
    if not absent:
        return []
    hint = (
        "Run manage.py migrate, which installs them, and manage.py verify, which says if a row was changed."
    )
    text = (
        f"The database would let records of evidence be changed: triggers are missing ({', '.join(absent)})."
    )
    return [django_checks.Warning(text, hint=hint, id="handover.W011")]


def value(connection: BaseDatabaseWrapper, query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])
