"""A wall clock that is moved delays nothing and fires nothing early."""

from datetime import timedelta

import pytest

from handover import clock
from handover.clock import Anchor, Reading
from handover.models import Escalation, Event, Kind, Message, Pulse
from handover.queries import pulse as pulses
from handover.services import escalation
from handover.services.pulse import HELD, keep_time
from tests import factories
from tests.factories import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ANCHOR = Anchor(at=NOW, ticks=1000.0, boot="this")


def reading(after: timedelta, *, step: timedelta = timedelta(), boot: str = "this") -> Reading:
    """What the clocks say so long after the anchor, the wall clock moved by `step`."""
    return Reading(wall=NOW + after + step, ticks=1000.0 + after.total_seconds(), boot=boot)


@pytest.mark.parametrize("step", [-HOUR, HOUR, timedelta(days=1), -timedelta(days=1)])
def test_steady_goes_on_by_the_count_where_the_wall_clock_was_moved(step):
    assert clock.steady(ANCHOR, reading(MINUTE, step=step)) == NOW + MINUTE


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_steady_follows_the_wall_clock_in_small_corrections(seconds):
    drift = timedelta(seconds=seconds)
    assert clock.steady(ANCHOR, reading(HOUR, step=drift)) == NOW + HOUR + drift


def test_steady_of_another_start_never_goes_back():
    assert clock.steady(ANCHOR, reading(HOUR, step=-2 * HOUR, boot="other")) == NOW
    assert clock.steady(ANCHOR, reading(HOUR, step=5 * HOUR, boot="other")) == NOW + 6 * HOUR


def test_steady_without_an_anchor_is_the_wall_clock():
    assert clock.steady(None, reading(HOUR)) == NOW + HOUR


def test_the_machine_counts_forward():
    first, second = clock.read(), clock.read()
    assert second.ticks >= first.ticks
    assert second.boot == first.boot


@pytest.fixture
def desk(db):
    """A post with somebody in charge, and an urgent item that nobody has taken since NOW."""
    desk = factories.post()
    factories.administrator(name="Root")
    factories.item(desk, kind=Kind.URGENT)
    keep_time(reading=reading(timedelta()))
    return desk


def turns(start: int, end: int, *, step: timedelta = timedelta()) -> None:
    """A turn of the engine every minute."""
    for minute in range(start, end + 1):
        escalation.run(reading=reading(minute * MINUTE, step=step))


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_steps_fire_at_their_time_whatever_the_wall_clock_says(desk, step):
    turns(0, 2)
    turns(3, 9, step=step)
    assert not Escalation.objects.exists()
    turns(10, 10, step=step)

    assert Escalation.objects.get().due_at == NOW + 10 * MINUTE


def test_a_step_back_and_forth_fires_nothing_twice(desk):
    turns(0, 4)
    turns(5, 9, step=-HOUR)
    turns(10, 12)

    assert Escalation.objects.count() == 1


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_a_clock_that_stays_moved_is_believed_and_what_waits_keeps_its_time(desk, step):
    held = int(HELD / MINUTE)
    turns(0, 1)
    turns(2, held + 12, step=step)

    # Believed since minute 13; the next step comes when the moved clock stands 20 minutes later than NOW did.
    assert Pulse.objects.get(name=pulses.TIME).stepped_at is None
    turns(held + 13, 19, step=step)
    assert Escalation.objects.filter(targets=["duty_supervisor"]).count() == 1
    turns(20, 20, step=step)
    assert Escalation.objects.filter(due_at=NOW + step + 20 * MINUTE).count() == 2


def test_administrators_hear_once_that_the_clock_was_moved(desk):
    turns(0, 1)
    turns(2, 5, step=-HOUR)

    assert Event.objects.get(verb=Event.Verb.CLOCK_STEPPED).data == {"seconds": -3600}
    messages = Message.objects.filter(key__startswith="clock.")
    assert [message.text for message in messages] == ["The server's clock jumped 1 h back. Please check it."]


def test_requests_go_by_the_anchor_too(desk, monkeypatch):
    turns(0, 1)
    monkeypatch.setattr(clock, "read", lambda: reading(2 * MINUTE, step=HOUR))
    pulses.forget()

    assert pulses.now() == NOW + 2 * MINUTE
