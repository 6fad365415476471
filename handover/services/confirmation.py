"""The incoming side signs, or a supervisor in its place; afterwards only addenda."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import reauth
from accounts.models import User
from handover import lifecycle
from handover.errors import InvalidMove, NotAllowed
from handover.ladders import OF_HANDOVERS
from handover.models import Addendum, Event, Handover, Round, SignOff
from handover.queries import cut, disputes, duty, parties, record
from handover.queries.record import Signature
from handover.services import clocks, events, lines, signing


def confirm(
    *, handover: Handover, signature: Signature, password: str, seen_sha256: str, address: str, now: datetime
) -> None:
    """The incoming side signs: the shift is taken over, and the record can only be added to from now
    on.

    Raises NotConfirmed, SeenChanged, InvalidMove unless it is submitted, NotAllowed for the outgoing
    signer, for somebody not of the incoming shift (a supervisor signs as such, unless a party), and while a
    line has no answer, or an urgent one is questioned, refused or not read back. A line that is not urgent,
    and a dispute, may stay open: with reservation.
    """
    reauth.check_password_again(signature.user, password, address=address, now=now)
    confirm_signed(handover=handover, signature=signature, seen_sha256=seen_sha256, now=now)


@transaction.atomic
def confirm_signed(*, handover: Handover, signature: Signature, seen_sha256: str, now: datetime) -> None:
    """`confirm` for a signer whose password was checked already."""
    lifecycle.require(handover, Handover.State.SUBMITTED)
    round_ = record.latest_round(handover)
    lines.must_not_have_signed(handover, signature.user)
    if signature.as_supervisor:
        _refuse_party(handover, signature.user)
    elif not duty.is_on_duty(signature.user, handover.incoming_shift, now):
        raise NotAllowed(_("Only somebody on duty for the incoming shift can confirm this handover."))
    waiting = cut.open_lines(handover)
    if cut.blocking(waiting):
        raise NotAllowed(_("Some lines still need an answer before you can sign."))
    lifecycle.move(
        handover,
        Handover.State.CONFIRMED,
        ended_at=now,
        with_reservation=any(cut.is_open(line) for line in waiting) or disputes.is_disputed(handover),
    )
    lifecycle.move(round_, Round.Outcome.CONFIRMED, ended_at=now, ended_by=signature.user)
    clocks.stop(handover=handover, kinds=OF_HANDOVERS, now=now)
    sign_off = signing.sign(
        handover=handover,
        round_number=round_.number,
        content=record.incoming_content(handover, round_, signature),
        signature=signature,
        seen_sha256=seen_sha256,
        now=now,
    )
    events.record(
        verb=Event.Verb.CONFIRMED,
        actor=signature.user,
        now=now,
        handover=handover,
        data={"round": round_.number, "sha256": sign_off.text_id, "reservation": handover.with_reservation},
    )


@transaction.atomic
def take_over(*, handover: Handover, reason: str, actor: User, now: datetime) -> None:
    """A leader or supervisor receives in place of a shift that did not come: holds the urgent, queues
    the rest.

    Every line still without a final answer is decided so, with the reason. What remains is to sign.
    Raises InvalidMove unless it is submitted, NotAllowed for who may sign nothing now, and for who is a
    party: of the outgoing side, or who refused or questioned a line as its receiver.
    """
    if sentence := reauth.barrier(actor):
        raise NotAllowed(sentence)
    lifecycle.require(handover, Handover.State.SUBMITTED)
    _refuse_party(handover, actor)
    waiting = cut.open_lines(handover)
    if any(cut.is_open(line) and line.answered_by_id == actor.pk for line in waiting):
        raise NotAllowed(_("You are a party to this matter; somebody else must decide it."))
    lifecycle.update(handover, taken_over=True)
    events.record(verb=Event.Verb.TAKEN_OVER, actor=actor, now=now, handover=handover, text=reason)
    for line in waiting:
        if line.answer in cut.OPEN_ANSWERS:
            holder = actor if cut.is_urgent(line) else None
            lines.settle(line=line, holder=holder, reason=reason, actor=actor, now=now)
        elif cut.lacks_read_back(line):
            lines.read_back(line=line, text=reason, actor=actor, now=now)


def _refuse_party(handover: Handover, actor: User) -> None:
    if actor.pk in parties.outgoing(handover):
        raise NotAllowed(parties.why_not_supervise())


def join(
    *, handover: Handover, signature: Signature, password: str, seen_sha256: str, address: str, now: datetime
) -> SignOff:
    """A further signature of a side that has signed, over the same text by its hash.

    Raises NotConfirmed for a wrong password, SeenChanged, NotAllowed for who signed this round already,
    stands on the other side or is not on duty for that side.
    """
    reauth.check_password_again(signature.user, password, address=address, now=now)
    with transaction.atomic():
        lifecycle.require(handover, handover.state)
        access = duty.access(signature.user, now)
        if parties.may_join(handover, access) != signature.role:
            raise NotAllowed(_("Only people on duty for a side that has signed can sign too, once."))
        sign_off = signing.sign(
            handover=handover,
            round_number=handover.round_count,
            content=record.joining_content(handover, signature),
            signature=signature,
            seen_sha256=seen_sha256,
            now=now,
        )
        verb = Event.Verb.SIGNED_TOO
        data = {"role": signature.role, "sha256": sign_off.text_id}
        events.record(verb=verb, actor=signature.user, now=now, handover=handover, data=data)
        return sign_off


def add_addendum(
    *,
    handover: Handover,
    text: str,
    signature: Signature,
    password: str,
    seen_sha256: str,
    address: str,
    now: datetime,
) -> Addendum:
    """Add to a signed record, visibly later and signed itself.

    The same words of the same person again, as by a second click, are the addendum that stands there.
    Raises NotConfirmed for a wrong password, InvalidMove while nothing is signed, SeenChanged where something
    was signed since the signer read the record.
    """
    reauth.check_password_again(signature.user, password, address=address, now=now)
    with transaction.atomic():
        handover = Handover.objects.select_for_update(no_key=True).get(pk=handover.pk)  # one after the other
        return _add_addendum(handover, text, signature, seen_sha256, now)


def _add_addendum(
    handover: Handover, text: str, signature: Signature, seen_sha256: str, now: datetime
) -> Addendum:
    if not handover.round_count:
        raise InvalidMove(_("Nothing is signed yet: write it into the handover itself."))
    same = Addendum.objects.filter(handover=handover, text=text, sign_off__user=signature.user)
    if added := same.order_by("pk").first():
        return added
    signing.refuse_changed(record.addendum_ground(handover, signature), seen_sha256=seen_sha256)
    sign_off = signing.sign(
        handover=handover,
        round_number=handover.round_count,
        content=record.addendum_content(handover, text, signature),
        signature=signature,
        seen_sha256=None,
        now=now,
    )
    events.record(
        verb=Event.Verb.ADDENDUM_ADDED,
        actor=signature.user,
        now=now,
        handover=handover,
        text=text,
        data={"sha256": sign_off.text_id},
    )
    return Addendum.objects.create(handover=handover, text=text, sign_off=sign_off)
