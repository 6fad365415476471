"""The processes that are compared, each with a database and a data folder of its own."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from environ import Env
from psycopg2 import sql


@dataclass(frozen=True)
class Side:
    """Which pages, under which settings, on which database."""

    name: str
    pages: str
    settings: str
    database: str


BARE = Side("bare", "bench.floor.pages", "bench.floor.bare", "floor")
FLOOR = Side("floor", "bench.floor.pages", "bench.floor.settings", "floor")
PRODUCT = Side("product", "bench.product", "handover.settings", "product")
SMALL = Side("small", "bench.product", "handover.settings", "small")
LARGE = Side("large", "bench.product", "handover.settings", "large")
ENGINE = Side("engine", "bench.engine", "handover.settings", "engine")
EVIDENCE = Side("evidence", "bench.evidence", "handover.settings", "evidence")


class Running:
    """A side that answers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, *task: Any) -> Any:
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("The worker was started without pipes.")
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        if not (line := self.process.stdout.readline()):
            raise SystemExit("A worker ended; what it said stands above.")
        return json.loads(line)


def environment(side: Side, home: Path) -> dict[str, str]:
    """The product's own variables, as `make run` would set them, and where this side's rows lie."""
    folder = home / side.database
    folder.mkdir(exist_ok=True)
    own = {
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(40),
        "HTTPS": "0",
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": side.settings,
    }
    if address := os.environ.get("DATABASE_URL"):
        own["DATABASE_URL"] = f"{address.rpartition('/')[0]}/{database_name(side)}"
    return {**os.environ, **own}


def database_name(side: Side) -> str:
    return f"bench_{side.database}"


def fill(side: Side, home: Path, **sizes: int) -> None:
    """Make the rows of a side, in a process that ends afterwards and so costs the measured one no memory."""
    command = [sys.executable, "-m", "bench.worker", side.pages, "fill"]
    command += [f"{name}={size}" for name, size in sizes.items()]
    subprocess.run(command, env=environment(side, home), check=True)


@contextmanager
def running(side: Side, home: Path) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.worker", side.pages],
        env=environment(side, home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Running(process)
    finally:
        process.communicate()


@contextmanager
def databases(sides: list[Side]) -> Iterator[None]:
    """On PostgreSQL a database of its own for each, gone afterwards; SQLite has its files in `home`."""
    address = os.environ.get("DATABASE_URL", "")
    if not address:
        yield
        return
    names = sorted({database_name(side) for side in sides})
    with ExitStack() as stack:
        for name in names:
            execute(address, "DROP DATABASE IF EXISTS {}", name)
            execute(address, "CREATE DATABASE {}", name)
            stack.callback(execute, address, "DROP DATABASE IF EXISTS {}", name)
        yield


def execute(address: str, statement: str, name: str) -> None:
    server = Env.db_url_config(address)
    connection = psycopg2.connect(
        host=server["HOST"],
        port=server["PORT"] or None,
        user=server["USER"],
        password=server["PASSWORD"] or None,
        dbname=server["NAME"],
    )
    connection.autocommit = True  # a database is not made inside a transaction
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
