"""How an item ends, and how it comes back."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, InvalidMove
from handover.models import (
    Clock,
    ClockKind,
    Emotion,
    Event,
    Kind,
    Message,
    PendingItem,
    Promise,
    Stage,
    Waits,
)
from handover.services import endings, holding, promises
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=20)
RESULT = "Parcel found and sent again; tracking 4711 is with the customer."


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk, name="Wang Fang")


def resolve(item, actor, *, now=LATER, customer_told=True, **facts):
    endings.resolve(item=item, result=RESULT, customer_told=customer_told, actor=actor, now=now, **facts)


def runs(item) -> dict[str, str]:
    return dict(Clock.objects.filter(item=item).order_by("pk").values_list("kind", "outcome"))


# --- resolve ---------------------------------------------------------------------------------------


def test_resolve_with_the_customer_told_ends_the_item(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT)

    resolve(item, agent, emotion=Emotion.SATISFIED, channel="phone")

    item.refresh_from_db()
    assert (item.stage, item.is_open, item.customer_told) == (Stage.RESOLVED, False, True)
    assert (item.result, item.closed_at, item.changed_at) == (RESULT, LATER, LATER)
    assert (item.next_due_at, item.next_clock) == (None, "")
    assert item.customer.emotion == Emotion.SATISFIED
    assert runs(item) == {
        ClockKind.DONE: Clock.Outcome.MET,
        ClockKind.RESPONSE: Clock.Outcome.MET,
        ClockKind.TAKEN: Clock.Outcome.VOID,
    }
    event = Event.objects.get(item=item)
    assert (event.verb, event.text, event.data) == (
        Event.Verb.RESOLVED,
        RESULT,
        {"customer_told": True},
    )


def test_resolve_before_the_customer_is_told_stays_open_with_its_clock(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT, holder=agent)

    resolve(item, agent, customer_told=False)

    item.refresh_from_db()
    assert (item.stage, item.is_open, item.customer_told, item.closed_at) == (
        Stage.RESOLVED,
        True,
        False,
        None,
    )
    assert runs(item) == {ClockKind.DONE: "", ClockKind.RESPONSE: Clock.Outcome.MET, Waits.IDLE: ""}
    assert item.next_clock == ClockKind.DONE
    assert item.responded_at == LATER


def test_resolve_again_once_the_customer_is_told_ends_it(desk, agent):
    item = factories.item(desk)
    resolve(item, agent, customer_told=False)

    resolve(item, agent, now=LATER + timedelta(days=1))

    item.refresh_from_db()
    assert (item.is_open, item.customer_told) == (False, True)
    assert runs(item) == {ClockKind.DONE: Clock.Outcome.LATE}


def test_resolve_of_an_ended_item_is_refused(desk, agent):
    item = factories.item(desk)
    resolve(item, agent)

    with pytest.raises(InvalidMove):
        resolve(item, agent)

    assert Event.objects.filter(item=item, verb=Event.Verb.RESOLVED).count() == 1


def test_resolve_of_an_item_changed_meanwhile_is_a_conflict(desk, agent):
    item = factories.item(desk)
    seen = PendingItem.objects.get(pk=item.pk)
    holding.take(item=item, actor=agent, now=NOW)

    with pytest.raises(Conflict):
        resolve(seen, agent)


def test_resolve_asks_what_became_of_the_promise(desk, agent):
    item = factories.item(desk)
    promise = promises.make(item=item, text="Refund", due_at=LATER, actor=agent, now=NOW)

    with pytest.raises(InvalidMove, match="Refund"):
        resolve(item, agent)

    resolve(item, agent, promise_kept=True)
    promise.refresh_from_db()
    assert promise.state == Promise.State.KEPT


# --- close and cancel ------------------------------------------------------------------------------


def test_close_ends_the_item_with_its_result(desk, agent):
    item = factories.item(desk)

    endings.close(item=item, result="Customer withdrew", actor=agent, now=LATER)

    item.refresh_from_db()
    assert (item.stage, item.is_open, item.result) == (Stage.CLOSED, False, "Customer withdrew")
    assert runs(item) == {ClockKind.DONE: Clock.Outcome.MET}


def test_cancel_voids_every_clock_and_settles_the_promise(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT)
    promise = promises.make(item=item, text="Refund", due_at=LATER, actor=agent, now=NOW)

    endings.cancel(item=item, reason="Registered twice", promise_kept=False, actor=agent, now=NOW)

    item.refresh_from_db()
    promise.refresh_from_db()
    assert (item.stage, item.is_open, item.result) == (Stage.CANCELLED, False, "Registered twice")
    assert set(runs(item).values()) == {Clock.Outcome.VOID}
    assert promise.state == Promise.State.BROKEN


def test_close_of_an_ended_item_is_refused(desk, agent):
    item = factories.item(desk)
    endings.cancel(item=item, reason="Registered twice", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        endings.close(item=item, result="x", actor=agent, now=NOW)


def test_cancel_twice_is_refused(desk, agent):
    item = factories.item(desk)
    endings.cancel(item=item, reason="Registered twice", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        endings.cancel(item=item, reason="x", actor=agent, now=NOW)


# --- the first contact is told ---------------------------------------------------------------------


def test_the_end_tells_the_first_contact_in_their_language_also_in_another_team(desk, agent):
    customer = factories.customer(desk.team, name="Chen Li", code="C-7")
    first = factories.user(language="en")
    item = factories.item(desk, customer=customer, first_contact=first)

    endings.close(item=item, result="Customer withdrew", actor=agent, now=LATER)

    message = Message.objects.get()
    assert (message.recipient, message.item, message.at) == (first, item, LATER)
    assert message.text == (
        f"The item #{item.pk} of Chen Li (C-7), which you registered, was closed by Wang Fang: "
        "Customer withdrew"
    )


def test_the_end_tells_a_long_result_as_far_as_a_message_reaches(desk, agent):
    item = factories.item(desk, first_contact=factories.user())

    endings.close(item=item, result="x" * 2000, actor=agent, now=LATER)

    assert len(Message.objects.get().text) == 600


def test_the_end_tells_nobody_what_they_did_themselves(desk, agent):
    endings.close(item=factories.item(desk, first_contact=agent), result="Withdrawn", actor=agent, now=LATER)

    assert not Message.objects.exists()


# --- reopen ----------------------------------------------------------------------------------------


def test_reopen_keeps_history_and_first_contact_and_starts_done_anew(desk, agent):
    first = factories.user()
    item = factories.item(desk, kind=Kind.URGENT, first_contact=first, holder=first)
    resolve(item, first)
    then = LATER + timedelta(hours=1)

    endings.reopen(item=item, reason="The parcel was empty", actor=agent, now=then)

    item.refresh_from_db()
    assert (item.stage, item.is_open, item.customer_told) == (Stage.IN_PROGRESS, True, None)
    assert (item.first_contact, item.holder, item.closed_at) == (first, agent, None)
    running = Clock.objects.get(item=item, kind__in=ClockKind.values, stopped_at__isnull=True)
    assert (running.kind, running.started_at, running.due_at) == (ClockKind.DONE, then, item.next_due_at)
    assert list(Event.objects.filter(item=item).order_by("pk").values_list("verb", "text")) == [
        (Event.Verb.RESOLVED, RESULT),
        (Event.Verb.REOPENED, "The parcel was empty"),
    ]


def test_reopen_of_an_urgent_item_without_a_response_asks_for_one(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT)
    endings.cancel(item=item, reason="Registered twice", actor=agent, now=NOW)

    endings.reopen(item=item, reason="It was not", actor=agent, now=LATER)

    item.refresh_from_db()
    assert (item.next_clock, item.next_due_at) == (ClockKind.RESPONSE, LATER + timedelta(minutes=30))


def test_reopen_by_somebody_off_duty_stands_in_the_queue_to_be_taken(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT, holder=agent)
    endings.cancel(item=item, reason="Registered twice", actor=agent, now=NOW)
    supervisor = factories.member(desk.team, factories.Role.SUPERVISOR)

    endings.reopen(item=item, reason="It was not", actor=supervisor, now=LATER)

    item.refresh_from_db()
    assert (item.holder, item.next_clock) == (None, ClockKind.TAKEN)


def test_reopen_of_a_reminder_whose_time_is_over_is_due_at_the_end_of_the_day(desk, agent):
    item = factories.item(desk, kind=Kind.REMINDER, key_at=NOW, due_at=NOW)
    resolve(item, agent)

    endings.reopen(item=item, reason="Once more", actor=agent, now=LATER)

    item.refresh_from_db()
    assert item.next_due_at == desk.team.business_day_end(LATER)


def test_reopen_twice_is_refused(desk, agent):
    item = factories.item(desk)
    resolve(item, agent)
    endings.reopen(item=item, reason="Empty", actor=agent, now=LATER)

    with pytest.raises(InvalidMove):
        endings.reopen(item=item, reason="Empty", actor=agent, now=LATER)


def test_an_item_ends_again_after_it_was_reopened(desk, agent):
    item = factories.item(desk)
    resolve(item, agent)
    endings.reopen(item=item, reason="Empty", actor=agent, now=LATER)

    endings.close(item=item, result="Sent once more", actor=agent, now=LATER)

    item.refresh_from_db()
    assert (item.stage, item.is_open, item.result) == (Stage.CLOSED, False, "Sent once more")
