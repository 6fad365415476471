"""How disputes end: who decides, what a decision changes, the rule that it leaves, and the reservation."""

from datetime import date

import pytest

from handover.errors import Conflict, HandoverError, InvalidMove, NotAllowed
from handover.models import Clock, Dispute, Event, HandoverLine, Kind, SignedText, Waits
from handover.services import confirmation, disputes, holding, lines
from handover.services.disputes import Rule
from tests import factories
from tests.boundary import SOON
from tests.disputes import LATER, Case, fresh, inbox, verbs
from tests.factories import Role
from tests.threads import at_once

Answer = HandoverLine.Answer
RACE = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case(db):
    return Case()


# --- Deciding ---------------------------------------------------------------------------------------
def test_decision_says_for_whom_and_why_and_tells_both(case):
    dispute = case.raise_()
    case.decide(dispute)

    dispute = fresh(dispute)
    facts = (dispute.state, dispute.verdict, dispute.reason, dispute.settled_by, dispute.settled_at)
    assert facts == ("decided", "incoming", "Bo could not know.", case.dai, LATER)
    thing = f"#{case.item.pk}, {case.item.customer} ({case.post}, Day)"
    told = f"Dai decided the dispute about {thing}: Bo could not know."
    assert inbox(case.ada)[-1] == inbox(case.bo)[-1] == told
    assert verbs(dispute) == [Event.Verb.DISPUTE_RAISED, Event.Verb.DISPUTE_DECIDED]


def test_decision_gives_the_item_to_somebody_else_or_the_queue(case):
    case.decide(case.raise_(), holder=case.bo)
    assert (fresh(case.item).holder, fresh(case.item).post) == (case.bo, case.post)

    other = factories.agent_on_duty(case.post, now=LATER)
    case.decide(case.raise_(now=LATER), holder=other)
    assert fresh(case.item).holder == other

    case.decide(case.raise_(now=LATER), holder=None)
    assert fresh(case.item).holder is None


def test_decision_answers_an_open_line(case):
    lines.undo(line=case.line, actor=case.bo, now=SOON)
    lines.refuse(line=case.line, reason="Not ours.", actor=case.bo, now=SOON)
    case.decide(case.raise_(by=case.ada), holder=case.bo)

    line = case.line
    assert (line.answer, line.decided_holder, line.answered_by) == (Answer.DECIDED, case.bo, case.dai)
    assert fresh(case.item).holder == case.bo


def test_line_under_dispute_is_decided_in_the_dispute_alone(case):
    lines.undo(line=case.line, actor=case.bo, now=SOON)
    case.raise_()
    boss = factories.member(case.post.team, Role.SUPERVISOR)
    factories.assignment(case.incoming, boss, checked_in_at=SOON)  # a party, but not to the line

    with pytest.raises(InvalidMove, match="dispute about this line"):
        lines.decide(line=case.line, holder=boss, reason="Mine.", actor=boss, now=LATER)
    assert case.line.answer == Answer.NONE


def test_decision_leaves_an_item_that_has_ended_or_gone_where_it_is(case):
    dispute = case.raise_()
    fresh_item = fresh(case.item)
    type(fresh_item).objects.filter(pk=fresh_item.pk).update(is_open=False, stage="closed", closed_at=LATER)
    case.decide(dispute, holder=None)

    assert (fresh(case.item).holder, fresh(dispute).state) == (case.bo, "decided")


def test_decision_twice_or_after_withdrawal_is_refused(case):
    dispute = case.raise_()
    case.decide(dispute)
    with pytest.raises(InvalidMove):
        case.decide(fresh(dispute))
    again = case.raise_(now=LATER)
    disputes.withdraw(dispute=again, reason="We talked.", actor=case.bo, now=LATER)
    with pytest.raises(InvalidMove):
        case.decide(fresh(again))


def test_decision_of_one_who_saw_an_older_state_is_a_conflict(case):
    dispute = case.raise_()
    stale = fresh(dispute)
    case.decide(dispute)

    with pytest.raises(Conflict):
        case.decide(stale, by=factories.member(case.post.team, Role.SUPERVISOR))


@pytest.mark.parametrize("who", ["outgoing", "incoming", "holder", "decided_before", "agent", "auditor"])
def test_no_party_and_nobody_else_decides(case, who):
    team = case.post.team
    if who == "outgoing":
        factories.assignment(case.outgoing, case.dai, checked_in=True)
    elif who == "incoming":
        factories.assignment(case.incoming, case.dai, checked_in_at=SOON)
    elif who == "holder":
        holding.transfer(item=fresh(case.item), to=case.dai, reason="x", actor=case.dai, now=SOON)
    elif who == "decided_before":
        lines.undo(line=case.line, actor=case.bo, now=SOON)
        lines.decide(line=case.line, holder=case.bo, reason="So.", actor=case.dai, now=SOON)
    dispute = case.raise_(by=case.ada)
    person = {
        "agent": lambda: factories.agent_on_duty(case.post, now=SOON),
        "auditor": lambda: factories.member(team, Role.AUDITOR),
    }.get(who, lambda: case.dai)()

    with pytest.raises(NotAllowed):
        case.decide(dispute, by=person)

    assert fresh(dispute).state == "open"


def test_leader_of_the_post_decides_and_one_of_another_post_does_not(case):
    team = case.post.team
    dispute = case.raise_()
    with pytest.raises(NotAllowed):
        case.decide(dispute, by=factories.member(team, leads=factories.post(team)))
    case.decide(dispute, by=factories.member(team, leads=case.post))

    assert fresh(dispute).state == "decided"


def test_administrator_decides_only_when_nobody_else_can(case):
    root = factories.administrator("Root")
    dispute = case.raise_()
    with pytest.raises(NotAllowed, match="It is for Dai"):
        case.decide(dispute, by=root)

    factories.assignment(case.outgoing, case.dai, checked_in=True)
    case.decide(dispute, by=root)
    assert fresh(dispute).settled_by == root


# --- The rule to change -----------------------------------------------------------------------------
def with_rule(case) -> Dispute:
    dispute = case.raise_()
    rule = Rule("Promises are typed before the end of the shift.", date(2026, 3, 12), case.ada)
    case.decide(dispute, rule=rule)
    return fresh(dispute)


def test_rule_waits_until_it_is_ticked(case):
    dispute = with_rule(case)
    assert (dispute.rule_due_on, dispute.rule_by, dispute.rule_done_at) == (date(2026, 3, 12), case.ada, None)
    assert inbox(case.ada)[-1] == (
        "Dai asks you to change a rule until 2026-03-12: Promises are typed before the end of the shift."
    )
    assert Clock.objects.filter(dispute=dispute, kind=Waits.RULE, stopped_at=None).exists()

    disputes.finish_rule(dispute=dispute, actor=case.ada, now=LATER)

    dispute = fresh(dispute)
    assert (dispute.rule_done_at, dispute.rule_done_by) == (LATER, case.ada)
    assert Clock.objects.get(dispute=dispute, kind=Waits.RULE).outcome == Clock.Outcome.MET
    assert verbs(dispute)[-1] == Event.Verb.RULE_DONE


def test_rule_is_ticked_once_and_only_where_there_is_one(case):
    dispute = with_rule(case)
    disputes.finish_rule(dispute=dispute, actor=case.ada, now=LATER)
    with pytest.raises(InvalidMove):
        disputes.finish_rule(dispute=dispute, actor=case.dai, now=LATER)

    without = case.raise_(now=LATER)
    case.decide(without)
    with pytest.raises(InvalidMove):
        disputes.finish_rule(dispute=without, actor=case.dai, now=LATER)


# --- Withdrawing ------------------------------------------------------------------------------------
def test_withdrawn_by_who_raised_it_with_a_reason(case):
    dispute = case.raise_()
    with pytest.raises(NotAllowed):
        disputes.withdraw(dispute=dispute, reason="Never mind.", actor=case.ada, now=LATER)
    disputes.withdraw(dispute=dispute, reason="We talked.", actor=case.bo, now=LATER)

    dispute = fresh(dispute)
    assert (dispute.state, dispute.reason, dispute.settled_at) == ("withdrawn", "We talked.", LATER)
    assert Clock.objects.get(dispute=dispute).outcome == Clock.Outcome.VOID
    assert inbox(case.ada)[-1].endswith(": We talked.")
    with pytest.raises(InvalidMove):
        disputes.withdraw(dispute=dispute, reason="Again.", actor=case.bo, now=LATER)


# --- Reservation ------------------------------------------------------------------------------------
def reservation(case) -> tuple:
    record = fresh(case.handover)
    return record.state, record.with_reservation, record.reservation_ended_at


def test_open_dispute_leaves_the_record_under_reservation_until_it_is_decided(case):
    dispute = case.raise_()
    case.confirm(case.handover)
    assert reservation(case) == ("confirmed", True, None)
    signed = list(SignedText.objects.order_by("pk").values_list("sha256", "text"))

    case.decide(dispute)

    assert reservation(case) == ("confirmed", True, LATER)
    assert list(SignedText.objects.order_by("pk").values_list("sha256", "text")) == signed


def test_dispute_on_a_confirmed_record_puts_it_under_reservation(case):
    case.confirm(case.handover)
    assert reservation(case) == ("confirmed", False, None)
    line, record = case.raise_(), case.raise_(line=None)
    assert reservation(case) == ("confirmed", True, None)

    disputes.withdraw(dispute=line, reason="We talked.", actor=case.bo, now=LATER)
    assert reservation(case) == ("confirmed", True, None)
    case.decide(record)
    assert reservation(case) == ("confirmed", True, LATER)

    case.raise_(now=LATER)
    assert reservation(case) == ("confirmed", True, None)


def test_reservation_for_an_open_line_ends_with_its_decision(db):
    case = Case()
    lines.undo(line=case.line, actor=case.bo, now=SOON)
    lines.question(line=case.line, text="Which order?", actor=case.bo, now=SOON)
    case.confirm(case.handover)
    assert reservation(case) == ("confirmed", True, None)
    dispute = case.raise_(line=None)
    case.decide(dispute)
    assert reservation(case) == ("confirmed", True, None)  # the question is open still

    lines.decide(line=case.line, holder=None, reason="The second one.", actor=case.dai, now=LATER)
    assert reservation(case) == ("confirmed", True, LATER)


def test_dispute_settled_before_the_confirmation_leaves_no_reservation(case):
    case.decide(case.raise_())
    case.confirm(case.handover)

    assert reservation(case) == ("confirmed", False, None)


def test_urgent_refused_line_keeps_blocking_whatever_is_disputed(db):
    case = Case(kind=Kind.URGENT)
    lines.undo(line=case.line, actor=case.bo, now=SOON)
    lines.refuse(line=case.line, reason="Not ours.", actor=case.bo, now=SOON)
    case.raise_(by=case.ada)

    with pytest.raises(NotAllowed):
        case.confirm(case.handover)


def test_who_took_the_record_over_is_a_party_to_it(case):
    confirmation.take_over(handover=fresh(case.handover), reason="Nobody.", actor=case.dai, now=SOON)
    case.confirm(fresh(case.handover), by=case.dai, as_supervisor=True)
    dispute = case.raise_(by=case.ada)

    with pytest.raises(NotAllowed, match="party"):
        case.decide(dispute)


# --- Two at once ------------------------------------------------------------------------------------
class TestAtOnce:
    pytestmark = RACE

    def test_two_raise_one_dispute(self):
        case = Case()
        refused = at_once(case.raise_, lambda: case.raise_(by=case.ada))

        assert (refused, Dispute.objects.count()) == ([Conflict], 1)

    def test_decision_and_withdrawal_settle_it_once(self):
        case = Case()
        dispute = case.raise_()
        one, two = fresh(dispute), fresh(dispute)
        refused = at_once(
            lambda: case.decide(one),
            lambda: disputes.withdraw(dispute=two, reason="We talked.", actor=case.bo, now=LATER),
        )

        assert refused == [Conflict]
        assert verbs(dispute)[1:] in ([Event.Verb.DISPUTE_DECIDED], [Event.Verb.DISPUTE_WITHDRAWN])

    def test_passing_on_and_disputing_do_not_both_happen_unseen(self):
        case = Case()
        item = fresh(case.item)
        refused = at_once(lambda: holding.release(item=item, actor=case.bo, now=SOON), case.raise_)

        dispute = Dispute.objects.get()
        assert all(issubclass(error, HandoverError) for error in refused)
        assert fresh(case.item).holder == dispute.holder
