"""Runs the engine while nobody else does: no beat, no worker, no broker. It sleeps by a count of seconds."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from handover import clock
from handover.management.watch import PulseWatch
from handover.queries.pulse import DELIVERY, SWEEP, last_beat, now
from handover.services import delivery, escalation

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
# The pulse is older than this: beat is silent, or its worker, or the broker.
SILENT_SECONDS = 10.0


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        ended = threading.Event()

        def end(_signal: int, _frame: FrameType | None) -> None:
            ended.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        # In a thread of its own: a receiver that does not answer never holds up the sweep.
        outside = threading.Thread(target=tend, args=(ended, DELIVERY, deliver))
        outside.start()
        tend(ended, SWEEP, sweep)
        outside.join()


def sweep() -> None:
    escalation.run(reading=clock.read())


def deliver() -> None:
    delivery.deliver(now=now())


def tend(ended: threading.Event, pulse: str, run: Callable[[], None]) -> None:
    watch = PulseWatch(SILENT_SECONDS)
    while not ended.wait(LOOK_SECONDS):
        look(watch, pulse, run)


def look(watch: PulseWatch, pulse: str, run: Callable[[], None]) -> None:
    """Run it if its pulse stands still, and again each time until it moves by somebody else.

    Whatever fails is tried again next time: nobody else may be left to run it.
    """
    try:
        if watch.is_deaf(beat=last_beat(pulse), clock=time.monotonic()):
            run()
            watch.discount(beat=last_beat(pulse))
    except Exception:
        logger.exception("It failed, and is tried again")
    finally:
        connection.close()
