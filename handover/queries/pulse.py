"""Whether background work still runs, and what time it is by its anchor."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handover import clock
from handover.models import Pulse

TIME, SWEEP, WORKER, DELIVERY = "time", "sweep", "worker", "delivery"
# The page says in red that nobody is being warned.
LATE = timedelta(seconds=60)
# A process asks for the pulses no more often than this.
LOOK_SECONDS = 2.0


def last_beat(name: str) -> datetime | None:
    return Pulse.objects.filter(name=name).values_list("at", flat=True).order_by("pk").first()


@dataclass
class _Look:
    """The pulses as this process saw them last."""

    pulses: dict[str, Pulse] = field(default_factory=dict)
    ticks: float | None = None


_look = _Look()


def pulses() -> dict[str, Pulse]:
    """Every pulse by its name, at most some seconds old."""
    ticks = clock.ticks()
    if _look.ticks is None or ticks - _look.ticks > LOOK_SECONDS:
        _look.pulses = {pulse.name: pulse for pulse in Pulse.objects.order_by("pk")}
        _look.ticks = ticks
    return _look.pulses


def forget() -> None:
    """Ask anew at the next look."""
    _look.ticks = None


def anchor(pulse: Pulse | None) -> clock.Anchor | None:
    return clock.Anchor(pulse.at, pulse.ticks, pulse.boot) if pulse and pulse.boot else None


def now() -> datetime:
    """What time it is; for whatever begins here, a request or a task."""
    return clock.steady(anchor(pulses().get(TIME)), clock.read())


@dataclass(frozen=True)
class Verdict:
    """When the engine ran last, whether that is too long ago, and the instant of this judgement."""

    at: datetime | None
    now: datetime
    is_late: bool


def verdict(now: datetime) -> Verdict:
    """Computed here and not told by the engine: one that stands still cannot say so."""
    pulse = pulses().get(SWEEP)
    return Verdict(pulse.at if pulse else None, now, is_late=pulse is None or now - pulse.at > LATE)
