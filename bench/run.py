"""Measures the product's pages against the plain floor in one run: `python -m bench.run --help`.

Each side is a process of its own that sends requests through its whole WSGI stack. The requests of all sides
take turns, so that whatever else the machine does meets all of them; what counts is processor time, of the
process and of the database server, as a ratio of medians.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from bench import budgets, report
from bench.budgets import Subject
from bench.report import Measured
from bench.sides import (
    BARE,
    ENGINE,
    EVIDENCE,
    FLOOR,
    LARGE,
    PRODUCT,
    SMALL,
    Running,
    Side,
    databases,
    environment,
    fill,
    running,
)

SWEPT = [1_000, 10_000, 100_000]  # and a million on demand: it takes long to make them
FEW, MANY = 1_000, 100_000  # and a million on demand
SENDS = {"EMAIL_URL": "dummymail://"}  # so that emails are written as where a mail server is set up
SEALED = [100_000]  # and a million on demand
WARM_UP = 2  # requests of each kind before the first that counts


def main() -> None:
    options = arguments()
    if options.servers:
        rest = [argument for argument in sys.argv[1:] if argument != "--servers"]
        command = [sys.executable, "-m", "tests.servers", sys.executable, "-m", "bench.run", *rest]
        os.execv(sys.executable, command)
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        run = next((run for name, run in OTHERS.items() if getattr(options, name)), pages)
        run(options, Path(home))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.run", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--items", type=int, default=10_000, help="items of the centre")
    parser.add_argument("--handovers", type=int, default=1_000, help="ended handovers")
    parser.add_argument("--turns", type=int, default=100, help="measured requests of each kind")
    parser.add_argument("--seconds", type=int, default=150, help="after which no further turn begins")
    parser.add_argument("--servers", action="store_true", help="on a PostgreSQL started for this run")
    parser.add_argument("--growth", action="store_true", help="the lists among few and among many items")
    parser.add_argument("--among", type=int, default=MANY, help="items that are many")
    parser.add_argument("--engine", action="store_true", help="what sweeps for steps that are due cost")
    parser.add_argument("--open", type=int, nargs="+", default=SWEPT, help="items among which it sweeps")
    parser.add_argument("--burst", type=int, default=budgets.BURST, help="steps due at once")
    parser.add_argument("--evidence", action="store_true", help="what sealing and verifying the trail cost")
    parser.add_argument("--entries", type=int, nargs="+", default=SEALED, help="of the ledger, in steps")
    parser.add_argument("--profile", metavar="PAGE", help="where the time of one page goes instead")
    return parser.parse_args()


def pages(options: argparse.Namespace, home: Path) -> None:
    """The table of all pages and writes."""
    subjects = [*budgets.FLOOR, *budgets.PAGES, *budgets.WRITES]
    with ExitStack() as stack:
        sides = started(stack, home, [BARE, FLOOR, PRODUCT], options)
        measured = take_turns(sides, subjects, options)
        memory = {name: side.ask("memory") for name, side in sides.items()}
    say(report.pages(measured, memory))


def growth(options: argparse.Namespace, home: Path) -> None:
    """The same lists among few and among many items, and the floor's."""
    with ExitStack() as stack:
        sides = started(stack, home, [FLOOR], options)
        for side, items in ((SMALL, FEW), (LARGE, options.among)):
            options.items = items
            sides |= started(stack, home, [side], options)
        pages = [Subject(side.name, one.name, one.title) for one in budgets.GROWTH for side in (SMALL, LARGE)]
        say(report.growth(take_turns(sides, [budgets.LIST, *pages], options), FEW, options.among))


def profiled(options: argparse.Namespace, home: Path) -> None:
    with ExitStack() as stack:
        product = started(stack, home, [PRODUCT], options)["product"]
        product.ask("count", options.profile, 0)
        say(product.ask("profile", options.profile, WARM_UP))


def engine(options: argparse.Namespace, home: Path) -> None:
    """What the sweep costs, in a process that prints its tables itself."""
    sizes = map(str, [options.burst, *options.open])
    command = [sys.executable, "-m", "bench.launch", ENGINE.pages, *sizes]
    with databases([ENGINE]):
        subprocess.run(command, env={**environment(ENGINE, home), **SENDS}, check=True)


def evidence(options: argparse.Namespace, home: Path) -> None:
    """What sealing and verifying cost, in a process that prints its table itself."""
    command = [sys.executable, "-m", "bench.launch", EVIDENCE.pages, *map(str, options.entries)]
    with databases([EVIDENCE]):
        subprocess.run(command, env=environment(EVIDENCE, home), check=True)


OTHERS = {"growth": growth, "profile": profiled, "engine": engine, "evidence": evidence}


def started(
    stack: ExitStack, home: Path, sides: list[Side], options: argparse.Namespace
) -> dict[str, Running]:
    """The sides with their rows."""
    stack.enter_context(databases(sides))
    for side in {side.database: side for side in sides}.values():
        note(f"Making {options.items} rows of {side.database} ...")
        fill(side, home, items=options.items, handovers=options.handovers, desks_wanted=desks_wanted(options))
    return {side.name: stack.enter_context(running(side, home)) for side in sides}


def desks_wanted(options: argparse.Namespace) -> int:
    """One is being written and one received; each turn that measures signing needs another."""
    return 2 if options.growth else options.turns + WARM_UP + 2


def take_turns(
    sides: dict[str, Running], subjects: list[Subject], options: argparse.Namespace
) -> list[Measured]:
    counts = {subject: sides[subject.side].ask("count", subject.name, 0) for subject in subjects}
    costs = defaultdict(list)
    note("Measuring ...")
    end = time.monotonic() + options.seconds
    for turn in range(WARM_UP, WARM_UP + options.turns):
        if time.monotonic() > end:
            break
        for subject in subjects:
            costs[subject].append(sides[subject.side].ask("measure", subject.name, turn))
    return [Measured(subject, counts[subject], costs[subject]) for subject in subjects]


def note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
