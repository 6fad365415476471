"""Promises: made, kept, broken, moved."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, InvalidMove
from handover.models import Clock, ClockKind, Event, Promise
from handover.services import endings, promises
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

BY = NOW + timedelta(hours=1)
State = Promise.State


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk)


@pytest.fixture
def item(desk):
    return factories.item(desk)


@pytest.fixture
def promise(item, agent):
    return promises.make(item=item, text="We ring back", due_at=BY, actor=agent, now=NOW)


def runs(item) -> list[tuple]:
    clocks = Clock.objects.filter(item=item, kind=ClockKind.PROMISE).order_by("pk")
    return list(clocks.values_list("due_at", "outcome"))


def test_make_runs_the_clock_and_leaves_the_version(item, promise):
    item.refresh_from_db()
    assert (item.next_due_at, item.next_clock, item.version) == (BY, ClockKind.PROMISE, 1)
    event = Event.objects.get(item=item)
    assert (event.verb, event.text) == (Event.Verb.PROMISED, "We ring back")


def test_make_while_one_is_open_is_refused(item, agent, promise):
    with pytest.raises(InvalidMove):
        promises.make(item=item, text="And a voucher", due_at=BY, actor=agent, now=NOW)

    assert item.promises.get() == promise


def test_make_on_an_ended_item_is_refused(item, agent):
    endings.close(item=item, result="Withdrawn", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        promises.make(item=item, text="We ring back", due_at=BY, actor=agent, now=NOW)


@pytest.mark.parametrize(
    ("at", "outcome"), [(BY, Clock.Outcome.MET), (BY + timedelta(seconds=1), Clock.Outcome.LATE)]
)
def test_keep_stops_the_clock(item, agent, promise, at, outcome):
    promises.keep(promise=promise, actor=agent, now=at)

    item.refresh_from_db()
    promise.refresh_from_db()
    assert (promise.state, promise.settled_at, promise.settled_by) == (State.KEPT, at, agent)
    assert runs(item) == [(BY, outcome)]
    assert item.next_clock == ClockKind.DONE
    assert Event.objects.filter(item=item, verb=Event.Verb.PROMISE_KEPT).count() == 1


@pytest.mark.parametrize(
    ("at", "outcome"), [(NOW, Clock.Outcome.VOID), (BY + timedelta(minutes=1), Clock.Outcome.LATE)]
)
def test_break_stops_the_clock_and_says_why(item, agent, promise, at, outcome):
    promises.break_(promise=promise, reason="Line was dead", actor=agent, now=at)

    promise.refresh_from_db()
    assert (promise.state, promise.reason) == (State.BROKEN, "Line was dead")
    assert runs(item) == [(BY, outcome)]


def test_move_leaves_the_old_promise_and_makes_another(item, agent, promise):
    later = BY + timedelta(hours=2)

    moved = promises.move(promise=promise, due_at=later, reason="Bank is closed", actor=agent, now=NOW)

    item.refresh_from_db()
    rows = item.promises.order_by("pk").values_list("state", "due_at", "reason", "text")
    assert list(rows) == [
        (State.MOVED, BY, "Bank is closed", "We ring back"),
        (State.OPEN, later, "", "We ring back"),
    ]
    assert moved == item.promises.get(state=State.OPEN)
    assert runs(item) == [(BY, Clock.Outcome.VOID), (later, "")]
    assert item.promise_moves == 1


@pytest.mark.parametrize("settle", ["keep", "break_", "move"])
def test_settling_twice_is_refused(item, agent, promise, settle):
    seen = Promise.objects.get(pk=promise.pk)
    promises.keep(promise=promise, actor=agent, now=NOW)
    facts = {"move": {"due_at": BY, "reason": "x"}}.get(settle, {})

    with pytest.raises(InvalidMove):
        getattr(promises, settle)(promise=promise, actor=agent, now=NOW, **facts)
    with pytest.raises(Conflict):
        getattr(promises, settle)(promise=seen, actor=agent, now=NOW, **facts)

    assert Event.objects.filter(item=item).count() == 2
