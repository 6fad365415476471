"""What a supervisor does about what waits: calls for attention, says what is being done, verifies."""

from datetime import timedelta

import pytest

from handover.errors import InvalidMove, NotAllowed
from handover.models import Clock, Escalation, Event, Kind, Message, PendingItem, Waits
from handover.services import endings, escalation, items, supervision
from tests import factories
from tests.boundary import Boundary
from tests.factories import NOW, Role
from tests.items import NOTE, verbs
from tests.threads import at_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DONE = "I ring the carrier myself."
RACE = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk():
    return factories.post(name="Front line")


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk, name="Ada")


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR, name="Dai")


@pytest.fixture
def item(desk):
    customer = factories.customer(desk.team, "Wang Wei", code="C1")
    return factories.item(
        desk, kind=Kind.URGENT, customer=customer, issue_type=factories.issue_type(desk.team, "Refund")
    )


def call(item, actor, *, now=NOW, text=""):
    supervision.call_holder(item=item, actor=actor, now=now, text=text)


def inbox(person) -> list[str]:
    return list(person.inbox.order_by("pk").values_list("text", flat=True))


# --- Calling for attention --------------------------------------------------------------------------
def test_call_tells_the_holder_with_a_sentence(item, desk, agent, chief):
    PendingItem.objects.filter(pk=item.pk).update(holder=agent)
    factories.agent_on_duty(desk)
    call(item, chief, text="She waits.")

    assert inbox(agent) == [
        f"Dai asks you to look at this now: #{item.pk}, Wang Wei (C1), Refund (Front line). “She waits.”"
    ]
    assert list(Message.objects.values_list("about", "item")) == [("urgent", item.pk)]
    event = Event.objects.get()
    assert (event.verb, event.actor, event.text, event.data) == (
        "holder_called",
        chief,
        "She waits.",
        {"told": ["Ada"]},
    )


def test_call_about_the_queue_tells_everyone_on_duty_there(item, desk, agent, chief):
    colleague = factories.agent_on_duty(desk)
    elsewhere = factories.agent_on_duty(factories.post(desk.team))
    call(item, chief)

    assert [len(inbox(person)) for person in (agent, colleague, elsewhere, chief)] == [1, 1, 0, 0]


def test_call_again_within_a_minute_is_refused_by_whomever(item, desk, agent, chief):
    call(item, chief)
    for person in (chief, factories.member(desk.team, Role.SUPERVISOR)):
        with pytest.raises(InvalidMove):
            call(item, person, now=NOW + MINUTE / 2)
    call(item, chief, now=NOW + MINUTE)

    assert (len(inbox(agent)), verbs(item)) == (2, ["holder_called"] * 2)


def test_call_of_nobody_but_oneself_is_refused(item, desk):
    leader = factories.member(desk.team, leads=desk)
    PendingItem.objects.filter(pk=item.pk).update(holder=leader)

    with pytest.raises(InvalidMove):
        call(item, leader)


def test_call_about_a_closed_item_is_refused(item, agent, chief):
    endings.close(item=item, result="Refunded.", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        call(item, chief)


class TestAtOnce:
    pytestmark = RACE

    def test_call_by_two_tells_once(self, item, agent, chief):
        refused = at_once(*[lambda: call(item, chief)] * 2)

        assert (refused, len(inbox(agent))) == ([InvalidMove], 1)

    def test_said_by_two_is_said_once(self, item, agent, chief):
        step = escalated(item)
        refused = at_once(*[lambda: acknowledge(step, chief)] * 2)

        assert (refused, verbs(item).count("acknowledged")) == ([InvalidMove], 1)

    def test_verified_by_two_is_verified_once(self, desk, agent, chief):
        matter = complaint(desk, agent)
        refused = at_once(*[lambda: verify(matter, chief)] * 2)

        assert (refused, verbs(matter).count("complaint_verified")) == ([InvalidMove], 1)


# --- Saying what is being done ----------------------------------------------------------------------
def escalated(item, minutes: int = 10) -> Escalation:
    escalation.sweep(now=NOW + minutes * MINUTE)
    return Escalation.objects.filter(clock__item=item).latest("fired_at", "pk")


def acknowledge(step, actor, now=NOW + 50 * MINUTE):
    return supervision.acknowledge(escalation=step, text=DONE, actor=actor, now=now)


def test_acknowledging_says_who_when_and_what_and_stops_no_clock(item, agent, chief):
    step = escalated(item)
    running = Clock.objects.filter(stopped_at__isnull=True).count()
    acknowledge(step, chief)

    step.refresh_from_db()
    assert (step.acknowledged_by, step.acknowledged_at, step.acknowledgement) == (
        chief,
        NOW + 50 * MINUTE,
        DONE,
    )
    assert Clock.objects.filter(stopped_at__isnull=True).count() == running
    event = Event.objects.get(verb=Event.Verb.ACKNOWLEDGED)
    assert (event.item, event.actor, event.text) == (item, chief, DONE)


def test_acknowledging_the_newest_covers_the_older_of_the_item_alone(item, desk, agent, chief):
    other = factories.item(desk, kind=Kind.URGENT)
    for minutes in (10, 20, 30):
        newest = escalated(item, minutes)
    covered = acknowledge(newest, chief)

    open_ = Escalation.objects.filter(acknowledged_at__isnull=True)
    assert covered == 5
    assert set(open_.values_list("clock__item", flat=True)) == {other.pk}


def test_acknowledging_an_older_one_leaves_the_newer(item, agent, chief):
    older, newest = escalated(item), escalated(item, 30)
    acknowledge(older, chief)

    newest.refresh_from_db()
    assert newest.acknowledged_at is None


def test_acknowledging_twice_is_refused(item, agent, chief):
    step = escalated(item)
    acknowledge(step, chief)

    with pytest.raises(InvalidMove):
        acknowledge(step, chief)


def test_acknowledging_that_a_handover_is_late_stands_in_its_trail():
    boundary = Boundary()
    handover = boundary.open()
    now = handover.boundary_at + 15 * MINUTE
    escalation.sweep(now=now)
    acknowledge(Escalation.objects.get(), boundary.dai, now)

    event = Event.objects.get(verb=Event.Verb.ACKNOWLEDGED)
    assert (event.handover, event.item, event.text) == (handover, None, DONE)


# --- Verifying a complaint --------------------------------------------------------------------------
def complaint(desk, agent, holder=None) -> PendingItem:
    return items.create(
        post=desk,
        actor=agent,
        now=NOW,
        customer=factories.customer(desk.team),
        issue_type=factories.issue_type(desk.team, is_complaint=True),
        kind=Kind.FOLLOW_UP,
        progress=NOTE,
        key_at=NOW + timedelta(hours=3),
        holder=holder,
    )


def verify(item, actor, now=NOW + 30 * MINUTE):
    supervision.verify_complaint(item=item, finding="We were late twice.", actor=actor, now=now)


def test_verifying_stops_the_clock_of_the_complaint_alone(desk, agent, chief):
    matter = complaint(desk, agent)
    verify(matter, chief)

    assert matter.clocks.get(kind=Waits.COMPLAINT).outcome == Clock.Outcome.MET
    assert matter.clocks.get(kind=Waits.DONE).stopped_at is None
    event = Event.objects.get(verb=Event.Verb.COMPLAINT_VERIFIED)
    assert (event.item, event.actor, event.text) == (matter, chief, "We were late twice.")


def test_a_verified_complaint_tells_nobody_any_more(desk, agent, chief):
    matter = complaint(desk, agent)
    verify(matter, chief)
    escalation.sweep(now=NOW + 130 * MINUTE)

    assert not Escalation.objects.filter(clock__kind=Waits.COMPLAINT).exists()


def test_nobody_verifies_the_complaint_that_they_hold(desk, agent, chief):
    with pytest.raises(NotAllowed):
        verify(complaint(desk, agent, holder=chief), chief)


def test_verifying_twice_or_what_is_no_complaint_is_refused(desk, item, agent, chief):
    matter = complaint(desk, agent)
    verify(matter, chief)

    for thing in (matter, item):
        with pytest.raises(InvalidMove):
            verify(thing, chief)
