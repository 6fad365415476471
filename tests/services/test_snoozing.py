"""Snoozing an item: what is put off, for how long at most, and what wakes it up."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Clock, Escalation, Event, Kind, PendingItem, Stage, Waits
from handover.services import endings, escalation, holding, items, lines, promises, snoozing
from tests import factories
from tests.boundary import SOON, Boundary, line_of
from tests.factories import NOW, Role
from tests.items import NOTE, verbs
from tests.threads import at_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
UNTIL = NOW + 40 * MINUTE
WHY = "The carrier rings back at 14:35."


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk)


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR)


@pytest.fixture
def item(desk, agent):
    return factories.item(desk, kind=Kind.URGENT, holder=agent)


def snooze(item, actor, *, until=UNTIL, now=NOW):
    snoozing.snooze(item=item, until=until, reason=WHY, actor=actor, now=now)


def looks(item) -> dict[str, object]:
    """When the engine looks at each running clock next."""
    clocks = Clock.objects.filter(item=item, stopped_at__isnull=True)
    return dict(clocks.values_list("kind", "next_at"))


def snoozed(item) -> tuple:
    item.refresh_from_db()
    return item.snoozed_until, item.snoozed_by, item.snooze_reason


AWAKE = (None, None, "")


# --- Snoozing ---------------------------------------------------------------------------------------
def test_snooze_tells_nobody_until_its_end(item, agent):
    snooze(item, agent)
    for minute in (20, 30, 39):
        escalation.sweep(now=NOW + minute * MINUTE)
    before = Escalation.objects.count()
    escalation.sweep(now=UNTIL)

    assert snoozed(item) == (UNTIL, agent, WHY)
    assert before == 0
    assert list(Escalation.objects.order_by("step").values_list("clock__kind", "step")) == [
        ("response", 0),
        ("response", 1),
    ]
    event = Event.objects.get(verb=Event.Verb.SNOOZED)
    assert (event.item, event.text, event.data) == (item, WHY, {"until": UNTIL.isoformat()})


def test_snooze_leaves_what_is_looked_at_later(item, agent):
    item.clocks.filter(kind=Waits.DONE).update(next_at=NOW + 5 * timedelta(hours=1))
    item.clocks.filter(kind=Waits.RESPONSE).update(next_at=None)
    snooze(item, agent)

    assert looks(item) == {"done": NOW + 5 * timedelta(hours=1), "response": None}


def test_snooze_leaves_promises_and_complaints_alone(item, agent):
    promises.make(item=item, text="We ring back", due_at=UNTIL, actor=agent, now=NOW)
    Clock.objects.create(item=item, kind=Waits.COMPLAINT, started_at=NOW, due_at=UNTIL, next_at=NOW)
    snooze(item, agent)

    assert looks(item) == {"done": UNTIL, "response": UNTIL, "promise": NOW, "complaint": NOW}


@pytest.mark.parametrize("until", [NOW, NOW - MINUTE, NOW + timedelta(days=2)])
def test_snooze_ends_later_than_now_and_with_the_business_day(item, agent, until):
    with pytest.raises(InvalidMove):
        snooze(item, agent, until=until)

    assert (snoozed(item), looks(item)) == (AWAKE, {"done": NOW, "response": NOW})


def test_snooze_up_to_the_end_of_the_business_day_works(item, agent):
    end = item.team.business_day_end(NOW)
    snooze(item, agent, until=end)

    assert snoozed(item)[0] == end


def test_snooze_past_an_open_promise_is_refused(item, agent):
    promises.make(item=item, text="We ring back", due_at=UNTIL, actor=agent, now=NOW)

    with pytest.raises(InvalidMove, match="06:40"):
        snooze(item, agent, until=UNTIL + MINUTE)


def test_snooze_of_a_closed_item_is_refused(item, agent):
    endings.close(item=item, result="Refunded.", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        snooze(item, agent)


def test_what_was_handed_over_and_not_taken_is_snoozed_by_who_is_in_charge_alone(item, agent, chief):
    Clock.objects.create(item=item, kind=Waits.TAKEN, started_at=NOW, due_at=UNTIL, next_at=NOW)

    with pytest.raises(NotAllowed):
        snooze(item, agent)
    snooze(item, chief)

    assert snoozed(item)[1] == chief


def test_snooze_twice_is_as_said_last(item, agent):
    snooze(item, agent)
    snooze(item, agent, until=UNTIL + MINUTE)

    assert (snoozed(item)[0], looks(item)["response"]) == (UNTIL + MINUTE, UNTIL + MINUTE)


# --- Waking -----------------------------------------------------------------------------------------
def test_wake_up_tells_what_is_due_by_then_at_once(item, agent, chief):
    snooze(item, agent)
    later = NOW + 25 * MINUTE
    snoozing.wake(item=item, actor=chief, now=later)
    escalation.sweep(now=later)

    assert snoozed(item) == AWAKE
    assert list(Escalation.objects.values_list("clock__kind", "step", "due_at")) == [
        ("response", 0, NOW + 20 * MINUTE)
    ]
    assert Event.objects.get(verb=Event.Verb.WOKEN).actor == chief


def test_wake_up_of_what_is_awake_is_refused(item, agent, chief):
    with pytest.raises(InvalidMove):
        snoozing.wake(item=item, actor=chief, now=NOW)
    snooze(item, agent)
    with pytest.raises(InvalidMove):
        snoozing.wake(item=item, actor=chief, now=UNTIL)


WAKES = {
    "progress": lambda item, actor, now: items.progress(
        item=item, text=NOTE, stage=Stage.IN_PROGRESS, key_at=item.key_at, actor=actor, now=now
    ),
    "call": lambda item, actor, now: items.call_again(item=item, text="", actor=actor, now=now),
    "release": lambda item, actor, now: holding.release(item=item, actor=actor, now=now),
    "transfer": lambda item, actor, now: holding.transfer(
        item=item, to=factories.post(item.team), reason="Theirs", actor=actor, now=now
    ),
    "kind": lambda item, actor, now: items.set_kind(
        item=item, kind=Kind.FOLLOW_UP, reason="Calm", actor=actor, now=now
    ),
    "promise": lambda item, actor, now: promises.make(
        item=item, text="At once", due_at=now + MINUTE, actor=actor, now=now
    ),
    "resolve": lambda item, actor, now: endings.resolve(
        item=item, result="Sent", customer_told=False, actor=actor, now=now
    ),
}


@pytest.mark.parametrize("what", WAKES)
def test_what_happens_to_the_item_wakes_it_up(item, agent, what):
    snooze(item, agent)
    later = NOW + 5 * MINUTE
    WAKES[what](item, agent, later)

    assert snoozed(item) == AWAKE
    assert set(looks(item).values()) <= {NOW, later}


def test_a_correction_of_the_facts_does_not_wake_it_up(item, agent):
    snooze(item, agent)
    items.edit(item=item, plan="If not, then the shop.", actor=agent, now=NOW + MINUTE)

    assert snoozed(item)[0] == UNTIL


def test_accepting_it_from_the_shift_before_wakes_it_up():
    boundary = Boundary()
    item = factories.item(boundary.post, holder=boundary.ada)
    snooze(item, boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    lines.accept(line=line_of(handover, item), read_back="", heard_orally=True, actor=boundary.bo, now=SOON)

    assert snoozed(item) == AWAKE


# --- At once ----------------------------------------------------------------------------------------
def race(item, *steps) -> list:
    views = [PendingItem.objects.select_related("post", "team").get(pk=item.pk) for _step in steps]
    return at_once(
        *(lambda step=step, view=view: step(view) for step, view in zip(steps, views, strict=True))
    )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_snoozed_by_two_at_once_is_snoozed_once(item, agent, chief):
    refused = race(item, lambda view: snooze(view, agent), lambda view: snooze(view, chief))

    assert (refused, verbs(item)) == ([Conflict], ["snoozed"])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_woken_by_two_at_once_is_woken_once(item, agent, chief):
    snooze(item, agent)

    def wake(view):
        snoozing.wake(item=view, actor=chief, now=NOW + MINUTE)

    assert (race(item, wake, wake), verbs(item)) == ([Conflict], ["snoozed", "woken"])
