"""Disputes on a line or a record: raised, stated, decided or withdrawn, and the rule that is changed by one.

Every function is one transaction and writes its Event. Its order of locks is that of everything about a
handover: the record, the dispute, the item, the line.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.zones import local_instant
from handover import lifecycle
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import (
    Dispute,
    DisputeStatement,
    Event,
    Handover,
    HandoverLine,
    PendingItem,
    Waits,
)
from handover.queries import cut, deciders, parties
from handover.queries.hours import limit_at
from handover.queries.step_words import dispute_words
from handover.services import clocks, events, holding, inbox, lines, reservations

State = Dispute.State
SECOND_CLICK = timedelta(minutes=1)
RAISED = gettext_noop("%(person)s disputes %(thing)s: %(text)s")
STATED = gettext_noop("%(person)s says in the dispute about %(thing)s: %(text)s")
DECIDED = gettext_noop("%(person)s decided the dispute about %(thing)s: %(text)s")
WITHDRAWN = gettext_noop("%(person)s withdrew the dispute about %(thing)s: %(text)s")
ASKED = gettext_noop("%(person)s asks you to change a rule until %(day)s: %(text)s")


@dataclass(frozen=True)
class Rule:
    """What is to be done differently, until which day, and who sees to it."""

    text: str
    due_on: date
    by: User


@dataclass(frozen=True)
class Decision:
    """For whom, why, and who has the item from now on (None: the queue); of a record nobody has anything."""

    verdict: str
    reason: str
    holder: User | None = None
    rule: Rule | None = None


@transaction.atomic
def raise_(
    *, handover: Handover, line: HandoverLine | None, cause: str, text: str, actor: User, now: datetime
) -> Dispute:
    """Dispute a line, or the record; its item stays with who has it, and those in charge are told.

    Raises InvalidMove while nothing is handed over, NotAllowed for who stands on neither side, and Conflict
    where a dispute about the same is open.
    """
    held = reservations.hold(handover)
    if held.state == Handover.State.DRAFT or (line and not line.round_number):
        raise InvalidMove(_("Nothing is handed over yet, so there is nothing to dispute."))
    side = parties.sides(held, line).of(actor.pk)
    if not side:
        raise NotAllowed(_("Only the two shifts of a handover, and who had or has the item, can dispute it."))
    item = _hold_item(line, now)
    dispute = Dispute(
        team_id=held.team_id,
        post_id=held.post_id,
        handover=held,
        line=line,
        item=item,
        holder=item.holder if item and item.team_id == held.team_id else None,
        cause=cause,
        raised_by=actor,
        raised_at=now,
        side=side,
    )
    try:
        with transaction.atomic():
            dispute.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("A dispute about this is open already. Say there what you have to say.")) from error
    _add_statement(dispute, side, text, actor, now)
    _await(dispute, Waits.DISPUTE, limit_at(dispute.post, Waits.DISPUTE, now), now)
    reservations.review(handover=held, now=now)
    _record(Event.Verb.DISPUTE_RAISED, dispute, actor, now)
    _tell(dispute, RAISED, actor, now, text, side=side)
    return dispute


@transaction.atomic
def state(*, dispute: Dispute, text: str, actor: User, now: datetime) -> DisputeStatement:
    """Say one's own side of it, as often as there is something to say. A second click says it once.

    Raises InvalidMove once it is settled, and NotAllowed for who stands on neither side.
    """
    lifecycle.require(dispute, State.OPEN)
    side = _sides(dispute).of(actor.pk)
    if not side:
        raise NotAllowed(_("Only the two sides of a dispute make statements on it."))
    lately = dispute.statements.filter(author=actor, text=text, at__gt=now - SECOND_CLICK)
    if said := lately.order_by("pk").first():
        return said
    said = _add_statement(dispute, side, text, actor, now)
    _record(Event.Verb.DISPUTE_STATED, dispute, actor, now, statement=said.pk)
    _tell(dispute, STATED, actor, now, text, side=side)
    return said


@transaction.atomic
def decide(*, dispute: Dispute, decision: Decision, actor: User, now: datetime) -> None:
    """Settle it: for whom, why, who has the item, and what is done differently from now on.

    An open line is decided with it. Raises NotAllowed for a party and for who is not in charge, InvalidMove
    once it is settled, and Conflict where somebody was first.
    """
    held = reservations.hold(dispute.handover)
    deciders.refuse(dispute, actor, now)
    rule = decision.rule
    lifecycle.move(
        dispute,
        State.DECIDED,
        settled_at=now,
        settled_by=actor,
        reason=decision.reason,
        verdict=decision.verdict,
        decided_holder=decision.holder,
        rule=rule.text if rule else "",
        rule_due_on=rule.due_on if rule else None,
        rule_by=rule.by if rule else None,
    )
    clocks.stop(dispute=dispute, kinds={Waits.DISPUTE}, now=now)
    _record(Event.Verb.DISPUTE_DECIDED, dispute, actor, now, text=decision.reason, verdict=decision.verdict)
    _place_item(dispute, held, decision, actor, now)
    reservations.review(handover=held, now=now)
    _tell(dispute, DECIDED, actor, now, decision.reason)
    if rule:
        _ask(dispute, rule, actor, now)


@transaction.atomic
def withdraw(*, dispute: Dispute, reason: str, actor: User, now: datetime) -> None:
    """Whoever raised it takes it back. Raises NotAllowed for others, InvalidMove once it is settled."""
    held = reservations.hold(dispute.handover)
    if dispute.raised_by_id != actor.pk:
        raise NotAllowed(_("Only who raised a dispute can withdraw it."))
    lifecycle.move(dispute, State.WITHDRAWN, settled_at=now, settled_by=actor, reason=reason)
    clocks.stop(dispute=dispute, kinds={Waits.DISPUTE}, now=now, void=True)
    reservations.review(handover=held, now=now)
    _record(Event.Verb.DISPUTE_WITHDRAWN, dispute, actor, now, text=reason)
    _tell(dispute, WITHDRAWN, actor, now, reason)


@transaction.atomic
def finish_rule(*, dispute: Dispute, actor: User, now: datetime) -> None:
    """The rule is changed. Raises InvalidMove where there is none, or it is ticked already."""
    waiting = Dispute.objects.filter(pk=dispute.pk, rule_done_at__isnull=True).exclude(rule="")
    if not waiting.update(rule_done_at=now, rule_done_by=actor):
        raise InvalidMove(_("No rule waits here: it is ticked already."))
    clocks.stop(dispute=dispute, kinds={Waits.RULE}, now=now)
    _record(Event.Verb.RULE_DONE, dispute, actor, now)


def _hold_item(line: HandoverLine | None, now: datetime) -> PendingItem | None:
    """The item of the line, locked: whoever passes it on at this moment is too late.

    One that has gone to another team stays as it is: nothing there hangs on what this team disputes.
    """
    if line is None:
        return None
    items = PendingItem.objects.select_related("holder", "customer").select_for_update(
        of=("self",), no_key=True
    )
    item = items.get(pk=line.item_id)
    return item if item.team_id != line.handover.team_id else lifecycle.update(item, changed_at=now)


def _add_statement(dispute: Dispute, side: str, text: str, actor: User, now: datetime) -> DisputeStatement:
    return DisputeStatement.objects.create(dispute=dispute, author=actor, side=side, at=now, text=text)


def _await(dispute: Dispute, kind: str, due_at: datetime, now: datetime) -> None:
    clocks.start_all([clocks.run(dispute=dispute, kind=kind, started_at=now, due_at=due_at)])


def _place_item(dispute: Dispute, handover: Handover, decision: Decision, actor: User, now: datetime) -> None:
    """Answer an open line with the decision, and give the item to who has it from now on."""
    if dispute.line is None:
        return
    line = HandoverLine.objects.select_related("item__post__team", "item__holder").get(pk=dispute.line.pk)
    line.handover = handover
    if handover.state != Handover.State.DRAFT and line.round_number and line.answer in cut.OPEN_ANSWERS:
        lines.settle(line=line, holder=decision.holder, reason=decision.reason, actor=actor, now=now)
    elif is_to_be_given(line) and line.item.holder != decision.holder:
        to = decision.holder or line.item.post
        holding.pass_on(item=line.item, to=to, reason=decision.reason, actor=actor, now=now)


def is_to_be_given(line: HandoverLine) -> bool:
    """Whether a decision still says who has the item: not of one that has ended, or gone to another team."""
    return line.item.is_open and not cut.is_elsewhere(line)


def _ask(dispute: Dispute, rule: Rule, actor: User, now: datetime) -> None:
    """Whoever sees to the rule is told at once, and again when its day is over."""
    team = dispute.team
    ends_at = local_instant(rule.due_on, team.day_ends_at, team.zone)
    _await(dispute, Waits.RULE, max(ends_at, now), now)
    facts = {"text": rule.text, "day": rule.due_on.isoformat()}
    _send(dispute, rule.by, ASKED, facts, actor, now)


def _sides(dispute: Dispute) -> parties.Sides:
    return parties.of_disputes([dispute])[dispute.pk]


def _tell(dispute: Dispute, sentence: str, actor: User, now: datetime, text: str, *, side: str = "") -> None:
    """Tell both sides, or only the one against `side` and who raised it."""
    sides = _sides(dispute)
    told = sides.against(side) | {dispute.raised_by_id} if side else sides.both
    facts = {"text": text, "thing": dispute_words(dispute)}
    for person in User.objects.filter(pk__in=told, is_active=True).order_by("pk"):
        _send(dispute, person, sentence, facts, actor, now)


def _send(
    dispute: Dispute, person: User, sentence: str, facts: dict[str, Any], actor: User, now: datetime
) -> None:
    inbox.tell(
        recipient=person,
        actor=actor,
        sentence=sentence,
        facts=facts,
        handover=dispute.handover,
        path=reverse("dispute_detail", args=[dispute.pk]),
        now=now,
    )


def _record(verb: str, dispute: Dispute, actor: User, now: datetime, text: str = "", **data: Any) -> None:
    """In the trail of the record, and of the item as long as it belongs to the team.

    What the sides say stands in their statements alone: others of the team read the trail too.
    """
    item = dispute.item if dispute.item and dispute.item.team_id == dispute.team_id else None
    events.record(
        verb=verb,
        actor=actor,
        now=now,
        item=item,
        customer_id=item.customer_id if item else None,
        handover=dispute.handover,
        text=text,
        data={"dispute": dispute.pk, **data},
    )
