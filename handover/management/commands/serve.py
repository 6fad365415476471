"""Runs the whole product on this machine: web, worker, beat, and a broker where one can be had."""

import fcntl
import os
import secrets
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from handover.demo import installation
from handover.env import BASE_DIR, broker_folder, env
from handover.management.broker import redis_command, redis_url
from handover.management.processes import Process, Supervisor, say
from handover.management.translations import compile_catalogs
from handover.management.watch import PulseWatch
from handover.queries import setup
from handover.queries.pulse import last_beat

HOST = "127.0.0.1"
LAST_PORT = 65535
ROUND_SECONDS = 0.2
LOOK_SECONDS = 2
GUNICORN_FLAGS = (
    "-k gthread --workers 2 --threads 4 --graceful-timeout 5 --no-control-socket --log-level warning"
)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # the first start has no secret key yet; set_up() runs the checks

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=env.str("PORT", default="8000"))
        parser.add_argument(
            "--deaf-after", type=float, default=30, help="Seconds without a pulse of the worker."
        )

    def handle(self, *, port: str, deaf_after: float, **options: Any) -> None:
        number = port_number(port)
        os.umask(0o077)  # what is written here is about customers
        make_folder(broker_folder())
        with claim(settings.DATA_DIR):
            refuse_taken_port(number)
            make_secret_key(settings.DATA_DIR / "secret_key")
            set_up()
            supervisor = Supervisor(processes(folder=settings.DATA_DIR, port=number))
            supervisor.stop_on_signals()
            try:
                watch(supervisor, port=number, pulse=PulseWatch(deaf_after))
            finally:
                supervisor.end_all()


def port_number(typed: str) -> int:
    """Said here in one sentence; the parser of the command line would print all its options first."""
    if typed.isdecimal() and 0 < int(typed) <= LAST_PORT:
        return int(typed)
    raise CommandError(
        f"“{typed}” is no port. Choose a number from 1 to {LAST_PORT}, as in: make run PORT=8001"
    )


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(
            f"The folder {folder} cannot be made ({error.strerror}). Choose another DATA_DIR."
        ) from error


@contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Two supervisors over one folder would share a broker socket and end each other's processes."""
    with (folder / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(
                f"Another `make run` uses {folder}. End it, or choose another DATA_DIR."
            ) from error
        yield


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(f"Port {port} is not free. Choose another: make run PORT=8001") from error


def make_secret_key(key_file: Path) -> None:
    """The settings were read before there was a key, so the first start begins anew with it."""
    if env.str("SECRET_KEY", default="") or key_file.exists():
        return
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as new_file:
        new_file.write(secrets.token_urlsafe(50))
    os.execv(sys.executable, [sys.executable, *sys.argv])


def set_up() -> None:
    compile_catalogs()
    call_command("check", databases=["default"])
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO and installation.is_empty():
        say("First start: making the demo. It takes a few seconds.")
        call_command("demo")


def processes(*, folder: Path, port: int) -> list[Process]:
    """In the order they start. This machine's browser talks plain HTTP, hence HTTPS=0 unless it was set."""
    environment = {"HTTPS": "0", **os.environ}
    redis = [] if "REDIS_URL" in environment else redis_command(folder)
    if redis:
        environment["REDIS_URL"] = redis_url(folder)
    celery = [sys.executable, "-m", "celery", "-q", "-A", "handover"]
    gunicorn = [sys.executable, "-m", "gunicorn", "handover.wsgi", f"--bind={HOST}:{port}"]
    commands = {
        "broker": redis,
        "worker": [*celery, *"worker -P threads -c 4 --without-mingle --without-gossip".split()],
        "beat": [*celery, *"beat -S celery.beat:Scheduler".split()],
        "sweeper": [sys.executable, str(BASE_DIR / "manage.py"), "sweeper"],
        "web": [*gunicorn, *GUNICORN_FLAGS.split()],
    }
    return [
        Process(name=name, command=command, environment=environment, folder=BASE_DIR)
        for name, command in commands.items()
        if command
    ]


def watch(supervisor: Supervisor, *, port: int, pulse: PulseWatch) -> None:
    announced, next_look = False, time.monotonic()
    while not supervisor.stopping:
        supervisor.tend()
        if not announced and is_up(port):
            say(f"\n  Ready: http://{HOST}:{port}   Ctrl-C ends it.\n{setup_words(port)}")
            announced = True
        if time.monotonic() >= next_look:
            restart_if_deaf(supervisor, pulse)
            next_look = time.monotonic() + LOOK_SECONDS
        time.sleep(ROUND_SECONDS)


def setup_words(port: int) -> str:
    """What the first administrator has to know; nothing once there is one."""
    if setup.has_administrator():
        return ""
    return f"  First set-up: http://{HOST}:{port}/setup/ with the code {setup.code()}\n"


def is_up(port: int) -> bool:
    """Whether a request gets an answer; gunicorn opens the port before its workers are there."""
    page = HTTPConnection(HOST, port, timeout=1)
    try:
        page.request("GET", "/healthz")
        page.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        page.close()
    return True


def restart_if_deaf(supervisor: Supervisor, pulse: PulseWatch) -> None:
    try:
        beat = last_beat("worker")
    except DatabaseError as error:
        say(f"The database does not answer: {error}")
        if connection.vendor != "sqlite":
            pulse.forgive(clock=time.monotonic())
            return
        # A worker that froze while it wrote keeps everybody out of SQLite until it is started again.
        beat = pulse.seen
    finally:
        connection.close()
    if pulse.is_deaf(beat=beat, clock=time.monotonic()):
        say(f"No sign of life of the worker for {pulse.patience:g} s: worker and beat start again.")
        supervisor.restart("worker", "beat")
        pulse.restarted(clock=time.monotonic())
