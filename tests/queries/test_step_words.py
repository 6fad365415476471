"""What a step says fits the moment at which it comes, in ladders of the team's own as well."""

from datetime import timedelta

import pytest

from handover.ladders import Step, begins_at
from handover.models import Clock, Handover, Kind, Promise, Waits
from handover.queries import step_words
from tests import factories
from tests.factories import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
def item(db):
    customer = factories.customer(name="Wang")
    return factories.item(factories.post(name="Front line"), kind=Kind.URGENT, customer=customer)


def said(clock: Clock, minutes: int, **step) -> str:
    """The beginning of the sentence, up to the thing."""
    at = begins_at(clock.kind, clock.due_at) + minutes * MINUTE
    promise = Promise(text="The refund") if clock.kind == Waits.PROMISE else None
    told = Step(minutes, ("post",), **step)
    return step_words.sentence(clock, told, due_at=at, now=at, promise=promise).split(": ")[0]


@pytest.mark.parametrize(
    ("kind", "at_once", "later"),
    [
        (Waits.TAKEN, "Urgent, and waits to be taken", "Urgent, and nobody has taken it for 20 min"),
        (
            Waits.RESPONSE,
            "Urgent, and waits for the first response",
            "Urgent, and no first response for 20 min",
        ),
        (Waits.COMPLAINT, "New complaint, please assign it", "A complaint open for 20 min"),
        (Waits.IDLE, "Urgent, and somebody must go on with it", "Urgent, and no progress for 20 min"),
    ],
)
def test_a_step_at_once_does_not_say_for_how_long(item, kind, at_once, later):
    clock = Clock(item=item, kind=kind, due_at=NOW + timedelta(hours=2))

    assert (said(clock, 0), said(clock, 20)) == (at_once, later)


@pytest.mark.parametrize(
    ("kind", "at_once", "later"),
    [
        (
            Waits.SIGN,
            "The shift is over, and its handover waits to be signed",
            "Not signed 20 min after the end of the shift",
        ),
        (Waits.CONFIRM, "A handover waits to be received", "Nobody receives it for 20 min"),
    ],
)
def test_the_same_of_a_handover(db, kind, at_once, later):
    shift = factories.shift()
    handover = Handover(team=shift.post.team, post=shift.post, outgoing_shift=shift)
    clock = Clock(handover=handover, kind=kind, due_at=NOW)

    assert (said(clock, 0), said(clock, 20)) == (at_once, later)


@pytest.mark.parametrize(
    ("kind", "before", "then", "after"),
    [
        (Waits.DONE, "This comes due at 06:00", "It is time for this", "This was due at 06:00"),
        (Waits.PROMISE, "Promised for 06:00", *["Promised for 06:00 and not kept"] * 2),
    ],
)
def test_what_has_a_time_is_told_before_at_and_after_it(item, kind, before, then, after):
    clock = Clock(item=item, kind=kind, due_at=NOW)

    assert tuple(said(clock, minutes) for minutes in (-15, 0, 15)) == (before, then, after)


def test_a_complaint_is_told_by_what_it_lacks(item):
    clock = Clock(item=item, kind=Waits.COMPLAINT, due_at=NOW + timedelta(hours=2))

    assert said(clock, 5, only_untaken=True) == "A complaint that nobody has taken for 5 min"
    assert said(clock, 120) == "A complaint open for 2 h"
