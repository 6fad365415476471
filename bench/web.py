"""Requests through the whole WSGI stack of this process, and work without any, and what each one costs."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client

Cookies = dict[str, str]
CSRF = "a" * 32


@dataclass(frozen=True)
class Get:
    """A page as a signed-in person asks for it."""

    address: str
    cookies: Cookies = field(default_factory=dict)


@dataclass(frozen=True)
class Post:
    """A form as it is sent."""

    address: str
    data: dict[str, Any]
    cookies: Cookies = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A piece of work without any page around it."""

    work: Callable[[], object]


@dataclass(frozen=True)
class Cost:
    """What one task cost: processor time of this process and of its database connection, and wall time."""

    cpu_ms: float
    wall_ms: float


class Stack:
    """The application as a web server would call it, one request at a time."""

    def __init__(self) -> None:
        self.application = WSGIHandler()

    def do(self, task: Get | Post | Call) -> None:
        if isinstance(task, Call):
            task.work()
        else:
            self.send(task)

    def send(self, request: Get | Post) -> bytes:
        """The body of the answer. Raises unless it is a page, or after a form the way to the next one."""
        environ = environ_of(request)
        status: list[str] = []

        def start(line: str, _headers: object, _error: object = None) -> Any:
            status.append(line)

        answer = self.application(environ, start)
        body = b"".join(answer)
        answer.close()  # ends the request: Django gives its connection back
        expected = "302" if isinstance(request, Post) else "200"
        if not status[0].startswith(expected):
            raise RuntimeError(f"{request.address} answered {status[0]}: {body[-2000:].decode()}")
        return body

    def measure(self, task: Get | Post | Call) -> Cost:
        if isinstance(task, Call):
            connection.ensure_connection()  # which a request pays for itself
        wall, cpu = time.perf_counter(), cpu_seconds()
        self.do(task)
        cpu, wall = cpu_seconds() - cpu, time.perf_counter() - wall
        return Cost(cpu * 1000, wall * 1000)

    def count_queries(self, task: Get | Post | Call) -> int:
        statements = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            statements.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            self.do(task)
        return len(statements)


def environ_of(request: Get | Post) -> dict[str, Any]:
    path, _, query = request.address.partition("?")
    form = request.data if isinstance(request, Post) else None
    body = urlencode(form | {"csrfmiddlewaretoken": CSRF}, doseq=True).encode() if form is not None else b""
    cookies = request.cookies | {settings.CSRF_COOKIE_NAME: CSRF}
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if form is None else "POST",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "HTTP_ACCEPT_LANGUAGE": "en",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)
    return environ


def sign_in(person: Any) -> Cookies:
    """The cookies of somebody who has signed in."""
    client = Client()
    client.force_login(person)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def cpu_seconds() -> float:
    """Processor time spent so far by this process, and by the server of its database where that runs here."""
    return time.process_time() + (server_seconds() if connection.vendor == "postgresql" else 0)


def server_seconds() -> float:
    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.exists() else 0


def memory_mb() -> float:
    """Memory of this process that is in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
