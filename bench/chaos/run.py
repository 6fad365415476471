"""One run: makes the scene, hurts the installation while people work, lets it catch up, and judges."""

import argparse
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from bench.chaos import faults, judge, oracle, plant, receivers
from bench.chaos.faults import Fault
from bench.chaos.plant import PROCESSES, Plant
from bench.chaos.scene import Deed, Scene, do, make
from bench.web import sign_in
from handover.models import Clock, Delivery
from handover.queries.pulse import SWEEP, WORKER, last_beat

SCRIPTS = {"long": faults.long, "short": faults.short, "calm": faults.calm}
ROUND_SECONDS = 0.02
START_SECONDS = 120
# The first step comes so long after the scene was made, the last so long after the last fault.
LEAD, TAIL = timedelta(seconds=4), timedelta(seconds=8)
# First steps are due until then, so that the later ones of an item come while there is still a run.
LATEST_FIRST = 0.8
PATIENCE_SECONDS = SENDING_SECONDS = 120


@dataclass
class Course:
    """What was done in a run, and when."""

    acknowledged: list[Deed] = field(default_factory=list)
    healed_at: datetime | None = None
    swept_until: datetime | None = None


def main() -> int:
    signal.signal(signal.SIGTERM, end)
    options = arguments()
    dice = random.Random(options.seed)  # noqa: S311  the same numbers for the same seed
    say(f"Seed {options.seed}. {judge.DATABASE_CLOCK}")
    with (
        receivers.running() as outside,
        plant.running(Path(options.home), outside.environment()) as installation,
    ):
        call_command("migrate", verbosity=0)
        installation.make_database_clock_movable()
        connection.close()  # the next one sees it
        call_command("collectstatic", interactive=False, verbosity=0)
        for name in PROCESSES:
            installation.start(name)
        if not wait_for(installation, lambda: last_beat(WORKER) and last_beat(SWEEP), START_SECONDS):
            say(installation.log.read_text())
            raise SystemExit("The installation did not start; what its processes said stands above.")
        script = SCRIPTS[options.script](installation)
        first = timezone.now() + LEAD
        until = first + timedelta(seconds=script[-1].at) + TAIL
        scene = make(
            count=options.items,
            first=first,
            last=first + (until - first) * LATEST_FIRST,
            webhook=outside.url,
            dice=dice,
        )
        if options.script == "calm":
            installation.look_at_pages(sign_in(scene.administrators[0]))
        course = play(installation, scene, script, first=first, until=until)
        settle(installation, scene, until)
        verdict = judge.judge(scene, course, outside, installation, until)
    say(verdict.told())
    if options.keep and not verdict.is_good:
        shutil.copytree(options.home, options.keep, ignore=shutil.ignore_patterns("*.sock", ".s.*"))
    return 0 if verdict.is_good else 1


def end(*_: object) -> None:
    """Everything that runs is ended on the way out, which a second signal must not cut short."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.chaos", description="Hurts a running installation.")
    parser.add_argument("home", help=argparse.SUPPRESS)
    parser.add_argument("--items", type=int, default=2000, help="urgent items that come due")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    parser.add_argument("--script", choices=SCRIPTS, default="long", help="what is done meanwhile")
    parser.add_argument("--keep", help="a new folder for the database and the logs of a run that went wrong")
    return parser.parse_args()


def play(
    installation: Plant, scene: Scene, script: list[Fault], *, first: datetime, until: datetime
) -> Course:
    """Do what the script and the people have to do, each at its instant, until the end."""
    course, to_do, doing = Course(), list(scene.plan), list(script)
    while (now := timezone.now()) < until:
        installation.supervisor.tend()
        if doing and now >= first + timedelta(seconds=doing[0].at):
            fault = doing.pop(0)
            say(f"{(now - first).total_seconds():6.1f} s  {fault.words}")
            fault.act()
            course.healed_at = timezone.now()
        if to_do and to_do[0].at <= now and tried(to_do[0], course):
            to_do.pop(0)
        time.sleep(ROUND_SECONDS)
    return course


def tried(deed: Deed, course: Course) -> bool:
    """False where the database did not answer: the person tries again, not knowing what became of it."""
    try:
        if do(deed, timezone.now()):
            course.acknowledged.append(deed)
    except (DatabaseError, InterfaceError):
        connection.close()
        return False
    return True


def settle(installation: Plant, scene: Scene, until: datetime) -> None:
    """Wait until what came due is told and has left, or until nobody would wait any longer; then end it all.

    What is judged stands still: nothing comes due any more, and nothing runs.
    """
    wait_for(installation, lambda: not oracle.missing(scene, until), PATIENCE_SECONDS)
    Clock.objects.filter(stopped_at__isnull=True).update(next_at=None)
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    wait_for(installation, lambda: not waiting.exists(), SENDING_SECONDS)
    installation.supervisor.end_all()


def wait_for(installation: Plant, condition: Callable[[], object], seconds: float) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        installation.supervisor.tend()
        time.sleep(1)
    return bool(met)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
