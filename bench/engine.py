"""What the sweep costs: while nothing is due among few and many items, and when very much is due at once.

`bench.run --engine` runs it in a process of its own: `python -m bench.launch bench.engine BURST OPEN...`.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from bench import copies, report
from bench.crowd import Place, administrators, team, urgent
from bench.web import server_seconds
from handover import clock
from handover.models import Clock, Escalation, PendingItem, Waits
from handover.services import escalation

TEAMS = 2
POSTS = 3
PORTION = 10_000  # made at once
WARM_UP, TURNS = 5, 50
TEN_MINUTES = timedelta(minutes=10)


def _server_seconds() -> float:
    return server_seconds() if connection.vendor == "postgresql" else 0


@dataclass
class Statements:
    """The statements of a stretch of work, and how long the database took for them."""

    count: int = 0
    seconds: float = 0

    def note(self, execute: Any, *call: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*call)
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - began


@dataclass
class Spent:
    """What a stretch of work has cost."""

    wall: float = field(default_factory=time.perf_counter)
    own: float = field(default_factory=time.process_time)
    server: float = field(default_factory=_server_seconds)

    def stop(self) -> None:
        self.wall = time.perf_counter() - self.wall
        self.own = time.process_time() - self.own
        self.server = _server_seconds() - self.server


@contextmanager
def spending() -> Iterator[Spent]:
    spent = Spent()
    yield spent
    spent.stop()


def main(at_once: int, *sizes: int) -> None:
    call_command("migrate", verbosity=0)
    connection.settings_dict["CONN_MAX_AGE"] = None  # its processor time is read from one process
    now = timezone.now()
    places = _places(now)
    say(report.idle([(size, *idle(places, size, now)) for size in sizes]))
    written, spent = burst(places, at_once, now)
    say(report.burst(written, wall=spent.wall, own=spent.own, server=spent.server))


def _places(now: datetime) -> list[Place]:
    administrators()
    return [place for n in range(TEAMS) for place in team(n, posts=POSTS, now=now, webhook="https://chat/")]


def burst(places: list[Place], count: int, now: datetime) -> tuple[int, Spent]:
    """Many items of which the first step comes due in the same second, swept by one process."""
    urgent(places, [now] * count)
    escalation.sweep(now=now)  # arms them
    _settle()
    with spending() as spent:
        escalation.sweep(now=now + TEN_MINUTES)
    return Escalation.objects.count(), spent


def idle(places: list[Place], size: int, now: datetime) -> tuple[float, float]:
    """Milliseconds of SQL and statements of a whole turn that finds nothing due among so many items."""
    begins = now + timedelta(days=2)
    have = Clock.objects.filter(kind=Waits.TAKEN).count()
    if have < PORTION:
        wanted = min(size, PORTION) - have
        urgent(places, [begins + timedelta(seconds=n) for n in range(wanted)])
        have += wanted
    while have < size:
        count = min(have, size - have)
        _copy(count)
        have += count
    _settle()
    found = []
    for _turn in range(WARM_UP + TURNS):
        statements = Statements()
        with connection.execute_wrapper(statements.note):
            escalation.run(reading=clock.read())
        found.append(statements)
    kept = found[WARM_UP:]
    # What else the machine does only ever makes it longer.
    undisturbed = quantiles((one.seconds for one in kept), n=10)[0]
    return undisturbed * 1000, median(one.count for one in kept)


def _copy(count: int) -> None:
    """The oldest items and their clocks once more."""
    after_items, after_clocks = (
        model.objects.aggregate(Max("pk"))["pk__max"] for model in (PendingItem, Clock)
    )
    last = PendingItem.objects.order_by("pk").values_list("pk", flat=True)[count - 1]
    copies.insert_again(PendingItem, f"id <= {last}", id=after_items)
    copies.insert_again(Clock, f"item_id <= {last}", id=after_clocks, item_id=after_items)
    copies.reset_numbers([PendingItem, Clock])


def _settle() -> None:
    """What autovacuum would have done by and by."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
