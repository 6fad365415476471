"""What both shifts say of one item of a handover: checked, accepted, questioned, refused, decided,
answered back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from handover import lifecycle
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import (
    Clock,
    ClockKind,
    Event,
    Handover,
    HandoverLine,
    PendingItem,
    SignOff,
    Waits,
)
from handover.queries import cut, duty, parties, record, review
from handover.queries.freezing import refuse_frozen
from handover.services import clocks, events, inbox, reservations
from handover.services.item_changes import await_taking, rouse

Answer = HandoverLine.Answer
UNDO_MINUTES = 5
ASKED = gettext_noop("%(person)s asks about #%(number)s of %(customer)s, which you handed over: %(text)s")
REFUSED = gettext_noop("%(person)s refuses #%(number)s of %(customer)s, which you handed over: %(text)s")
REPLIED = gettext_noop("%(person)s replied on #%(number)s of %(customer)s: %(text)s")
ANSWERED_BACK = gettext_noop(
    "%(person)s says what became of #%(number)s of %(customer)s, which you handed over: %(text)s"
)

# The customer of an item that went to another team is theirs to name.
ANSWERED_BACK_ELSEWHERE = gettext_noop(
    "%(person)s says what became of #%(number)s, which you handed over: %(text)s"
)


@transaction.atomic
def check(
    *,
    handover: Handover,
    item: PendingItem,
    told_orally: bool,
    missing_reason: str,
    actor: User,
    now: datetime,
) -> HandoverLine:
    """Note that the actor looked at an item for the handover, whether it was told orally, and why a
    fact is missing.

    Safe to repeat; the latest says what holds. Raises InvalidMove once the handover is signed.
    """
    lifecycle.require(handover, Handover.State.DRAFT)
    line, _created = HandoverLine.objects.update_or_create(
        handover=handover,
        item=item,
        defaults={
            "checked_by": actor,
            "checked_at": now,
            "told_orally": told_orally,
            "missing_reason": missing_reason,
        },
    )
    _record(Event.Verb.LINE_CHECKED, line, actor, now, text=missing_reason, told_orally=told_orally)
    return line


@transaction.atomic
def accept(*, line: HandoverLine, read_back: str, heard_orally: bool, actor: User, now: datetime) -> None:
    """The receiver says "mine": becomes the holder at this instant and stops the clock of taking.

    An urgent item needs a read-back: what the receiver will do and by when. Raises NotAllowed without
    it or for the outgoing signer, InvalidMove when the line is answered, Conflict when somebody took
    the item meanwhile, or it was closed or passed on after it was received into the queue.
    """
    _must_be_receivable(line, actor)
    if cut.is_urgent(line) and not read_back:
        raise NotAllowed(_("Read an urgent item back first: what will you do, and by when?"))
    if line.item.holder_id is not None:
        raise Conflict(_("Somebody has taken this item meanwhile."))
    if not cut.waits_in_queue(line):
        raise Conflict(_("The item has been passed on meanwhile."))
    _give(line.item, actor, now)  # the item before the line, as wherever both are written: no deadlock
    said = {"heard_orally": heard_orally, "reason": "", **_read_back(read_back, actor, now)}
    _answer(line, Answer.ACCEPTED, actor, now, **said)
    _record(Event.Verb.LINE_ACCEPTED, line, actor, now, text=read_back, heard_orally=heard_orally)


@transaction.atomic
def receive_all(*, handover: Handover, actor: User, now: datetime) -> int:
    """Receive every unanswered follow-up and reminder into the post's queue; answers how many. Never
    urgent ones.
    """
    lifecycle.require(handover, Handover.State.SUBMITTED)
    must_not_have_signed(handover, actor)
    waiting = handover.lines.filter(round_number__gt=0, answer=Answer.NONE).exclude(cut.URGENT)
    lines = list(waiting.select_related("item", "handover").order_by("pk"))
    for line in lines:
        _answer(line, Answer.RECEIVED, actor, now)
    events.record_all([_entry(Event.Verb.LINE_RECEIVED, line, actor, now) for line in lines])
    return len(lines)


@transaction.atomic
def read_back(*, line: HandoverLine, text: str, actor: User, now: datetime) -> None:
    """Say in one's own words what one will do and by when; a later one replaces it, both stand in the
    trail.
    """
    _must_be_receivable(line, actor)
    lifecycle.update(line, **_read_back(text, actor, now))
    _record(Event.Verb.LINE_READ_BACK, line, actor, now, text=text)


@transaction.atomic
def question(*, line: HandoverLine, text: str, actor: User, now: datetime) -> None:
    """Ask; the line waits until its receiver accepts or refuses it. A further question joins the
    thread.
    """
    _must_be_receivable(line, actor)
    if line.answer == Answer.QUESTIONED:
        lifecycle.update(line, answered_by=actor, answered_at=now)
    else:
        _answer(line, Answer.QUESTIONED, actor, now)
    _record(Event.Verb.LINE_QUESTIONED, line, actor, now, text=text)
    _tell_sender(line, ASKED, actor, now, text)


@transaction.atomic
def reply(*, line: HandoverLine, text: str, actor: User, now: datetime) -> None:
    """Answer in the thread, or correct a read-back. Raises InvalidMove once the handover has ended, or the
    item belongs to another team.
    """
    lifecycle.require(line.handover, Handover.State.SUBMITTED)
    if cut.is_elsewhere(line):
        raise InvalidMove(_("The item belongs to another team now, so nobody here waits for a reply."))
    _record(Event.Verb.LINE_REPLIED, line, actor, now, text=text)
    _tell(line.answered_by, line, REPLIED, actor, now, text)


@transaction.atomic
def refuse(*, line: HandoverLine, reason: str, actor: User, now: datetime) -> None:
    """Refuse with a reason; the item stays in the queue until a supervisor decides or it is accepted
    after all.
    """
    _must_be_receivable(line, actor)
    _answer(line, Answer.REFUSED, actor, now, reason=reason)
    if cut.is_urgent(line):
        clocks.start(item=line.item, kind=Waits.REFUSED, now=now, due_at=now)
    _record(Event.Verb.LINE_REFUSED, line, actor, now, text=reason)
    _tell_sender(line, REFUSED, actor, now, reason)


@transaction.atomic
def undo(*, line: HandoverLine, actor: User, now: datetime) -> None:
    """Take back one's own acceptance within five minutes: the item stands in the queue as if never
    taken.
    """
    lifecycle.require(line.handover, Handover.State.SUBMITTED)
    if line.answer not in (Answer.ACCEPTED, Answer.RECEIVED) or line.answered_by_id != actor.pk:
        raise InvalidMove(_("Only your own acceptance can be taken back."))
    if line.answered_at is None or now - line.answered_at > timedelta(minutes=UNDO_MINUTES):
        raise InvalidMove(_("An acceptance can be taken back for 5 minutes only. Pass the item on instead."))
    if line.answer == Answer.ACCEPTED:
        _put_back(line, actor, now)
    elif not cut.waits_in_queue(line):
        raise Conflict(_("The item has been passed on meanwhile."))
    lifecycle.move(
        line,
        Answer.NONE,
        answered_by=None,
        answered_at=None,
        heard_orally=False,
        **_read_back("", None, None),
    )
    _record(Event.Verb.LINE_UNDONE, line, actor, now)


@transaction.atomic
def decide(*, line: HandoverLine, holder: User | None, reason: str, actor: User, now: datetime) -> None:
    """A leader or supervisor settles a line by saying who holds the item (None: the queue), with a
    reason.

    Raises NotAllowed for a party to the matter, InvalidMove unless the line is unanswered, questioned
    or refused, and while a dispute about it is open, in which more people are a party.
    """
    if actor.pk in parties.of_line(line):
        raise NotAllowed(_("You are a party to this matter; somebody else must decide it."))
    if line.handover.state == Handover.State.DRAFT or line.answer not in cut.OPEN_ANSWERS:
        raise InvalidMove(_("There is nothing to decide on this line."))
    if line.disputes.open().exists():
        raise InvalidMove(_("A dispute about this line is open. Deciding it decides the line too."))
    held = reservations.hold(line.handover)
    settle(line=line, holder=holder, reason=reason, actor=actor, now=now)
    reservations.review(handover=held, now=now)


def settle(*, line: HandoverLine, holder: User | None, reason: str, actor: User, now: datetime) -> None:
    """Write a decision. Called by `decide` and by the take-over, inside their transaction."""
    if holder is not None:
        _give(line.item, holder, now)
    _answer(line, Answer.DECIDED, actor, now, reason=reason, decided_holder=holder)
    name = holder.display_name if holder else ""
    _record(Event.Verb.LINE_DECIDED, line, actor, now, text=reason, holder=name)


@transaction.atomic
def answer_back(*, line: HandoverLine, handover: Handover, text: str, actor: User, now: datetime) -> None:
    """Say what became of a received item, or why nothing did; its sender sees it. The latest holds.

    Raises InvalidMove once `handover` is signed with it, by which the receiving shift hands over in its turn.
    """
    lifecycle.require(handover, Handover.State.DRAFT)
    lifecycle.update(line, answer_back=text, answer_back_by=actor, answer_back_at=now)
    _record(Event.Verb.ANSWERED_BACK, line, actor, now, text=text)
    sentence = ANSWERED_BACK_ELSEWHERE if cut.is_elsewhere(line) else ANSWERED_BACK
    _tell_sender(line, sentence, actor, now, text)


def taken_for_item(*, item: PendingItem, actor: User, now: datetime) -> None:
    """Somebody took an item from the queue: that answers its open line, before any paperwork.

    For the receiving side it is an acceptance (the read-back of an urgent one is still asked for);
    for anybody else the line has ended. Called by the items service, inside its transaction.
    """
    for line in _open_lines(item):
        incoming = line.handover.incoming_shift
        receives = incoming is not None and duty.is_on_duty(actor, incoming, now)
        if receives and actor.pk not in parties.signers(line.handover, SignOff.Role.OUTGOING):
            _answer(line, Answer.ACCEPTED, actor, now)
            _record(Event.Verb.LINE_ACCEPTED, line, actor, now)
        else:
            _end(line, actor, now)


def end_for_item(*, item: PendingItem, actor: User, now: datetime) -> None:
    """An item was closed or passed on: that answers its open line. Called inside the items service's
    transaction.
    """
    for line in _open_lines(item):
        _end(line, actor, now)


def carry_on(*, item_ids: Iterable[int], actor: User, now: datetime) -> None:
    """A new cut takes these items: their open lines elsewhere are carried on into it."""
    for line in _open_lines_of(item_ids):
        _answer(line, Answer.CARRIED, actor, now)
        _record(Event.Verb.LINE_CARRIED, line, actor, now)


def must_not_have_signed(handover: Handover, actor: User) -> None:
    """Raises NotAllowed for who signed any round of it as outgoing: nobody receives from themselves."""
    if actor.pk in parties.signers(handover, SignOff.Role.OUTGOING):
        raise NotAllowed(_("You signed this handover as outgoing, so somebody else must receive it."))


def _answer(line: HandoverLine, answer: str, actor: User, now: datetime, **changes: Any) -> None:
    was_refused = line.answer == Answer.REFUSED
    lifecycle.move(line, answer, answered_by=actor, answered_at=now, **changes)
    if was_refused:
        clocks.stop(item=line.item, kinds={Waits.REFUSED}, now=now)


def _end(line: HandoverLine, actor: User, now: datetime) -> None:
    _answer(line, Answer.ENDED, actor, now)
    _record(Event.Verb.LINE_ENDED, line, actor, now)


def _read_back(text: str, actor: User | None, now: datetime | None) -> dict[str, Any]:
    return {"read_back": text, "read_back_by": actor if text else None, "read_back_at": now if text else None}


def _open_lines(item: PendingItem) -> list[HandoverLine]:
    return _open_lines_of([item.pk])


def _open_lines_of(item_ids: Iterable[int]) -> list[HandoverLine]:
    rows = HandoverLine.objects.filter(item__in=item_ids, round_number__gt=0, answer__in=cut.OPEN_ANSWERS)
    return list(rows.select_related("handover__incoming_shift", "item").order_by("pk"))


def _must_be_receivable(line: HandoverLine, actor: User) -> None:
    lifecycle.require(line.handover, Handover.State.SUBMITTED)
    must_not_have_signed(line.handover, actor)


def _give(item: PendingItem, holder: User, now: datetime) -> None:
    """Make somebody the holder, if nobody took the item meanwhile."""
    lifecycle.update(item, holder=holder, changed_at=now)
    clocks.stop(item=item, kinds={Waits.TAKEN}, now=now)
    clocks.watch_idle(item=item, now=now)
    clocks.refresh(item=item)
    rouse(item=item, now=now)


def _put_back(line: HandoverLine, actor: User, now: datetime) -> None:
    """Back into the queue; the clock of taking that the acceptance stopped runs on from where it began."""
    item = line.item
    if item.holder_id != actor.pk or not item.is_open:
        raise Conflict(_("The item has been passed on meanwhile."))
    refuse_frozen(item)
    lifecycle.update(item, holder=None, changed_at=now)
    last = Clock.objects.filter(item=item, kind=ClockKind.TAKEN).order_by("-started_at", "-pk").first()
    if last and item.is_urgent and last.stopped_at == line.answered_at:
        clocks.stop_idle(item_ids=[item.pk], now=now)
        Clock.objects.filter(pk=last.pk).update(stopped_at=None, outcome="")
    else:
        await_taking(item=item, now=now)
    clocks.refresh(item=item)


def _tell_sender(line: HandoverLine, sentence: str, actor: User, now: datetime, text: str) -> None:
    _tell(record.latest_round(line.handover).submitted_by, line, sentence, actor, now, text)


def _tell(
    reader: User | None, line: HandoverLine, sentence: str, actor: User, now: datetime, text: str
) -> None:
    about = {"handover": line.handover} if cut.is_elsewhere(line) else {"item": line.item}
    facts = {"number": line.item_id, "text": text}
    path = review.address_of(line) if line.handover.state == Handover.State.SUBMITTED else ""
    inbox.tell(recipient=reader, actor=actor, sentence=sentence, facts=facts, path=path, now=now, **about)


def _entry(verb: str, line: HandoverLine, actor: User, now: datetime, text: str = "", **data: Any) -> Event:
    """In the trail of the record, and of the item as long as it belongs to the team."""
    place: dict[str, Any] = {"handover": line.handover, "text": text}
    if cut.is_elsewhere(line):
        place["data"] = data | {"line": line.pk}
    else:
        place |= {"item": line.item, "customer_id": line.item.customer_id, "data": data}
    return events.entry(verb=verb, actor=actor, now=now, **place)


def _record(verb: str, line: HandoverLine, actor: User, now: datetime, text: str = "", **data: Any) -> None:
    events.record_all([_entry(verb, line, actor, now, text, **data)])
