"""Runs the engine while nobody else does: no beat, no worker, no broker. It sleeps by a count of seconds."""

import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from handover import clock
from handover.management.watch import PulseWatch
from handover.queries.pulse import SWEEP, last_beat
from handover.services import escalation

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
# The pulse of the sweep is older than this: beat is silent, or its worker, or the broker.
SILENT_SECONDS = 10.0


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        ended = threading.Event()

        def end(_signal: int, _frame: FrameType | None) -> None:
            ended.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        watch = PulseWatch(SILENT_SECONDS)
        while not ended.wait(LOOK_SECONDS):
            look(watch)


def look(watch: PulseWatch) -> None:
    """Run the engine if its pulse stands still. A database that does not answer is asked again next time."""
    try:
        if watch.is_deaf(beat=last_beat(SWEEP), clock=time.monotonic()):
            escalation.run(reading=clock.read())
    except DatabaseError:
        logger.exception("The database does not answer")
    finally:
        connection.close()
