"""On which side of a handover somebody stands, and what they therefore cannot sign, receive or decide."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import BigIntegerField, CharField
from django.utils.translation import gettext as _

from handover.models import Access, Assignment, Dispute, Handover, HandoverLine, Side, SignOff
from handover.queries import cut
from handover.queries.prepared import Rows, prepared


def signers(handover: Handover, role: str) -> frozenset[int]:
    """Ids of those who signed any round in this role: lines accepted in an earlier one stay accepted."""
    return frozenset(user_id for (user_id,) in _signers(handover=handover.pk, role=role))


@prepared(handover=BigIntegerField(), role=CharField())
def _signers(*, handover: int, role: str) -> Rows:
    return SignOff.objects.filter(handover=handover, role=role).values_list("user_id")


def outgoing(handover: Handover) -> frozenset[int]:
    return outgoing_of([handover.pk])[handover.pk]


def outgoing_of(handover_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """For each handover the ids of those whose own work it hands over: they cannot supervise it. One query.

    Who signed as outgoing, who worked the outgoing shift, and who held an item when the cut was taken.
    """
    signed = SignOff.objects.filter(handover__in=handover_ids, role=SignOff.Role.OUTGOING)
    worked = Assignment.objects.filter(shift__outgoing_handover__in=handover_ids, checked_in_at__isnull=False)
    held = HandoverLine.objects.filter(
        handover__in=handover_ids, round_number__gt=0, former_holder__isnull=False
    )
    return _gathered(
        handover_ids,
        signed.values_list("handover", "user").union(
            worked.values_list("shift__outgoing_handover", "user"),
            held.values_list("handover", "former_holder"),
        ),
    )


def incoming_of(handover_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """For each handover the ids of those who received it: signed, worked the shift, or answered a line."""
    signed = SignOff.objects.filter(handover__in=handover_ids, role=SignOff.Role.INCOMING)
    worked = Assignment.objects.filter(
        shift__incoming_handovers__in=handover_ids, checked_in_at__isnull=False
    )
    answered = HandoverLine.objects.filter(
        handover__in=handover_ids,
        round_number__gt=0,
        answer__in=HandoverLine.WITH_A_SAY,
        answered_by__isnull=False,
    )
    return _gathered(
        handover_ids,
        signed.values_list("handover", "user").union(
            worked.values_list("shift__incoming_handovers", "user"),
            answered.values_list("handover", "answered_by"),
        ),
    )


@dataclass(frozen=True)
class Sides:
    """Who stands on which side of a handover; whoever stands on both hands it over first of all."""

    outgoing: frozenset[int]
    incoming: frozenset[int]

    @property
    def both(self) -> frozenset[int]:
        return self.outgoing | self.incoming

    def of(self, user_id: int) -> str:
        """The side of a person, "" for who stands on neither."""
        if user_id in self.outgoing:
            return Side.OUTGOING
        return Side.INCOMING if user_id in self.incoming else ""

    def against(self, side: str) -> frozenset[int]:
        return self.incoming if side == Side.OUTGOING else self.outgoing


def sides(handover: Handover, line: HandoverLine | None) -> Sides:
    """Who may dispute a record or a line of it: both shifts, and who had or has the item of the line."""
    pk = handover.pk
    found = Sides(outgoing_of([pk])[pk], incoming_of([pk])[pk])
    return _with(found, line.item.holder_id if line and not cut.is_elsewhere(line) else None)


def of_disputes(disputes: Collection[Dispute]) -> dict[int, Sides]:
    """The same for each dispute, with who had the item when it was raised. Two queries for any number."""
    ids = {dispute.handover_id for dispute in disputes}
    outgoing, incoming = (outgoing_of(ids), incoming_of(ids)) if ids else ({}, {})
    return {
        dispute.pk: _with(
            Sides(outgoing[dispute.handover_id], incoming[dispute.handover_id]),
            dispute.holder_id,
            dispute.raised_by_id,
        )
        for dispute in disputes
    }


def _with(found: Sides, *ids: int | None) -> Sides:
    """Whoever has the item and handed nothing over has received it."""
    others = {user_id for user_id in ids if user_id is not None and user_id not in found.both}
    return Sides(found.outgoing, found.incoming | others)


def _gathered(handover_ids: Collection[int], rows: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for handover_id, user_id in rows:
        found[handover_id].add(user_id)
    return {pk: frozenset(found[pk]) for pk in handover_ids}


def of_records(handover_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """For each handover who cannot judge it: both sides, and whoever signed anything. Three queries."""
    outgoing, incoming = outgoing_of(handover_ids), incoming_of(handover_ids)
    signed = SignOff.objects.filter(handover__in=handover_ids).values_list("handover", "user")
    others = _gathered(handover_ids, signed)
    return {pk: outgoing[pk] | incoming[pk] | others[pk] for pk in handover_ids}


def of_record(handover: Handover) -> frozenset[int]:
    return of_records([handover.pk])[handover.pk]


def of_line(line: HandoverLine) -> frozenset[int]:
    """Ids of those whose matter a line is: the outgoing side, and who refused or questioned it."""
    return outgoing(line.handover) | ({line.answered_by_id} if line.answered_by_id else set())


def receivers(handover: Handover) -> frozenset[int]:
    """Ids of those who have received anything of it: they cannot sign that they hand it over."""
    return frozenset(user_id for (user_id,) in _receivers(handover=handover.pk))


@prepared(handover=BigIntegerField())
def _receivers(*, handover: int) -> Rows:
    signed = SignOff.objects.filter(handover=handover, role=SignOff.Role.INCOMING)
    lines = HandoverLine.objects.filter(handover=handover, round_number__gt=0)
    answered = lines.filter(answer__in=cut.RECEIVED_ANSWERS, answered_by__isnull=False)
    read_back = lines.filter(read_back_by__isnull=False)
    return signed.values_list("user").union(
        answered.values_list("answered_by"), read_back.values_list("read_back_by")
    )


def may_join(handover: Handover, access: Access) -> str:
    """The role in which this person may sign too, or "": on duty for a side that has signed, and not yet.

    Nobody signs on both sides, nor hands over what they have received.
    """
    # A draft that lapsed was signed by nobody.
    is_signed = handover.state != Handover.State.DRAFT and handover.round_count > 0
    sides = (
        (SignOff.Role.OUTGOING, handover.outgoing_shift_id, is_signed),
        (SignOff.Role.INCOMING, handover.incoming_shift_id, handover.state == Handover.State.CONFIRMED),
    )
    roles = [role for role, shift, done in sides if done and shift in access.duty_shift_ids]
    return next((role for role in roles if not _stands_elsewhere(handover, role, access.user.pk)), "")


def _stands_elsewhere(handover: Handover, role: str, user_id: int) -> bool:
    """Whether the person has signed this round in the role already, or belongs to the other side."""
    if role == SignOff.Role.OUTGOING:
        others = receivers(handover)
    else:
        others = signers(handover, SignOff.Role.OUTGOING)
    this_round = handover.sign_offs.filter(round_number=handover.round_count, role=role, user=user_id)
    return user_id in others or this_round.exists()


def why_not_supervise() -> str:
    """What a leader or supervisor reads who is a party to a handover."""
    return _(
        "You worked the shift that hands over here, or held one of its items. "
        "Nobody decides a matter in which they are a party, so somebody else must."
    )


def why_not_judge() -> str:
    """What a leader, supervisor or auditor reads who has a part in the record that is to be checked."""
    return _(
        "You signed this record, worked its outgoing shift, or held one of its items. "
        "Nobody checks a record in which they have a part, so somebody else must."
    )
