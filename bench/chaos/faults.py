"""What is done to the installation, and when."""

import signal
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from bench.chaos.plant import WORKERS, Plant, busy_worker

HOUR = 3600
HUNT_SECONDS = 8.0
HELD_SECONDS = 0.1


@dataclass(frozen=True)
class Fault:
    """What is done so many seconds after the first step has come due."""

    at: float
    words: str
    act: Callable[[], object]


def long(plant: Plant) -> list[Fault]:
    """Everything, one after the other, in less than four minutes."""
    return [
        *(
            Fault(at, "kill -9 of a worker in the middle of a sweep", lambda: hunt(plant))
            for at in (6, 16, 26)
        ),
        Fault(30, "a worker frozen in the middle of a sweep", lambda: freeze(plant)),
        Fault(40, "kill -9 of Redis", plant.broker.stop),
        Fault(43, "Redis is back, empty", plant.broker.start),
        Fault(55, "immediate stop of PostgreSQL", plant.database.stop),
        Fault(58, "PostgreSQL is back", plant.database.start),
        Fault(65, "the frozen worker goes on", lambda: thaw(plant)),
        Fault(70, "beat stopped", lambda: plant.stop("beat")),
        Fault(90, "clock of the database an hour forward", lambda: plant.move_database_clock(HOUR)),
        Fault(105, "clock of the database an hour back", lambda: plant.move_database_clock(-HOUR)),
        Fault(120, "clock of the database right again", lambda: plant.move_database_clock(0)),
        Fault(130, "beat is back", lambda: plant.start("beat")),
        Fault(132, "a second beat", lambda: plant.start("beat-2")),
        Fault(150, "the second beat stopped", lambda: plant.stop("beat-2")),
        Fault(155, "wall clock an hour forward", lambda: plant.move_clock(HOUR)),
        Fault(170, "wall clock right again", lambda: plant.move_clock(0)),
        Fault(175, "wall clock an hour back", lambda: plant.move_clock(-HOUR)),
        Fault(195, "wall clock right again", lambda: plant.move_clock(0)),
        Fault(198, "no broker at all", plant.broker.stop),
        Fault(222, "a broker again, empty", plant.broker.start),
    ]


def short(plant: Plant) -> list[Fault]:
    """The worst of it in a quarter of a minute."""
    return [
        Fault(1, "kill -9 of a worker in the middle of a sweep", lambda: hunt(plant)),
        Fault(4, "kill -9 of Redis", plant.broker.stop),
        Fault(6, "Redis is back, empty", plant.broker.start),
        Fault(8, "wall clock an hour forward", lambda: plant.move_clock(HOUR)),
        Fault(11, "wall clock an hour back", lambda: plant.move_clock(-HOUR)),
        Fault(13, "clock of the database an hour forward", lambda: plant.move_database_clock(HOUR)),
        Fault(16, "both clocks right again", lambda: both_right(plant)),
    ]


def both_right(plant: Plant) -> None:
    plant.move_clock(0)
    plant.move_database_clock(0)


def calm(_plant: Plant) -> list[Fault]:
    """Nothing at all; people use the pages meanwhile.

    So long that a whole ladder fits in: where items have waited before the run, all their steps come due at
    the same moment between two sweeps, and that moment would decide what the delay of a step is.
    """
    return [Fault(240, "end of a quiet run", lambda: None)]


def hunt(plant: Plant) -> None:
    """Kill a worker while it writes the steps of a sweep."""
    if name := _caught(plant):
        plant.signal(name, signal.SIGKILL)
        plant.killed += 1


def freeze(plant: Plant) -> None:
    """Stop a worker while it holds the rows of a sweep: its machine stands still, or cannot be reached."""
    with closing(plant.connect()) as database:
        while name := _caught(plant):
            plant.signal(name, signal.SIGSTOP)
            time.sleep(HELD_SECONDS)
            if busy_worker(database) == name:
                plant.frozen += 1
                return
            plant.signal(name, signal.SIGCONT)  # it had just ended what it did


def thaw(plant: Plant) -> None:
    for name in WORKERS:
        plant.signal(name, signal.SIGCONT)


def _caught(plant: Plant) -> str:
    """A worker in the middle of a sweep; "" where none shows itself in good time."""
    deadline = time.monotonic() + HUNT_SECONDS
    with closing(plant.connect()) as database:
        while time.monotonic() < deadline:
            if name := busy_worker(database):
                return name
            time.sleep(0.005)
    return ""
