"""One `manage.py serve` with a folder and a database of its own, watched from outside."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import psycopg2
from django.db import connection

from handover.env import BASE_DIR
from handover.queries.pulse import WORKER

TRANSACTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
    AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""
PATIENCE_SECONDS = 120  # a machine that runs all tests at once is slow


@dataclass
class Served:
    folder: Path
    port: int
    database_name: str
    supervisor: subprocess.Popen[bytes]

    def processes(self) -> dict[int, str]:
        """Every living process of this run: number -> command line. Redis writes over its environment."""
        found = {}
        for place in Path("/proc").glob("[0-9]*"):
            try:
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (place / "environ").read_bytes().decode(errors="replace").split("\0")
            except OSError:  # it ended meanwhile, or it is somebody else's
                continue
            if f"DATA_DIR={self.folder}" in environment or str(self.folder) in command:
                found[int(place.name)] = command
        return found

    def worker(self) -> int | None:
        return self.process("worker")

    def process(self, name: str) -> int | None:
        """The number of the process with this word in its command line."""
        found = (number for number, command in self.processes().items() if name in command.split())
        return next(found, None)

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as page:
                return page.read() == b"ok"
        except OSError:
            return False

    def pulse(self, name: str = WORKER) -> object:
        """What this part wrote last."""
        with closing(self.connect()) as database, closing(database.cursor()) as cursor:
            cursor.execute(f"SELECT at FROM handover_pulse WHERE name = '{name}'")  # noqa: S608  our constant
            return cursor.fetchone()

    def connect(self) -> sqlite3.Connection | psycopg2.extensions.connection:
        if self.database_name:
            return psycopg2.connect(**server(), dbname=self.database_name)
        return sqlite3.connect(self.folder / "handover.sqlite3")

    def freeze(self, *names: str) -> None:
        """Stop these processes where they hold no lock: one that did would stop all others with it."""
        eventually(lambda: self._is_frozen_outside_a_transaction([self.process(name) for name in names]))

    def _is_frozen_outside_a_transaction(self, numbers: list[int | None]) -> bool:
        if None in numbers:
            return False
        for number in numbers:
            os.kill(number, signal.SIGSTOP)
        if self._nobody_writes():
            return True
        for number in numbers:
            os.kill(number, signal.SIGCONT)
        return False

    def _nobody_writes(self) -> bool:
        with closing(self.connect()) as database, closing(database.cursor()) as cursor:
            if self.database_name:
                cursor.execute(TRANSACTIONS)
                return cursor.fetchone() == (0,)
            try:
                cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True

    def log(self) -> str:
        return (self.folder / "log").read_text()


@contextmanager
def served(broker: str, *options: str) -> Iterator[Served]:
    """`broker`: "given" by REDIS_URL, "own" where a server can be found, or "files"."""
    with tempfile.TemporaryDirectory(prefix="serve-", dir="/tmp") as name, database() as database_name:
        folder, port = Path(name), free_port()
        search = "/nowhere" if broker == "files" else f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {"DATA_DIR": name, "PATH": search, "DJANGO_SETTINGS_MODULE": "handover.settings"}
        if broker == "given":
            environment["REDIS_URL"] = os.environ["REDIS_URL"]
        if database_name:
            environment["DATABASE_URL"] = f"postgres://{server()['user']}@/{server()['host']}/{database_name}"
        with (folder / "log").open("wb") as log:
            supervisor = start(environment, port, *options, output=log)
        run = Served(folder, port, database_name, supervisor)
        try:
            yield run
        finally:
            supervisor.terminate()
            supervisor.wait(PATIENCE_SECONDS)


def start(environment: dict[str, str], port: int, *options: str, output: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "serve", "--port", str(port), *options]
    return subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=output, stderr=output)


def server() -> dict[str, str]:
    """The PostgreSQL of this test run."""
    return {"host": connection.settings_dict["HOST"], "user": connection.settings_dict["USER"]}


@contextmanager
def database() -> Iterator[str]:
    """An empty database on the server of this test run; "" where the run is on SQLite."""
    if connection.vendor == "sqlite":
        yield ""
        return
    name = f"serve_{uuid4().hex}"
    with closing(psycopg2.connect(**server(), dbname="postgres")) as administration:
        administration.autocommit = True
        with administration.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
            try:
                yield name
            finally:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)
