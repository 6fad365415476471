"""Keeps the sign of life of background work, and by it the time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from handover import clock
from handover.ladders import AT_ANY_HOUR, WITH_OWN_TIME
from handover.models import Clock, Delivery, Event, PendingItem, Pulse
from handover.queries import pulse as pulses
from handover.queries.words import Reader
from handover.services import events, outbox

# So long the program goes by its own count after the wall clock was moved; then it believes it again.
HELD = timedelta(minutes=10)


@transaction.atomic
def beat(*, name: str, now: datetime) -> None:
    """Writes that `name` was alive at `now`. Safe to repeat."""
    Pulse.objects.update_or_create(name=name, defaults={"at": now})


@transaction.atomic
def keep_time(*, reading: clock.Reading) -> datetime:
    """The instant of the reading, which becomes the anchor of all that comes.

    Called at the beginning of each sweep. A wall clock that was moved is believed after ten minutes; what
    waits then keeps the time it still has, and the administrators have been told.
    """
    pulse, _made = Pulse.objects.select_for_update().get_or_create(
        name=pulses.TIME, defaults={"at": reading.wall}
    )
    now = clock.steady(pulses.anchor(pulse), reading)
    stepped_at = None
    if now != reading.wall:
        stepped_at = pulse.stepped_at or now
        if pulse.stepped_at is None:
            _tell(reading.wall - now, now)
        elif now - stepped_at > HELD:
            _believe(reading.wall - now)
            now, stepped_at = reading.wall, None
    Pulse.objects.filter(pk=pulse.pk).update(
        at=now, ticks=reading.ticks, boot=reading.boot, stepped_at=stepped_at
    )
    pulses.forget()
    return now


def _believe(step: timedelta) -> None:
    """Move what waits by the step, so that it waits neither longer nor shorter than it was to.

    Times that were said of the wall clock stay, such as those of customers.
    """
    running = Clock.objects.filter(stopped_at__isnull=True).exclude(kind__in=WITH_OWN_TIME)
    running.update(
        started_at=F("started_at") + step,
        due_at=F("due_at") + step,
        next_at=F("next_at") + step,
        armed_at=F("armed_at") + step,
    )
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    waiting.update(next_at=F("next_at") + step)
    moved = PendingItem.objects.open().exclude(next_clock__in=AT_ANY_HOUR)
    moved.update(next_due_at=F("next_due_at") + step)


def _tell(step: timedelta, now: datetime) -> None:
    """Say in the trail and to the administrators that the wall clock was moved."""
    seconds = round(step.total_seconds())
    events.record(verb=Event.Verb.CLOCK_STEPPED, actor=None, now=now, data={"seconds": seconds})
    outbox.send_to_administrators(lambda: _jumped(seconds, now), key=f"clock.{now:%Y%m%d%H%M%S}", now=now)


def _jumped(seconds: int, now: datetime) -> str:
    span = Reader(now).span(abs(seconds))
    if seconds > 0:
        return _("The server's clock jumped %(span)s forward. Please check it.") % {"span": span}
    return _("The server's clock jumped %(span)s back. Please check it.") % {"span": span}
