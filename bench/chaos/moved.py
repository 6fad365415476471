"""Runs a module whose wall clock can be moved from outside, as an administrator moves that of a machine.

`python -m bench.chaos.moved FILE LOG celery -A handover beat`: the file holds by how many seconds it is off,
the log gets what the module says. Counts of seconds go on, as those of a real machine do.
"""

import os
import runpy
import sys
import threading
import time
from pathlib import Path

import time_machine
from time_machine import escape_hatch

LOOK_SECONDS = 0.1


def offset(file: Path) -> float:
    return float(file.read_text() or 0)


def move(clock: time_machine.Traveller, seconds: float) -> None:
    clock.move_to(escape_hatch.time.time() + seconds)
    time.time()  # only when it is first read it begins to go on


def follow(file: Path, clock: time_machine.Traveller) -> None:
    seen = 0.0
    while True:
        if (wanted := offset(file)) != seen:
            move(clock, wanted)
            seen = wanted
        time.sleep(LOOK_SECONDS)


def main() -> None:
    file, log = Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
    del sys.argv[:3]
    with time_machine.travel(time.time(), tick=True) as clock:
        move(clock, 0)
        threading.Thread(target=follow, args=(file, clock), daemon=True).start()
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
