"""Two at one dispute at once: one effect, one entry, and who was slower is told."""

from functools import partial

import pytest

from handover.errors import Conflict, InvalidMove
from handover.models import Clock, Dispute, Event, HandoverLine, PendingItem
from handover.services import disputes, holding, lines
from handover.services.disputes import Decision, Rule
from tests import factories
from tests.boundary import SOON, line_of
from tests.disputes import LATER, WHY, Case
from tests.factories import Role
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
PEOPLE = ("team", "post__team", "handover", "line", "item__customer", "item__holder", "raised_by")


@pytest.fixture
def case():
    return Case()


def seen() -> Dispute:
    """As each request reads it for itself."""
    return Dispute.objects.select_related(*PEOPLE).get()


def verbs() -> list[str]:
    return list(
        Event.objects.filter(data__dispute__isnull=False).order_by("pk").values_list("verb", flat=True)
    )


def deciding(case, by, verdict):
    rule = Rule("Refunds are told orally.", LATER.date(), case.ada)
    decision = Decision(verdict, f"Decided {verdict}.", case.ada, rule)
    return partial(disputes.decide, dispute=seen(), decision=decision, actor=by, now=LATER)


def test_two_who_decide_decide_once(case):
    case.raise_()
    lea = factories.member(case.post.team, Role.SUPERVISOR, name="Lea")

    refused = at_once(deciding(case, case.dai, "outgoing"), deciding(case, lea, "incoming"))

    dispute = seen()
    assert (refused, dispute.state) == ([Conflict], "decided")
    assert dispute.reason == f"Decided {dispute.verdict}."
    assert verbs() == ["dispute_raised", "dispute_decided"]
    running = Clock.objects.filter(dispute=dispute, stopped_at=None)
    assert list(running.values_list("kind", flat=True)) == ["rule"]
    assert PendingItem.objects.get().holder == case.ada


def test_a_decision_and_a_withdrawal_at_once_leave_one_of_them(case):
    case.raise_()

    refused = at_once(
        deciding(case, case.dai, "outgoing"),
        partial(disputes.withdraw, dispute=seen(), reason="We talked.", actor=case.bo, now=LATER),
    )

    settled = seen().state
    assert refused == [Conflict]
    assert verbs() == ["dispute_raised", f"dispute_{settled}"]
    assert PendingItem.objects.get().holder == (case.ada if settled == "decided" else case.bo)


def test_nothing_is_said_in_a_dispute_once_it_is_decided(case):
    case.raise_()

    refused = at_once(
        deciding(case, case.dai, "outgoing"),
        partial(disputes.state, dispute=seen(), text="It stands there.", actor=case.ada, now=LATER),
    )

    said = verbs()
    assert refused in ([], [InvalidMove])
    assert said == ["dispute_raised", *(["dispute_stated"] if not refused else []), "dispute_decided"]


def test_both_sides_that_raise_it_at_once_raise_one(case):
    both = [
        partial(
            disputes.raise_,
            handover=case.handover,
            line=line_of(case.handover, case.item),
            cause="content",
            text=WHY,
            actor=person,
            now=SOON,
        )
        for person in (case.ada, case.bo)
    ]

    refused = at_once(*both)

    assert (refused, Dispute.objects.count(), verbs()) == ([Conflict], 1, ["dispute_raised"])


def test_a_dispute_and_a_transfer_at_once_freeze_it_or_come_too_late(case):
    item = PendingItem.objects.select_related("team", "post__team", "customer", "issue_type").get()

    away = {"item": item, "to": factories.post(case.post.team), "reason": "Theirs."}

    refused = at_once(case.raise_, partial(holding.transfer, **away, actor=case.bo, now=SOON))

    holder = PendingItem.objects.get().holder
    assert refused in ([], [Conflict], [InvalidMove])
    assert [dispute.holder for dispute in Dispute.objects.all()] in ([], [holder])


def test_a_rule_that_two_tick_is_ticked_once(case):
    case.raise_()
    deciding(case, case.dai, "outgoing")()
    both = [partial(disputes.finish_rule, dispute=seen(), actor=by, now=LATER) for by in (case.ada, case.dai)]

    assert at_once(*both) == [InvalidMove]
    assert verbs()[-2:] == ["dispute_decided", "rule_done"]


def test_a_decision_and_an_acceptance_of_its_line_at_once_give_it_to_one(case):
    lines.undo(line=line_of(case.handover, case.item), actor=case.bo, now=SOON)
    case.raise_(by=case.ada)

    refused = at_once(deciding(case, case.dai, "outgoing"), case.accept)

    line, item = HandoverLine.objects.get(), PendingItem.objects.get()
    assert refused in ([], [Conflict], [InvalidMove])
    assert (seen().state, item.holder, line.answer) in (
        ("decided", case.ada, "decided"),
        ("decided", case.ada, "accepted"),
        ("open", case.bo, "accepted"),
    )
