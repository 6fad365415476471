"""What is wrong with the installation, in a few words; "" where nothing is."""

from datetime import datetime, timedelta

from django.db import DatabaseError

from handover.clock import Reading, steady
from handover.models import Delivery

from . import pulse

# A message that has waited this long to leave the house says that nobody delivers.
LONGEST_WAIT = timedelta(minutes=10)


def faults(reading: Reading) -> dict[str, str]:
    """By name of what is looked at: database, broker, sweep, outbox. For machines, hence not translated.

    The broker is judged by what comes through it: a worker writes its pulse whenever beat's message arrives.
    """
    try:
        pulse.forget()
        now = steady(pulse.anchor(pulse.pulses().get(pulse.TIME)), reading)
        return {"database": "", "broker": _broker(now), "sweep": _sweep(now), "outbox": _outbox(now)}
    except DatabaseError as error:
        unknown = "unknown: the database does not answer"
        return {
            "database": str(error).strip() or "no answer",
            "broker": unknown,
            "sweep": unknown,
            "outbox": unknown,
        }


def _broker(now: datetime) -> str:
    last = pulse.pulses().get(pulse.WORKER)
    if last is None:
        return "nothing has come through it yet"
    ago = now - last.at
    return f"nothing has come through it for {round(ago.total_seconds())} s" if ago > pulse.LATE else ""


def _sweep(now: datetime) -> str:
    verdict = pulse.verdict(now)
    if verdict.at is None:
        return "has never run"
    return f"last ran {round((now - verdict.at).total_seconds())} s ago" if verdict.is_late else ""


def _outbox(now: datetime) -> str:
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    oldest = waiting.order_by("next_at").values_list("next_at", flat=True).first()
    if oldest is None or now - oldest <= LONGEST_WAIT:
        return ""
    return f"the oldest message waits for {round((now - oldest).total_seconds())} s"
