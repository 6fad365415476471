"""Where the messages of a run go: a mail server and a receiver of posts, which count what arrives."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes

from aiosmtpd.controller import Controller

from tests.commands.serving import free_port
from tests.receivers import Receiver, receiver

REF = re.compile(r"handover-(\d+)")


@dataclass
class Outside:
    """How often each row of the outbox has arrived."""

    mail_port: int
    hook: Receiver
    letters: Counter[int] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return self.hook.url

    def environment(self) -> dict[str, str]:
        return {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}"}

    def arrived(self) -> Counter[int]:
        posts = Counter(_ref(post.headers["X-Handover-Id"]) for post in list(self.hook.posts))
        return self.letters + posts

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        self.letters[_ref(message_from_bytes(envelope.content)["Message-ID"])] += 1
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
