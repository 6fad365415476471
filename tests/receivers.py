"""Servers of other people, for real: a mail server and a receiver of posts, each in a thread of its own."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from django.test import override_settings
from django.utils import timezone


@dataclass
class Received:
    """One post as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: datetime = field(default_factory=timezone.now)

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers each post with `status` and `answer` after a pause; "hang" waits till the test is over, "reset"
    hangs up.
    """

    port: int = 0
    status: int = 200
    answer: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    mood: str = ""
    pause: float = 0
    posts: list[Received] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def receiver(**facts: Any) -> Iterator[Receiver]:
    """A receiver of posts on a port of its own."""
    state = Receiver(**facts)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.posts.append(Received(self.path, dict(self.headers), body))
            if state.mood == "hang" or state.pause:
                state.over.wait(state.pause or None)
            if state.mood:
                self.close_connection = True
                return
            self.send_response(state.status)
            for name, value in {"Content-Length": str(len(state.answer)), **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(state.answer)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class MailBox:
    """What the mail server took. It answers `refuse`, and one that `hangs_up` takes it without a word.

    It answers to no letter before it has been given as many as `waits_for`.
    """

    letters: list[EmailMessage] = field(default_factory=list)
    refuse: str = ""
    hangs_up: bool = False
    waits_for: int = 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope) -> str:  # noqa: N802
        if self.hangs_up:
            server.transport.close()
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        while len(self.letters) < self.waits_for:
            await asyncio.sleep(0.01)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[MailBox]:
    """A mail server that the settings point at."""
    box = MailBox()
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    try:
        with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
            yield box
    finally:
        server.stop()
