"""The outgoing side signs: the cut is taken and frozen in a round; a round may be returned."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import reauth
from accounts.models import User
from handover import lifecycle
from handover.errors import NotAllowed
from handover.ladders import OF_HANDOVERS
from handover.models import ClockKind, Event, Handover, HandoverLine, Kind, PendingItem, Round, Waits
from handover.queries import cut, duty, handovers, parties, record, score, score_rules
from handover.queries.record import Draft, Signature
from handover.services import clocks, events, lines, signing

Answer = HandoverLine.Answer
RECEIVER_FIELDS = (
    "answered_by",
    "answered_at",
    "reason",
    "heard_orally",
    "read_back",
    "read_back_by",
    "read_back_at",
)


def submit(
    *, handover: Handover, signature: Signature, password: str, seen_sha256: str, address: str, now: datetime
) -> Round:
    """The outgoing side signs: takes the cut, freezes it in a round and gives the items to the incoming
    shift.

    Raises NotConfirmed for a wrong password, SeenChanged when the content is not what the signer saw,
    InvalidMove unless it is a draft, NotAllowed where an urgent line lacks its reason or its answer-back,
    and for who has received something in an earlier round. Nothing is written then. A second submit of the
    same draft raises InvalidMove or Conflict.
    """
    reauth.check_password_again(signature.user, password, address=address, now=now)
    return submit_signed(handover=handover, signature=signature, seen_sha256=seen_sha256, now=now)


@transaction.atomic
def submit_signed(*, handover: Handover, signature: Signature, seen_sha256: str, now: datetime) -> Round:
    """`submit` for a signer whose password was checked already."""
    # The conditional update comes first: it decides who is first, and locks out a second submit.
    number = handover.round_number
    lifecycle.move(handover, Handover.State.SUBMITTED, submitted_at=now, round_count=number)
    clocks.await_side(handover=handover, kind=Waits.CONFIRM, now=now)
    _lapse_older(handover, signature.user, now)
    draft = record.load_draft(handover, lock=True)
    _refuse_hindered(draft, signature.user)
    content = record.outgoing_content(draft, signature)
    sign_off = signing.sign(
        handover=handover,
        round_number=number,
        content=content,
        signature=signature,
        seen_sha256=seen_sha256,
        now=now,
    )
    round_ = Round.objects.create(
        handover=handover,
        number=number,
        text=sign_off.text,
        submitted_by=signature.user,
        submitted_at=now,
        **_scored(handover, content),
    )
    if awaited := [item.item_id for item in draft.items if item.is_awaited]:
        lines.carry_on(item_ids=awaited, actor=signature.user, now=now)
    _write_lines(draft, number)
    _pass_to_incoming(draft, now)
    _note_carried_on(draft, now)
    events.record(
        verb=Event.Verb.SUBMITTED,
        actor=signature.user,
        now=now,
        handover=handover,
        data={"round": number, "sha256": sign_off.text_id, "lines": len(draft.items)},
    )
    return round_


@transaction.atomic
def send_back(*, handover: Handover, reason: str, actor: User, now: datetime) -> None:
    """Return the round with a reason: what nobody accepted goes back to who held it, and a new round
    begins.

    Only while the outgoing signer is on duty; afterwards a refusal goes to the supervisor (NotAllowed).
    Nobody returns what they signed themselves.
    """
    lifecycle.require(handover, Handover.State.SUBMITTED)
    lines.must_not_have_signed(handover, actor)
    round_ = record.latest_round(handover)
    if not duty.is_on_duty(round_.submitted_by, handover.outgoing_shift, now):
        raise NotAllowed(
            _("%(name)s has left. Refuse the single items instead; a supervisor will decide them.")
            % {"name": round_.submitted_by.display_name}
        )
    lifecycle.move(round_, Round.Outcome.RETURNED, ended_at=now, ended_by=actor, reason=reason)
    lifecycle.move(handover, Handover.State.DRAFT, submitted_at=None)
    clocks.await_side(handover=handover, kind=Waits.SIGN, now=now)
    _give_back(handover, round_, now)
    events.record(
        verb=Event.Verb.RETURNED,
        actor=actor,
        now=now,
        handover=handover,
        text=reason,
        data={"round": round_.number},
    )


def _scored(handover: Handover, content: record.Content) -> dict[str, Any]:
    """The score with the rules that gave it."""
    version = score_rules.own(handover.team_id)
    scores = score.explain(content, score_rules.weights(version))
    return {"score": score.total(scores), "score_rules": version, "score_parts": score.kept(scores)}


def _refuse_hindered(draft: Draft, actor: User) -> None:
    if actor.pk in parties.receivers(draft.handover):
        raise NotAllowed(_("You have received something of this handover, so somebody else must sign it."))
    for hindrance in record.hindrances(draft):
        raise NotAllowed(hindrance.sentence)


def _lapse_older(handover: Handover, actor: User, now: datetime) -> None:
    """The cut of this boundary ends the records of earlier ones that nobody confirmed."""
    for record_ in handovers.not_ended(post=handover.post_id, before=handover.boundary_at):
        rows = record_.lines.filter(round_number__gt=0, answer__in=cut.OPEN_ANSWERS)
        lines.carry_on(item_ids=list(rows.values_list("item_id", flat=True)), actor=actor, now=now)
        for round_ in record_.rounds.filter(outcome=Round.Outcome.OPEN):
            lifecycle.move(round_, Round.Outcome.LAPSED, ended_at=now)
        lifecycle.move(record_, Handover.State.LAPSED, ended_at=now)
        clocks.stop(handover=record_, kinds=OF_HANDOVERS, now=now, void=True)
        events.record(
            verb=Event.Verb.LAPSED, actor=actor, now=now, handover=record_, data={"by_handover": handover.pk}
        )


def _write_lines(draft: Draft, round_number: int) -> None:
    """One line for each item of the cut, in one statement: with what was noted in the draft, without what a
    receiver said in an earlier round.
    """
    HandoverLine.objects.bulk_create(
        [
            HandoverLine(
                handover_id=draft.handover.pk,
                item_id=item.item_id,
                round_number=round_number,
                position=position,
                kind=item.kind,
                former_holder_id=item.holder_id,
            )
            for position, item in enumerate(draft.items, start=1)
        ],
        update_conflicts=True,
        unique_fields=["handover", "item"],
        update_fields=[
            "round_number",
            "position",
            "kind",
            "former_holder",
            "answer",
            *RECEIVER_FIELDS,
        ],
    )


def _pass_to_incoming(draft: Draft, now: datetime) -> None:
    """The items stand in the post's queue; for urgent ones the clock of taking starts unless it runs
    already.
    """
    PendingItem.objects.filter(pk__in=[item.item_id for item in draft.items]).update(
        holder=None,
        handover_count=F("handover_count") + 1,
        idle_handover_count=F("idle_handover_count") + 1,
        version=F("version") + 1,
        changed_at=now,
    )
    if urgent := [item.item_id for item in draft.items if item.kind == Kind.URGENT]:
        _await_taker(draft.handover, urgent, now)


def _await_taker(handover: Handover, urgent: list[int], now: datetime) -> None:
    """From the incoming shift's start, if that is still to come."""
    starts_at = max(now, handover.incoming_shift.starts_at) if handover.incoming_shift else now
    due_at = clocks.taken_due(post=handover.post, start_at=starts_at)
    clocks.stop_idle(item_ids=urgent, now=now)
    clocks.start_all(
        clocks.run(item_id=pk, kind=ClockKind.TAKEN, started_at=now, due_at=due_at) for pk in urgent
    )
    PendingItem.objects.filter(pk__in=urgent, next_due_at__gt=due_at).update(
        next_due_at=due_at, next_clock=ClockKind.TAKEN
    )


def _note_carried_on(draft: Draft, now: datetime) -> None:
    """Who works on carries on with their own items: an Event, no line and no receipt from oneself."""
    handover = draft.handover
    holders = {item.holder_id for item in draft.staying}
    outgoing = duty.roster(handover.outgoing_shift) if holders else []
    people = [assignment.user for assignment in outgoing if assignment.user_id in holders]
    events.record_all(
        [
            events.entry(verb=Event.Verb.CARRIED_ON, actor=person, now=now, handover=handover, person=person)
            for person in sorted(people, key=lambda person: person.pk)
        ]
    )


def _give_back(handover: Handover, round_: Round, now: datetime) -> None:
    """Unanswered lines become a draft again, and their items return to who held them.

    That they went to and fro is no change that an agent would have to check: a check of the round holds
    as long as nothing else happened to the item. Nor have they survived a handover: the next round counts.
    """
    signed = record.signed_content(round_.text)["lines"]
    checked = {line["item"] for line in signed if line["checked"]}
    unanswered = handover.lines.filter(round_number__gt=0, answer__in=cut.OPEN_ANSWERS)
    for line in unanswered.select_related("item").order_by("pk"):
        if line.answer != Answer.NONE:
            lifecycle.move(line, Answer.NONE, answered_by=None, answered_at=None)
        item = line.item
        clocks.stop(item=item, kinds={Waits.REFUSED}, now=now, void=True)
        holds = item.pk in checked and item.changed_at <= round_.submitted_at
        lifecycle.update(line, round_number=0, checked_at=now if holds else line.checked_at)
        PendingItem.objects.filter(pk=item.pk).update(**_one_handover_less(item))
        if item.holder_id is None and line.former_holder_id is not None:
            lifecycle.update(item, holder_id=line.former_holder_id, changed_at=now)
            clocks.stop(item=item, kinds={ClockKind.TAKEN}, now=now, void=True)
            clocks.watch_idle(item=item, now=now)
            clocks.refresh(item=item)


def _one_handover_less(item: PendingItem) -> dict[str, int]:
    return {
        "handover_count": item.handover_count - 1,
        "idle_handover_count": max(item.idle_handover_count - 1, 0),
    }
