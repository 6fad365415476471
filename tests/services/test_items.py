"""Registering items and what happens to them while they are open."""

from datetime import UTC, datetime, time, timedelta

import pytest

from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Channel, Clock, ClockKind, Customer, Emotion, Event, Kind, PendingItem, Stage
from handover.services import endings, items
from handover.services.customers import CustomerFacts
from tests import factories
from tests.factories import NOW
from tests.items import NOTE, outcomes, register, running, verbs

pytestmark = pytest.mark.django_db

DAY_END = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # midnight in Shanghai


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk)


# --- create ----------------------------------------------------------------------------------------


def test_create_of_a_follow_up_on_duty_gives_it_to_who_registers_it(desk, agent):
    customer = factories.customer(desk.team)

    item = register(desk, agent, customer=customer, channel=Channel.PHONE, emotion=Emotion.ANGRY)

    item.refresh_from_db()
    assert (item.team, item.post, item.holder, item.first_contact) == (desk.team, desk, agent, agent)
    assert (item.stage, item.is_open, item.urgent_since) == (Stage.REGISTERED, True, None)
    assert running(item) == {ClockKind.DONE: DAY_END}
    assert (item.next_due_at, item.next_clock) == (DAY_END, ClockKind.DONE)
    event = Event.objects.get(item=item)
    assert (event.verb, event.actor, event.at, event.text) == (Event.Verb.CREATED, agent, NOW, NOTE)
    assert (event.team, event.post, event.customer) == (desk.team, desk, customer)
    assert (event.channel, event.emotion) == (Channel.PHONE, Emotion.ANGRY)
    customer.refresh_from_db()
    assert customer.emotion == Emotion.ANGRY


def test_create_for_another_post_stands_in_its_queue(desk, agent):
    other = factories.post(desk.team)

    item = register(other, agent)

    assert (item.holder, item.first_contact) == (None, agent)


def test_create_of_an_urgent_item_for_oneself_on_duty_has_taken_it(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT)

    assert running(item) == {ClockKind.RESPONSE: NOW + timedelta(minutes=30), ClockKind.DONE: DAY_END}
    assert item.urgent_since == NOW
    assert (item.next_due_at, item.next_clock) == (NOW + timedelta(minutes=30), ClockKind.RESPONSE)


@pytest.mark.parametrize("holder", ["queue", "colleague", "supervisor off duty"])
def test_create_of_an_urgent_item_that_nobody_on_duty_has_taken_runs_the_taken_clock(desk, agent, holder):
    supervisor = factories.member(desk.team, factories.Role.SUPERVISOR)
    actor = supervisor if holder == "supervisor off duty" else agent
    to = {"queue": None, "colleague": factories.agent_on_duty(desk)}.get(holder, supervisor)

    item = register(desk, actor, kind=Kind.URGENT, holder=to)

    assert running(item) == {
        ClockKind.TAKEN: NOW + timedelta(minutes=10),
        ClockKind.RESPONSE: NOW + timedelta(minutes=30),
        ClockKind.DONE: DAY_END,
    }
    assert (item.next_due_at, item.next_clock) == (NOW + timedelta(minutes=10), ClockKind.TAKEN)


def test_create_outside_of_service_hours_points_to_the_next_opening(desk):
    desk.service_hours.create(weekday=2, opens_at=time(9), closes_at=time(18))
    supervisor = factories.member(desk.team, factories.Role.SUPERVISOR)
    opening = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)

    item = register(desk, supervisor, kind=Kind.URGENT)

    assert running(item) == {
        ClockKind.TAKEN: opening + timedelta(minutes=10),
        ClockKind.RESPONSE: opening + timedelta(minutes=30),
        ClockKind.DONE: DAY_END,
    }


@pytest.mark.parametrize(
    ("before_end", "due_at"),
    [
        (timedelta(hours=2), DAY_END),
        (timedelta(hours=2) - timedelta(seconds=1), DAY_END + timedelta(days=1)),
    ],
)
def test_create_of_a_follow_up_shortly_before_the_end_of_the_day_is_due_the_next(
    desk, agent, before_end, due_at
):
    item = register(desk, agent, now=DAY_END - before_end)

    assert running(item) == {ClockKind.DONE: due_at}


def test_create_of_a_reminder_is_due_at_its_own_time(desk, agent):
    own = NOW + timedelta(days=3)

    item = register(desk, agent, kind=Kind.REMINDER, key_at=own)

    assert running(item) == {ClockKind.DONE: own}


def test_create_with_a_promise_runs_its_clock(desk, agent):
    by = NOW + timedelta(hours=2)

    item = register(desk, agent, promise=("We ring you back", by))

    assert running(item) == {ClockKind.DONE: DAY_END, ClockKind.PROMISE: by}
    assert (item.next_due_at, item.next_clock) == (by, ClockKind.PROMISE)
    promise = item.promises.get()
    assert (promise.text, promise.due_at, promise.made_by) == ("We ring you back", by, agent)
    assert verbs(item) == [Event.Verb.CREATED, Event.Verb.PROMISED]


def test_create_with_a_customer_of_another_team_is_refused(desk, agent):
    with pytest.raises(NotAllowed):
        register(desk, agent, customer=factories.customer())

    assert not PendingItem.objects.exists()


def test_create_twice_from_the_same_form_is_one_item(desk, agent):
    customer = CustomerFacts(name="Wang Wei", need=Customer.Need.NONE, code="C-9")

    first, second = (register(desk, agent, customer=customer, form_key="ab12") for _click in range(2))

    assert first == second
    assert (PendingItem.objects.count(), Customer.objects.count(), verbs(first)) == (
        1,
        1,
        [Event.Verb.CREATED],
    )


def test_create_with_the_form_key_of_somebody_else_is_an_item_of_its_own(desk, agent):
    theirs = register(desk, factories.agent_on_duty(desk), form_key="ab12")

    own = register(desk, agent, form_key="ab12")

    assert own != theirs
    assert PendingItem.objects.count() == 2


def test_create_for_a_customer_whose_need_is_not_known_asks_at_the_next_contact(desk, agent):
    item = register(desk, agent, customer=factories.customer(desk.team, need=Customer.Need.UNKNOWN))

    assert item.unknown_facts == ["need"]


def test_create_without_a_word_on_the_emotion_leaves_that_of_the_customer(desk, agent):
    customer = factories.customer(desk.team, emotion=Emotion.ANGRY)

    register(desk, agent, customer=customer)

    customer.refresh_from_db()
    assert customer.emotion == Emotion.ANGRY


# --- edit ------------------------------------------------------------------------------------------


def test_edit_writes_old_and_new_values_and_stops_no_clock(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT, order_ref="A-1")
    before = running(item)

    changed = items.edit(item=item, actor=agent, now=NOW, order_ref="A-2", progress=NOTE + " Done.", plan="")

    item.refresh_from_db()
    assert changed
    assert (item.order_ref, item.version) == ("A-2", 2)
    assert running(item) == before
    assert Event.objects.get(item=item, verb=Event.Verb.EDITED).data == {
        "old": {"order_ref": "A-1", "progress": NOTE},
        "new": {"order_ref": "A-2", "progress": NOTE + " Done."},
    }


def test_edit_without_a_change_leaves_nothing(desk, agent):
    item = register(desk, agent)

    assert items.edit(item=item, actor=agent, now=NOW, progress=NOTE) is False
    assert verbs(item) == [Event.Verb.CREATED]


def test_edit_of_what_somebody_else_changed_is_a_conflict(desk, agent):
    item = register(desk, agent)
    seen = {"plan": "", "order_ref": ""}
    items.edit(item=item, actor=agent, now=NOW, seen=seen, plan="If not, then resend")

    items.edit(item=item, actor=agent, now=NOW, seen=seen, order_ref="A-2")
    with pytest.raises(Conflict):
        items.edit(item=item, actor=agent, now=NOW, seen=seen, plan="Another plan")

    item.refresh_from_db()
    assert (item.plan, item.order_ref) == ("If not, then resend", "A-2")


def test_edit_of_a_reminder_moves_its_clock_with_its_time(desk, agent):
    item = register(desk, agent, kind=Kind.REMINDER, key_at=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=5)

    items.edit(item=item, actor=agent, now=NOW, key_at=later)

    item.refresh_from_db()
    assert running(item) == {ClockKind.DONE: later}
    assert outcomes(item, ClockKind.DONE) == [Clock.Outcome.VOID, ""]
    assert item.next_due_at == later


def test_edit_of_an_ended_item_is_refused(desk, agent):
    item = register(desk, agent)
    endings.close(item=item, result="Sent again", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        items.edit(item=item, actor=agent, now=NOW, plan="x")
