"""What happens to an item while it is open: its kind, notes on progress, further calls."""

from datetime import UTC, datetime, timedelta

import pytest

from handover.errors import InvalidMove
from handover.models import (
    Channel,
    Clock,
    ClockKind,
    Customer,
    Emotion,
    Escalation,
    Event,
    Kind,
    PendingItem,
    Stage,
)
from handover.services import endings, escalation, items
from tests import factories
from tests.factories import NOW
from tests.items import EMPTY, NOTE, note, outcomes, register, running, verbs

pytestmark = pytest.mark.django_db

DAY_END = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # midnight in Shanghai


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk)


# --- kind ------------------------------------------------------------------------------------------


def test_set_kind_to_urgent_starts_the_response_from_now(desk, agent):
    item = register(desk, agent)
    later = NOW + timedelta(hours=1)

    items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=later, reason="A child is locked out")

    item.refresh_from_db()
    assert (item.kind, item.urgent_since) == (Kind.URGENT, later)
    assert running(item) == {ClockKind.RESPONSE: later + timedelta(minutes=30), ClockKind.DONE: DAY_END}
    assert item.next_due_at == later + timedelta(minutes=30)
    event = Event.objects.get(item=item, verb=Event.Verb.KIND_CHANGED)
    assert (event.text, event.data) == ("A child is locked out", {"old": "follow_up", "new": "urgent"})


def test_set_kind_to_urgent_in_the_queue_has_to_be_taken(desk, agent):
    item = register(desk, agent, holder=None)

    items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=NOW)

    assert running(item)[ClockKind.TAKEN] == NOW + timedelta(minutes=10)


def test_set_kind_away_from_urgent_voids_taking_and_response(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT, holder=None)

    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=agent, now=NOW)

    item.refresh_from_db()
    assert running(item) == {ClockKind.DONE: DAY_END}
    assert outcomes(item, ClockKind.TAKEN) == outcomes(item, ClockKind.RESPONSE) == [Clock.Outcome.VOID]
    assert (item.urgent_since, item.next_due_at) == (None, DAY_END)


def test_set_kind_back_to_urgent_after_a_response_asks_for_no_other(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT)
    note(item, agent)
    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=agent, now=NOW)

    items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=NOW)

    assert running(item) == {ClockKind.DONE: DAY_END}


def at(minute):
    return NOW + timedelta(minutes=minute)


def to_and_fro(item, agent, minute, back):
    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=agent, now=at(minute))
    items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=at(back))


def test_set_kind_to_and_fro_gains_no_time(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT, holder=None)

    to_and_fro(item, agent, 5, 6)
    to_and_fro(item, agent, 8, 9)

    item.refresh_from_db()
    waiting = {ClockKind.TAKEN: at(10), ClockKind.RESPONSE: at(30), ClockKind.DONE: DAY_END}
    assert running(item) == waiting
    assert (item.urgent_since, item.next_due_at) == (at(9), at(10))
    assert outcomes(item, ClockKind.RESPONSE) == [""]


def test_set_kind_to_and_fro_tells_what_came_due_meanwhile_and_nothing_again(desk, agent):
    factories.administrator()
    item = register(desk, agent, kind=Kind.URGENT)
    fired = []
    for minute in (0, 21, 29, 35, 46):
        if minute == 29:
            items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=agent, now=at(29))
        if minute == 35:
            items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=at(35))
        escalation.sweep(now=at(minute))
        fired.append(Escalation.objects.filter(clock__item=item, clock__kind=ClockKind.RESPONSE).count())

    assert fired == [0, 1, 1, 2, 3]


def test_set_kind_back_to_urgent_begins_anew_where_somebody_went_on_with_it(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT)
    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=agent, now=at(5))
    note(item, agent, now=at(6))

    items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=at(60))

    assert running(item)[ClockKind.RESPONSE] == at(90)


def test_set_kind_back_to_urgent_begins_anew_after_an_end(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT)
    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=agent, now=at(5))
    endings.close(item=item, result="Sent her a new one.", actor=agent, now=at(6))
    endings.reopen(item=item, reason="It broke.", actor=agent, now=at(50))

    items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=at(60))

    assert running(item)[ClockKind.RESPONSE] == at(90)


def test_set_kind_to_reminder_is_due_at_its_key_time(desk, agent):
    own = NOW + timedelta(days=2)
    item = register(desk, agent, key_at=own)

    items.set_kind(item=item, kind=Kind.REMINDER, actor=agent, now=NOW)

    assert running(item) == {ClockKind.DONE: own}


def test_set_kind_twice_is_refused(desk, agent):
    item = register(desk, agent)
    items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        items.set_kind(item=item, kind=Kind.URGENT, actor=agent, now=NOW + timedelta(minutes=20))

    assert running(item)[ClockKind.RESPONSE] == NOW + timedelta(minutes=30)


# --- progress --------------------------------------------------------------------------------------


def test_progress_that_says_what_was_done_is_the_response(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT)
    PendingItem.objects.filter(pk=item.pk).update(idle_handover_count=2)
    then, key_at = NOW + timedelta(minutes=12), NOW + timedelta(hours=3)

    note(item, agent, now=then, key_at=key_at, next_action="Ring back", emotion=Emotion.SATISFIED)

    item.refresh_from_db()
    assert (item.progress, item.stage, item.next_action, item.key_at) == (
        NOTE,
        Stage.IN_PROGRESS,
        "Ring back",
        key_at,
    )
    assert (item.responded_at, item.progressed_at, item.changed_at) == (then, then, then)
    assert item.idle_handover_count == 0
    assert running(item) == {ClockKind.DONE: DAY_END}
    assert outcomes(item, ClockKind.RESPONSE) == [Clock.Outcome.MET]
    assert (item.next_due_at, item.customer.emotion) == (DAY_END, Emotion.SATISFIED)
    event = Event.objects.get(item=item, verb=Event.Verb.PROGRESSED)
    assert (event.text, event.emotion, event.customer) == (NOTE, Emotion.SATISFIED, item.customer)


def test_progress_that_says_nothing_is_kept_but_stops_nothing(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT)
    PendingItem.objects.filter(pk=item.pk).update(idle_handover_count=2)

    note(item, agent, text=EMPTY)

    item.refresh_from_db()
    assert (item.progress, item.responded_at, item.idle_handover_count) == (EMPTY, None, 2)
    assert running(item)[ClockKind.RESPONSE] == NOW + timedelta(minutes=30)


def test_progress_after_the_response_time_is_late_and_only_the_first_counts(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT)
    late = NOW + timedelta(minutes=31)

    note(item, agent, now=late)
    note(item, agent, now=late + timedelta(hours=1))

    item.refresh_from_db()
    assert outcomes(item, ClockKind.RESPONSE) == [Clock.Outcome.LATE]
    assert item.responded_at == late


def test_progress_waits_for_somebody_and_goes_on(desk, agent):
    item = register(desk, agent)
    until = NOW + timedelta(hours=4)

    note(item, agent, stage=Stage.WAITING, waiting_for="Carrier", waiting_until=until)
    waiting = (item.stage, item.waiting_for, item.waiting_until)
    note(item, agent)

    item.refresh_from_db()
    assert waiting == (Stage.WAITING, "Carrier", until)
    assert (item.stage, item.waiting_for, item.waiting_until) == (Stage.IN_PROGRESS, "", None)


def test_progress_on_an_ended_item_is_refused(desk, agent):
    item = register(desk, agent)
    endings.cancel(item=item, reason="Registered twice", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        note(item, agent)


def test_progress_answers_what_the_import_did_not_know(desk, agent):
    customer = factories.customer(desk.team, need=Customer.Need.UNKNOWN)
    item = factories.item(
        desk, customer=customer, unknown_facts=["need", "progress", "key_time", "promise"], progress=""
    )
    by = NOW + timedelta(hours=2)
    answers = items.Answers(need=Customer.Need.TEXT_ONLY, promise=("Refund sent", by))

    note(item, agent, answers=answers)

    item.refresh_from_db()
    customer.refresh_from_db()
    assert (item.unknown_facts, customer.need) == ([], Customer.Need.TEXT_ONLY)
    assert item.promises.get().due_at == by
    assert running(item)[ClockKind.PROMISE] == by


def test_progress_without_answers_leaves_those_facts_unknown(desk, agent):
    item = factories.item(desk, unknown_facts=["need", "progress", "key_time", "promise"])

    note(item, agent)

    item.refresh_from_db()
    assert item.unknown_facts == ["need", "promise"]


def test_progress_clicked_twice_is_noted_once(desk, agent):
    item = register(desk, agent)

    note(item, agent)
    note(item, agent, now=NOW + timedelta(seconds=59))
    note(item, agent, now=NOW + timedelta(minutes=1))

    assert verbs(item) == [Event.Verb.CREATED, Event.Verb.PROGRESSED, Event.Verb.PROGRESSED]


# --- called again ----------------------------------------------------------------------------------


def test_call_again_counts_every_call_and_stops_nothing(desk, agent):
    item = register(desk, agent, kind=Kind.URGENT)
    before = running(item)

    for minute in (5, 6):
        items.call_again(
            item=item,
            text="Asks where the parcel is",
            channel=Channel.PHONE,
            emotion=Emotion.ANGRY,
            actor=agent,
            now=NOW + timedelta(minutes=minute),
        )

    item.refresh_from_db()
    assert (item.repeat_count, item.emotion, item.customer.emotion) == (2, Emotion.ANGRY, Emotion.ANGRY)
    assert (item.version, running(item)) == (1, before)
    assert verbs(item) == [Event.Verb.CREATED, Event.Verb.CALLED_AGAIN, Event.Verb.CALLED_AGAIN]


def test_call_again_clicked_twice_is_one_call(desk, agent):
    item = register(desk, agent)

    for second in (0, 1):
        items.call_again(item=item, text="", actor=agent, now=NOW + timedelta(seconds=second))

    item.refresh_from_db()
    assert item.repeat_count == 1


def test_call_again_on_an_ended_item_is_refused(desk, agent):
    item = register(desk, agent)
    endings.close(item=item, result="Sent again", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        items.call_again(item=item, text="Again", actor=agent, now=NOW)
