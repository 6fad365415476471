"""One side in a process of its own, under its own settings.

`python -m bench.worker bench.product fill items=10000` makes its rows; without `fill` it reads lines such as
`["measure", "home", 0]` and answers each with figures in JSON.
"""

import cProfile
import json
import pstats
import sys
from dataclasses import asdict
from importlib import import_module
from io import StringIO
from types import ModuleType
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

from bench.web import Stack, memory_mb

PROFILED = 30
SHOWN = 45


def fill(side: ModuleType, sizes: dict[str, int]) -> None:
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # the floor has no migrations, and needs auth first
    call_command("collectstatic", interactive=False, verbosity=0)
    side.fill(**sizes)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


class Worker:
    """Answers what the program that started it asks for."""

    def __init__(self, side: ModuleType) -> None:
        if connection.vendor == "postgresql":
            # Its processor time is read from one process of the server, which must stay the same.
            connection.settings_dict["CONN_MAX_AGE"] = None
        self.pages, self.stack = side.Pages(), Stack()

    def count(self, name: str, turn: int) -> int:
        """How many queries the request makes once it is warm."""
        self.stack.do(getattr(self.pages, name)(turn))
        return self.stack.count_queries(getattr(self.pages, name)(turn + 1))

    def measure(self, name: str, turn: int) -> dict[str, float]:
        return asdict(self.stack.measure(getattr(self.pages, name)(turn)))

    def memory(self) -> float:
        return memory_mb()

    def profile(self, name: str, first: int) -> str:
        """Where the time of some requests goes, by own and by total time."""
        profiler = cProfile.Profile()
        for turn in range(first, first + PROFILED):
            task = getattr(self.pages, name)(turn)
            profiler.runcall(self.stack.do, task)
        told = StringIO()
        stats = pstats.Stats(profiler, stream=told).strip_dirs()
        for order in ("cumulative", "tottime"):
            stats.sort_stats(order).print_stats(SHOWN)
        return told.getvalue()


def answer(worker: Worker, line: str) -> Any:
    task, *arguments = json.loads(line)
    return getattr(worker, task)(*arguments)


def main(name: str, *rest: str) -> None:
    django.setup()
    side = import_module(name)
    if rest:
        fill(side, {key: int(number) for key, number in (size.split("=") for size in rest[1:])})
        return
    worker = Worker(side)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(worker, line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
