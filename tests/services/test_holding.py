"""Who has an item: taking, putting back, passing on."""

from datetime import UTC, datetime, timedelta

import pytest

from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Clock, ClockKind, Customer, Event, IssueType, Kind, PendingItem
from handover.queries import item_words
from handover.services import endings, holding, items
from tests import factories
from tests.factories import NOW
from tests.items import running

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=5)
RESPONSE_DUE = NOW + timedelta(minutes=30)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk)


def last_event(item) -> Event:
    return Event.objects.filter(item=item).order_by("-pk")[0]


# --- take ------------------------------------------------------------------------------------------


def test_take_from_the_queue_stops_the_taken_clock(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT)

    holding.take(item=item, actor=agent, now=LATER)

    item.refresh_from_db()
    assert (item.holder, item.changed_at) == (agent, LATER)
    assert set(running(item)) == {ClockKind.RESPONSE, ClockKind.DONE}
    assert (item.next_due_at, item.next_clock) == (RESPONSE_DUE, ClockKind.RESPONSE)
    event = last_event(item)
    assert (event.verb, event.actor, event.person) == (Event.Verb.TAKEN, agent, agent)


def test_take_of_what_was_handed_to_oneself_stops_the_taken_clock(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT)
    holding.transfer(item=item, to=agent, reason="You know him", actor=factories.user(), now=NOW)

    holding.take(item=item, actor=agent, now=LATER)

    assert ClockKind.TAKEN not in running(item)


def test_take_of_what_somebody_else_has_is_refused(desk, agent):
    item = factories.item(desk, holder=factories.agent_on_duty(desk, name="Wang Fang"))

    with pytest.raises(InvalidMove, match="Wang Fang"):
        holding.take(item=item, actor=agent, now=NOW)


def test_take_twice_is_refused(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT)
    holding.take(item=item, actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        holding.take(item=item, actor=agent, now=NOW)

    assert Event.objects.filter(item=item, verb=Event.Verb.TAKEN).count() == 1


def test_take_of_an_item_seen_before_somebody_took_it_is_a_conflict(desk, agent):
    item = factories.item(desk)
    seen = PendingItem.objects.get(pk=item.pk)
    holding.take(item=item, actor=factories.agent_on_duty(desk), now=NOW)

    with pytest.raises(Conflict):
        holding.take(item=seen, actor=agent, now=NOW)


# --- release ---------------------------------------------------------------------------------------


def test_release_puts_an_urgent_item_back_to_be_taken(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT, holder=agent)

    holding.release(item=item, actor=agent, now=LATER, reason="Lunch")

    item.refresh_from_db()
    assert item.holder is None
    assert running(item)[ClockKind.TAKEN] == LATER + timedelta(minutes=10)
    assert running(item)[ClockKind.RESPONSE] == RESPONSE_DUE
    event = last_event(item)
    assert (event.verb, event.person, event.text) == (Event.Verb.RELEASED, agent, "Lunch")


def test_release_of_what_stands_in_the_queue_is_refused(desk, agent):
    item = factories.item(desk)

    with pytest.raises(InvalidMove):
        holding.release(item=item, actor=agent, now=NOW)


# --- transfer --------------------------------------------------------------------------------------


def test_transfer_to_a_person_carries_the_reason_and_the_last_three_contacts(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT, holder=agent, first_contact=agent)
    colleague = factories.agent_on_duty(desk)
    for minute in range(4):
        items.call_again(item=item, text=f"Call {minute}", actor=agent, now=NOW + timedelta(minutes=minute))
    calls = list(Event.objects.filter(item=item).order_by("-pk").values_list("pk", flat=True))

    holding.transfer(item=item, to=colleague, reason="Speaks Cantonese", actor=agent, now=LATER)

    item.refresh_from_db()
    assert (item.post, item.holder, item.first_contact) == (desk, colleague, agent)
    assert running(item)[ClockKind.TAKEN] == LATER + timedelta(minutes=10)
    assert running(item)[ClockKind.RESPONSE] == RESPONSE_DUE
    event = last_event(item)
    assert (event.verb, event.text, event.person) == (
        Event.Verb.TRANSFERRED,
        "Speaks Cantonese",
        colleague,
    )
    assert event.data["contacts"] == calls[:3]


def test_transfer_to_a_post_of_the_team_stands_in_its_queue(desk, agent):
    item = factories.item(desk, holder=agent)
    other = factories.post(desk.team)

    holding.transfer(item=item, to=other, reason="Needs a technician", actor=agent, now=NOW)

    item.refresh_from_db()
    assert (item.team, item.post, item.holder) == (desk.team, other, None)
    assert set(running(item)) == {ClockKind.DONE}


def test_transfer_to_oneself_has_taken_it(desk):
    item = factories.item(desk, kind=Kind.URGENT, holder=factories.agent_on_duty(desk))
    supervisor = factories.member(desk.team, factories.Role.SUPERVISOR)

    holding.transfer(item=item, to=supervisor, reason="Taken over", actor=supervisor, now=NOW)

    item.refresh_from_db()
    assert item.holder == supervisor
    assert ClockKind.TAKEN not in running(item)


def test_transfer_to_somebody_off_duty_is_refused(desk, agent):
    item = factories.item(desk, holder=agent)
    absent = factories.member(desk.team, name="Li Na")

    with pytest.raises(NotAllowed, match="Li Na"):
        holding.transfer(item=item, to=absent, reason="Hers", actor=agent, now=NOW)


def test_transfer_to_where_it_is_is_refused(desk, agent):
    item = factories.item(desk)

    with pytest.raises(InvalidMove):
        holding.transfer(item=item, to=desk, reason="Again", actor=agent, now=NOW)


def test_transfer_of_an_ended_item_is_refused(desk, agent):
    item = factories.item(desk)
    endings.close(item=item, result="Sent again", actor=agent, now=NOW)

    with pytest.raises(InvalidMove):
        holding.transfer(item=item, to=agent, reason="x", actor=agent, now=NOW)


def test_transfer_of_an_item_changed_meanwhile_is_a_conflict(desk, agent):
    item = factories.item(desk)
    seen = PendingItem.objects.get(pk=item.pk)
    holding.take(item=item, actor=agent, now=NOW)

    with pytest.raises(Conflict):
        holding.transfer(item=seen, to=factories.post(desk.team), reason="x", actor=agent, now=NOW)


def test_transfer_to_another_team_makes_it_theirs_with_the_need(desk, agent):
    customer = factories.customer(
        desk.team, name="Chen Li", need=Customer.Need.TEXT_ONLY, need_note="Writes well", phone="13800001111"
    )
    issue = factories.issue_type(desk.team, name="Complaint on a refund", is_complaint=True)
    item = factories.item(
        desk, kind=Kind.URGENT, holder=agent, first_contact=agent, customer=customer, issue_type=issue
    )
    theirs = factories.post(name="After-sales")

    holding.transfer(item=item, to=theirs, reason="Their refund", actor=agent, now=LATER)

    item = PendingItem.objects.get(pk=item.pk)
    assert (item.team, item.post, item.holder, item.first_contact) == (theirs.team, theirs, None, agent)
    assert (item.issue_type.team, item.issue_type.name, item.issue_type.is_complaint) == (
        theirs.team,
        "Complaint on a refund",
        True,
    )
    copy = item.customer
    assert (copy.team, copy.code, copy.name, copy.phone) == (
        theirs.team,
        customer.code,
        "Chen Li",
        "13800001111",
    )
    assert (copy.need, copy.need_note) == (Customer.Need.TEXT_ONLY, "Writes well")
    assert running(item)[ClockKind.TAKEN] == LATER + timedelta(minutes=10)


def test_transfer_to_another_team_leaves_an_entry_of_the_former_team(desk, agent):
    item = factories.item(desk, holder=agent)
    theirs = factories.post()

    holding.transfer(item=item, to=theirs, reason="Their refund", actor=agent, now=NOW)

    out = Event.objects.get(item=item, verb=Event.Verb.TRANSFERRED_OUT)
    come = Event.objects.get(item=item, verb=Event.Verb.TRANSFERRED)
    assert (out.team, out.post, out.text) == (desk.team, desk, "Their refund")
    assert (come.team, come.post, come.text) == (theirs.team, theirs, "Their refund")
    assert come.data["from"] == {"team": desk.team.name, "post": desk.name, "holder": agent.display_name}


def test_transfer_to_a_person_of_another_team_is_at_the_post_where_they_are_on_duty(desk, agent):
    item = factories.item(desk, holder=agent)
    theirs = factories.post()
    person = factories.agent_on_duty(theirs)

    holding.transfer(item=item, to=person, reason="She knows", actor=agent, now=NOW)

    item.refresh_from_db()
    assert (item.team, item.post, item.holder) == (theirs.team, theirs, person)


@pytest.mark.parametrize(
    ("ours", "known", "kept"),
    [
        (Customer.Need.TEXT_ONLY, Customer.Need.NONE, Customer.Need.TEXT_ONLY),
        (Customer.Need.TEXT_ONLY, Customer.Need.UNKNOWN, Customer.Need.TEXT_ONLY),
        (Customer.Need.TEXT_ONLY, Customer.Need.INTERPRETER, Customer.Need.INTERPRETER),
        (Customer.Need.UNKNOWN, Customer.Need.NONE, Customer.Need.NONE),
        (Customer.Need.NONE, Customer.Need.INTERPRETER, Customer.Need.INTERPRETER),
    ],
)
def test_transfer_to_a_team_that_knows_the_customer_tells_the_need(desk, agent, ours, known, kept):
    item = factories.item(desk, customer=factories.customer(desk.team, code="K-1", need=ours))
    theirs = factories.post()
    copy = factories.customer(theirs.team, code="K-1", need=known, name="As they know him")

    holding.transfer(item=item, to=theirs, reason="Theirs", actor=agent, now=NOW)

    item = PendingItem.objects.get(pk=item.pk)
    assert (item.customer, item.customer.need) == (copy, kept)
    assert item.customer.name == "As they know him"


@pytest.mark.parametrize(
    ("known", "note", "need_and_note"),
    [
        (Customer.Need.NONE, "", (Customer.Need.TEXT_ONLY, "Writes well")),
        (Customer.Need.TEXT_ONLY, "", (Customer.Need.TEXT_ONLY, "Writes well")),
        (Customer.Need.TEXT_ONLY, "Writes well", (Customer.Need.TEXT_ONLY, "Writes well")),
        (Customer.Need.TEXT_ONLY, "By chat", (Customer.Need.TEXT_ONLY, "By chat; Writes well")),
        (
            Customer.Need.INTERPRETER,
            "Cantonese",
            (
                Customer.Need.INTERPRETER,
                "Cantonese; Front: Hard of hearing: text only; Writes well",
            ),
        ),
    ],
)
def test_transfer_loses_neither_of_two_needs(known, note, need_and_note):
    front = factories.post(factories.team("Front"))
    ours = factories.customer(front.team, code="K-1", need=Customer.Need.TEXT_ONLY, need_note="Writes well")
    theirs = factories.post()
    copy = factories.customer(theirs.team, code="K-1", need=known, need_note=note)
    refund = factories.issue_type(front.team, name="Refund")

    for _time in range(2):  # the second time there is nothing more to say
        item = factories.item(front, customer=ours, issue_type=refund)
        holding.transfer(item=item, to=theirs, reason="Theirs", actor=factories.user(), now=NOW)

    copy.refresh_from_db()
    assert (copy.need, copy.need_note) == need_and_note
    assert item_words.changes(last_event(item).verb, last_event(item).data) == [
        "Special communication need: Hard of hearing: text only · Writes well"
    ]


def test_transfer_of_two_long_needs_keeps_theirs_and_says_ours_at_the_item():
    front = factories.post()
    ours = factories.customer(front.team, code="K-1", need=Customer.Need.TEXT_ONLY, need_note="w" * 200)
    theirs = factories.post()
    copy = factories.customer(theirs.team, code="K-1", need=Customer.Need.INTERPRETER, need_note="c" * 190)
    item = factories.item(front, customer=ours)

    holding.transfer(item=item, to=theirs, reason="Theirs", actor=factories.user(), now=NOW)

    copy.refresh_from_db()
    assert copy.need_note.startswith("c" * 190)
    assert len(copy.need_note) == 200
    assert item_words.changes(last_event(item).verb, last_event(item).data) == [
        f"Special communication need: Hard of hearing: text only · {'w' * 200}"
    ]


@pytest.mark.parametrize(
    ("ours", "known", "is_the_same"),
    [
        ({"code": "K-1", "name": "Chen Li"}, {"code": "k-1", "name": "Li Chen"}, True),
        ({"code": "NEW-1", "phone": "138 0000"}, {"code": "K-1", "phone": "1380000"}, True),
        ({"code": "K-1", "contact": "a@B.cn"}, {"code": "NEW-1", "contact": "A@b.cn"}, True),
        ({"code": "NEW-1", "phone": "1380000"}, {"code": "NEW-2", "phone": "1380001"}, False),
        ({"code": "NEW-1"}, {"code": "NEW-2"}, False),
        ({"code": "NEW-1", "phone": "1380000"}, {"code": "K-1", "phone": "1380000", "name": "Wu"}, False),
        ({"code": "K-1", "phone": "1380000"}, {"code": "K-2", "phone": "1380000"}, False),
    ],
)
def test_transfer_finds_the_customer_by_id_or_else_by_name_and_contact(desk, agent, ours, known, is_the_same):
    ours = factories.customer(desk.team, **{"name": "Chen Li"} | ours)
    theirs = factories.post()
    copy = factories.customer(theirs.team, **{"name": "Chen Li"} | known)
    item = factories.item(desk, customer=ours)

    holding.transfer(item=item, to=theirs, reason="Theirs", actor=agent, now=NOW)

    item = PendingItem.objects.get(pk=item.pk)
    assert (item.customer == copy, item.customer.team) == (is_the_same, theirs.team)


def test_transfer_takes_the_issue_type_that_the_team_has(desk, agent):
    item = factories.item(desk, issue_type=factories.issue_type(desk.team, name="Refund"))
    theirs = factories.post()
    same = factories.issue_type(theirs.team, name="Refund")

    holding.transfer(item=item, to=theirs, reason="Theirs", actor=agent, now=NOW)

    item.refresh_from_db()
    assert item.issue_type == same
    assert IssueType.objects.filter(team=theirs.team).count() == 1


@pytest.mark.parametrize(
    ("theirs", "taken", "count"),
    [
        ([("refund", False)], "refund", 1),
        ([("Refund", True)], "Refund", 1),
        ([("退款", False), ("投诉", True)], "退款", 2),
        ([("退款", False), ("发票", False)], "Refund", 3),
        ([("投诉", True)], "Refund", 2),
    ],
    ids=["another case", "complaint there", "the only one alike", "two alike", "none alike"],
)
def test_transfer_finds_the_issue_type_by_name_or_where_there_is_no_choice(desk, agent, theirs, taken, count):
    item = factories.item(desk, issue_type=factories.issue_type(desk.team, name="Refund"))
    post = factories.post()
    for name, is_complaint in theirs:
        factories.issue_type(post.team, name=name, is_complaint=is_complaint)

    holding.transfer(item=item, to=post, reason="Theirs", actor=agent, now=NOW)

    come = Event.objects.get(item=item, verb=Event.Verb.TRANSFERRED)
    assert PendingItem.objects.get(pk=item.pk).issue_type.name == taken
    assert come.data.get("issue_type", ["Refund", "Refund"]) == ["Refund", taken]
    assert IssueType.objects.filter(team=post.team).count() == count


def test_taken_again_after_a_transfer_is_a_new_run_of_the_clock(desk, agent):
    item = factories.item(desk, kind=Kind.URGENT)
    holding.take(item=item, actor=agent, now=NOW)
    then = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)

    holding.transfer(item=item, to=factories.post(desk.team), reason="Theirs", actor=agent, now=then)

    runs = Clock.objects.filter(item=item, kind=ClockKind.TAKEN).order_by("pk")
    assert [(run.started_at, run.outcome) for run in runs] == [(NOW, Clock.Outcome.MET), (then, "")]
