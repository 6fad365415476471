"""Disputes: who may raise one and make statements on it, and what it freezes meanwhile."""

import pytest

from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Dispute, Event, Handover, Kind, Message
from handover.services import disputes, holding, items, lines, submission
from tests import factories
from tests.boundary import SOON, Boundary
from tests.disputes import LATER, WHY, Case, fresh, inbox, verbs
from tests.factories import NOW
from tests.items import NOTE


@pytest.fixture
def case(db):
    return Case()


# --- Raising ----------------------------------------------------------------------------------------
def test_raise_keeps_who_what_and_who_has_the_item(case):
    dispute = fresh(case.raise_())

    facts = (dispute.team, dispute.post, dispute.handover, dispute.item, dispute.holder, dispute.side)
    assert facts == (case.post.team, case.post, case.handover, case.item, case.bo, "incoming")
    assert (dispute.state, dispute.cause, dispute.raised_by, dispute.raised_at) == (
        "open",
        "content",
        case.bo,
        SOON,
    )
    said = dispute.statements.get()
    assert (said.author, said.side, said.text, said.at) == (case.bo, "incoming", WHY, SOON)
    assert verbs(dispute) == [Event.Verb.DISPUTE_RAISED]
    assert Event.objects.get(verb=Event.Verb.DISPUTE_RAISED).text == ""  # the whole team reads the trail


def test_raise_tells_the_other_side(case):
    dispute = case.raise_()

    thing = f"#{case.item.pk}, {case.item.customer} ({case.post}, Day)"
    assert Message.objects.filter(recipient=case.ada).latest("pk").path == f"/disputes/{dispute.pk}/"
    assert inbox(case.ada)[-1] == f"Bo disputes {thing}: {WHY}"
    assert not any("disputes" in text for text in (*inbox(case.bo), *inbox(case.dai)))


def test_raise_on_the_whole_record_names_no_item(case):
    dispute = case.raise_(by=case.ada, line=None)

    assert (dispute.line, dispute.item, dispute.holder, dispute.side) == (None, None, None, "outgoing")
    assert inbox(case.bo)[-1] == f"Ada disputes {case.post}, Day: {WHY}"


@pytest.mark.parametrize("who", ["signer", "worked_before", "works_now", "had_it", "has_it"])
def test_everybody_of_both_sides_may_raise(case, who):
    if who == "worked_before":
        person = factories.assignment(case.outgoing, checked_in=True).user
    elif who == "works_now":
        person = factories.assignment(case.incoming, checked_in_at=SOON).user
    elif who == "has_it":
        person = factories.agent_on_duty(factories.post(case.post.team), now=SOON)
        holding.transfer(item=fresh(case.item), to=person, reason="Yours.", actor=case.bo, now=SOON)
    else:
        person = {"signer": case.ada, "had_it": case.line.former_holder}[who]

    assert case.raise_(by=person).raised_by == person


@pytest.mark.parametrize("who", ["colleague", "leader", "supervisor", "administrator"])
def test_nobody_else_may_raise(case, who):
    team = case.post.team
    person = {
        "colleague": lambda: factories.agent_on_duty(factories.post(team), now=SOON),
        "leader": lambda: factories.member(team, leads=case.post),
        "supervisor": lambda: case.dai,
        "administrator": factories.administrator,
    }[who]()

    with pytest.raises(NotAllowed):
        case.raise_(by=person)

    assert not Dispute.objects.exists()


def test_who_came_too_late_to_check_in_is_no_party_yet(case):
    late = factories.assignment(case.incoming).user

    with pytest.raises(NotAllowed):
        case.raise_(by=late)


def test_one_dispute_is_open_on_a_line_and_another_on_its_record(case):
    case.raise_()
    with pytest.raises(Conflict):
        case.raise_(by=case.ada)
    case.raise_(line=None)
    with pytest.raises(Conflict):
        case.raise_(by=case.ada, line=None)

    assert Dispute.objects.count() == 2


def test_a_line_may_be_disputed_again_once_the_first_is_settled(case):
    case.decide(case.raise_())

    assert case.raise_(now=LATER).state == "open"


def test_draft_and_returned_records_have_nothing_to_dispute(case):
    other = Boundary()
    draft = other.open()
    with pytest.raises(InvalidMove):
        disputes.raise_(handover=draft, line=None, cause="other", text=WHY, actor=other.ada, now=NOW)
    other.submit(draft)
    submission.send_back(handover=draft, reason="Which?", actor=other.bo, now=SOON)
    with pytest.raises(InvalidMove):
        disputes.raise_(handover=draft, line=None, cause="other", text=WHY, actor=other.ada, now=SOON)


def test_a_lapsed_record_can_be_disputed(case):
    Handover.objects.filter(pk=case.handover.pk).update(state=Handover.State.LAPSED, ended_at=LATER)

    assert case.raise_(by=case.ada).state == "open"


# --- The frozen holder ------------------------------------------------------------------------------
def frozen_steps(case):
    item, other = fresh(case.item), factories.agent_on_duty(case.post, now=SOON)
    return {
        "release": lambda: holding.release(item=item, actor=case.bo, now=SOON),
        "to a person": lambda: holding.transfer(item=item, to=other, reason="x", actor=case.bo, now=SOON),
        "to the queue": lambda: holding.transfer(
            item=item, to=case.post, reason="x", actor=case.bo, now=SOON
        ),
        "to another team": lambda: holding.transfer(
            item=item, to=factories.post(), reason="x", actor=case.bo, now=SOON
        ),
        "taken over": lambda: holding.transfer(item=item, to=case.dai, reason="x", actor=case.dai, now=SOON),
        "undone": lambda: lines.undo(line=case.line, actor=case.bo, now=SOON),
    }


@pytest.mark.parametrize(
    "step", ["release", "to a person", "to the queue", "to another team", "taken over", "undone"]
)
def test_item_stays_with_its_holder_while_a_dispute_is_open(case, step):
    dispute = case.raise_()
    with pytest.raises(InvalidMove):
        frozen_steps(case)[step]()
    assert fresh(case.item).holder == case.bo

    disputes.withdraw(dispute=dispute, reason="We talked.", actor=case.bo, now=SOON)
    frozen_steps(case)[step]()
    assert fresh(case.item).holder != case.bo


def test_nothing_is_blocked_for_the_customer(case):
    case.raise_()
    item = fresh(case.item)
    items.progress(item=item, text=NOTE, stage="in_progress", key_at=item.key_at, actor=case.bo, now=LATER)

    from_disputed = fresh(case.item)
    assert from_disputed.progress == NOTE


def test_urgent_item_may_be_taken_over_by_who_supervises(db):
    case = Case(kind=Kind.URGENT)
    case.raise_()
    holding.transfer(item=fresh(case.item), to=case.dai, reason="Now.", actor=case.dai, now=SOON)

    assert fresh(case.item).holder == case.dai


def test_who_took_it_over_meanwhile_may_still_decide(db):
    case = Case(kind=Kind.URGENT)
    dispute = case.raise_()
    holding.transfer(item=fresh(case.item), to=case.dai, reason="Now.", actor=case.dai, now=SOON)
    case.decide(dispute)

    assert fresh(case.item).holder == case.bo


def test_item_in_the_queue_may_be_taken(case):
    lines.undo(line=case.line, actor=case.bo, now=SOON)
    case.raise_(by=case.ada)
    holding.take(item=fresh(case.item), actor=case.bo, now=SOON)

    assert fresh(case.item).holder == case.bo


def test_item_that_has_gone_to_another_team_is_neither_held_there_nor_told_of(case):
    other = factories.post(name="Fraud")
    fay = factories.agent_on_duty(other, now=SOON, name="Fay")
    holding.transfer(item=fresh(case.item), to=other, reason="Theirs.", actor=case.bo, now=SOON)
    holding.take(item=fresh(case.item), actor=fay, now=SOON)
    item = fresh(case.item)
    dispute = case.raise_(by=case.ada)

    assert (dispute.item, dispute.holder, inbox(fay)) == (item, None, [])
    assert inbox(case.bo)[-1] == f"Ada disputes #{item.pk} ({case.post}, Day): {WHY}"
    with pytest.raises(NotAllowed):
        disputes.state(dispute=dispute, text="Not mine.", actor=fay, now=SOON)
    holding.release(item=item, actor=fay, now=SOON)
    assert fresh(item).holder is None


# --- Statements -------------------------------------------------------------------------------------
def test_both_sides_say_several_things_and_hear_each_other(case):
    dispute = case.raise_()
    disputes.state(dispute=dispute, text="It was in the chat.", actor=case.ada, now=SOON)
    disputes.state(dispute=dispute, text="In which one?", actor=case.bo, now=LATER)

    said = dispute.statements.order_by("pk").values_list("author__display_name", "side", "text")
    assert list(said) == [
        ("Bo", "incoming", WHY),
        ("Ada", "outgoing", "It was in the chat."),
        ("Bo", "incoming", "In which one?"),
    ]
    thing = f"#{case.item.pk}, {case.item.customer} ({case.post}, Day)"
    assert inbox(case.bo)[-1] == f"Ada says in the dispute about {thing}: It was in the chat."
    assert inbox(case.ada)[-1] == f"Bo says in the dispute about {thing}: In which one?"


def test_statement_twice_by_a_second_click_is_one(case):
    dispute = case.raise_()
    for _click in range(2):
        disputes.state(dispute=dispute, text="It was in the chat.", actor=case.ada, now=SOON)

    assert dispute.statements.count() == 2
    assert verbs(dispute) == [Event.Verb.DISPUTE_RAISED, Event.Verb.DISPUTE_STATED]


def test_no_statement_of_a_third_person_or_on_what_is_settled(case):
    dispute = case.raise_()
    with pytest.raises(NotAllowed):
        disputes.state(dispute=dispute, text="I saw it.", actor=case.dai, now=SOON)
    case.decide(dispute)
    with pytest.raises(InvalidMove):
        disputes.state(dispute=fresh(dispute), text="But!", actor=case.ada, now=LATER)

    assert dispute.statements.count() == 1
