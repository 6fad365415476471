"""Which items a handover is about: what its cut takes, and what stays with those who stay."""

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet

from handover.hints import hints
from handover.models import Customer, Handover, HandoverLine, Kind, PendingItem, UnknownFact
from handover.queries import duty
from handover.queries.prepared import prepared

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Standing(TypedDict):
        stays: bool
        answered: bool

    PostItem = WithAnnotations[PendingItem, Standing]

Answer = HandoverLine.Answer
# Signed as urgent, or made urgent since: a change of the item takes nothing from what was signed.
URGENT = Q(kind=Kind.URGENT) | Q(item__kind=Kind.URGENT)
OPEN_ANSWERS = (Answer.NONE, Answer.QUESTIONED, Answer.REFUSED)
# The receiving side has it, or a supervisor said who does.
RECEIVED_ANSWERS = (Answer.ACCEPTED, Answer.RECEIVED, Answer.DECIDED)


class Boundary(TypedDict):
    """What decides which items a handover is about."""

    handover: int
    post: int
    team: int
    ends_at: datetime
    incoming: int | None


def boundary(handover: Handover) -> Boundary:
    return {
        "handover": handover.pk,
        "post": handover.post_id,
        "team": handover.team_id,
        "ends_at": handover.outgoing_shift.ends_at,
        "incoming": handover.incoming_shift_id,
    }


def of_post(
    *, handover: int, post: int, team: int, ends_at: datetime, incoming: int | None
) -> "QuerySet[PostItem]":
    """The open items of the post, most pressing first, each with `stays` and `answered`.

    `stays`: held by somebody who works on. `answered`: the receiver of this handover has accepted it already,
    in an earlier round.
    """
    working_on = duty.staying(team=team, ends_at=ends_at, incoming=incoming)
    answered = HandoverLine.objects.filter(handover=handover, round_number__gt=0, item=OuterRef("pk"))
    return (
        PendingItem.objects.open()
        .filter(post=post)
        .annotate(
            stays=Exists(working_on.filter(user=OuterRef("holder"))),
            answered=Exists(answered.filter(answer__in=RECEIVED_ANSWERS)),
        )
        .order_by("next_due_at", "pk")
    )


def cut(handover: Handover) -> QuerySet[PendingItem]:
    """What a submission takes: what stands in the queue or with somebody who leaves."""
    items = of_post(**boundary(handover)).filter(stays=False, answered=False)
    return items.select_related("customer", "issue_type", "holder")


def received_lines(outgoing_shift: int) -> QuerySet[HandoverLine]:
    """What the shift received at its start, and must answer back on."""
    return (
        HandoverLine.objects.filter(
            handover__incoming_shift=outgoing_shift,
            answer__in=RECEIVED_ANSWERS,
        )
        .select_related("item__customer", "item__issue_type", "item__holder", "handover__post")
        .order_by("position", "pk")
    )


def missing_facts(progress: str, key_at: datetime | None, need: str) -> list[str]:
    """Codes of what a receiver would have to ask for: failed "must" rules, and facts that are not
    there.
    """
    failed = [hint.code for hint in hints(progress, field="progress") if hint.is_must]
    if key_at is None:
        failed.append(UnknownFact.KEY_TIME)
    if need == Customer.Need.UNKNOWN:
        failed.append(UnknownFact.NEED)
    return [str(code) for code in failed]


def is_elsewhere(line: HandoverLine) -> bool:
    """Whether the item belongs to another team now: this one keeps its number, stage and result alone."""
    return line.item.team_id != line.handover.team_id


def open_lines(handover: Handover) -> list[HandoverLine]:
    """Lines without a final answer, and accepted urgent ones that were not read back."""
    return _open_lines(handover=handover.pk)


@prepared(handover=BigIntegerField())
def _open_lines(*, handover: int) -> QuerySet[HandoverLine]:
    rows = HandoverLine.objects.filter(
        Q(answer__in=OPEN_ANSWERS) | URGENT & Q(answer=Answer.ACCEPTED, read_back=""),
        handover=handover,
        round_number__gt=0,
    )
    return rows.select_related("item__customer", "handover").order_by("position", "pk")


def blocking(waiting: list[HandoverLine]) -> list[HandoverLine]:
    """Those of the open lines that stand in the way of confirming."""
    return [line for line in waiting if line.answer == Answer.NONE or is_urgent(line)]


def waits_in_queue(line: HandoverLine) -> bool:
    """Whether the item stands where the cut put it, and nobody has taken, ended or passed it on since."""
    item = line.item
    return item.is_open and item.holder_id is None and item.post_id == line.handover.post_id


def is_urgent(line: HandoverLine) -> bool:
    """The same as `URGENT`, of one line with its item."""
    return Kind.URGENT in (line.kind, line.item.kind)


def is_open(line: HandoverLine) -> bool:
    return line.answer in OPEN_ANSWERS


def lacks_read_back(line: HandoverLine) -> bool:
    return is_urgent(line) and line.answer == Answer.ACCEPTED and not line.read_back
