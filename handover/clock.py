"""What time it is: the wall clock, unless somebody has moved it.

A wall clock that steps an hour back would delay every warning by an hour, and one that steps forward would
fire them early. The time since the machine started cannot step, so the engine leaves an anchor every few
seconds: this instant stood at this count. Whoever finds the wall clock elsewhere goes on by the count.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.utils import timezone

# Nearer than this it is a drift, which the wall clock is allowed.
STEP = timedelta(seconds=30)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Reading:
    """What the clocks of a machine say at one moment: the wall clock, and the seconds since its start."""

    wall: datetime
    ticks: float
    boot: str


@dataclass(frozen=True)
class Anchor:
    """The instant at which the count of a machine stood at `ticks`."""

    at: datetime
    ticks: float
    boot: str


def read() -> Reading:
    return Reading(wall=timezone.now(), ticks=ticks(), boot=_boot())


def ticks() -> float:
    """Seconds since the machine started, those in which it slept included where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@cache
def _boot() -> str:
    """Names this start of this machine: counts of another one cannot be compared."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""


def steady(anchor: Anchor | None, reading: Reading) -> datetime:
    """The instant of the reading. From another machine's anchor it only follows that time never goes back."""
    if anchor is None:
        return reading.wall
    if anchor.boot != reading.boot:
        return max(reading.wall, anchor.at) if anchor.at - reading.wall > STEP else reading.wall
    expected = anchor.at + timedelta(seconds=reading.ticks - anchor.ticks)
    return reading.wall if abs(reading.wall - expected) <= STEP else expected
