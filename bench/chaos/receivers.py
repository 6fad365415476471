"""Where the messages of a run go: a mail server and a receiver of posts, which count what arrives."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes

from aiosmtpd.controller import Controller
from django.utils import timezone

from tests.commands.serving import free_port
from tests.receivers import Receiver, receiver

REF = re.compile(r"handover-(\d+)")


@dataclass
class Outside:
    """When each row of the outbox has arrived, as often as it did."""

    mail_port: int
    hook: Receiver
    letters: list[tuple[int, datetime]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.hook.url

    def environment(self) -> dict[str, str]:
        return {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}"}

    def arrived(self) -> dict[int, list[datetime]]:
        found: dict[int, list[datetime]] = defaultdict(list)
        posts = [(_ref(post.headers["X-Handover-Id"]), post.at) for post in list(self.hook.posts)]
        for ref, at in [*self.letters, *posts]:
            found[ref].append(at)
        return found

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        ref = _ref(message_from_bytes(envelope.content)["Message-ID"])
        self.letters.append((ref, timezone.now()))
        return "250 OK"


def _ref(words: str) -> int:
    found = REF.search(words)
    if found is None:
        raise ValueError(f"A message of nobody: {words}")
    return int(found[1])


@contextmanager
def running() -> Iterator[Outside]:
    port = free_port()
    with receiver() as hook:
        outside = Outside(port, hook)
        server = Controller(outside, hostname="127.0.0.1", port=port)
        server.start()
        try:
            yield outside
        finally:
            server.stop()
