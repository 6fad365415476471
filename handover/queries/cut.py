"""Which items a handover is about: what its cut takes, and what stays with those who stay."""

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, Q, QuerySet

from handover.hints import hints
from handover.models import Customer, Handover, HandoverLine, Kind, PendingItem, Promise, UnknownFact
from handover.queries import duty

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


def of_post(handover: Handover) -> "QuerySet[PostItem]":
    """The open items of the post, most pressing first, each with `stays` and `answered`.

    `stays`: held by somebody who works on. `answered`: the receiver of this handover has accepted it already,
    in an earlier round.
    """
    working_on = duty.staying(handover.post, handover.outgoing_shift, handover.incoming_shift)
    answered = HandoverLine.objects.filter(handover=handover, round_number__gt=0, item=OuterRef("pk"))
    return (
        PendingItem.objects.open()
        .filter(post=handover.post_id)
        .annotate(
            stays=Exists(working_on.filter(user=OuterRef("holder"))),
            answered=Exists(answered.exclude(answer__in=OPEN_ANSWERS)),
        )
        .select_related("customer", "issue_type", "holder")
        .order_by("next_due_at", "pk")
    )


def cut(handover: Handover) -> QuerySet[PendingItem]:
    """What a submission takes: what stands in the queue or with somebody who leaves."""
    return of_post(handover).filter(stays=False, answered=False)


def received_lines(handover: Handover) -> QuerySet[HandoverLine]:
    """What the outgoing shift received at the start of its shift, and must answer back on."""
    return (
        HandoverLine.objects.filter(
            handover__incoming_shift=handover.outgoing_shift_id,
            answer__in=[Answer.ACCEPTED, Answer.RECEIVED, Answer.DECIDED],
        )
        .select_related(
            "item__customer", "item__issue_type", "item__holder", "answer_back_by", "handover__post"
        )
        .order_by("position", "pk")
    )


def open_promises(item_ids: list[int]) -> dict[int, Promise]:
    rows = Promise.objects.filter(item__in=item_ids, state=Promise.State.OPEN).select_related("made_by")
    return {promise.item_id: promise for promise in rows}


def missing_facts(item: PendingItem) -> list[str]:
    """Codes of what a receiver would have to ask for: failed "must" rules, and facts that are not
    there.
    """
    failed = [hint.code for hint in hints(item.progress, field="progress") if hint.is_must]
    if item.key_at is None:
        failed.append(UnknownFact.KEY_TIME)
    if item.customer.need == Customer.Need.UNKNOWN:
        failed.append(UnknownFact.NEED)
    return [str(code) for code in failed]


def is_checked(line: HandoverLine | None, item: PendingItem) -> bool:
    """Looked at by its holder (by anybody, for the queue) and not changed since."""
    if line is None or line.checked_at is None or line.checked_at < item.changed_at:
        return False
    return item.holder_id in (None, line.checked_by_id)


def needs_answer_back(line: HandoverLine) -> bool:
    """Nothing happened to the item since it was received, and nobody has said why."""
    return what_became(line) == "nothing" and not line.answer_back


def is_elsewhere(line: HandoverLine) -> bool:
    """Whether the item belongs to another team now: this one keeps its number, stage and result alone."""
    return line.item.team_id != line.handover.team_id


def what_became(line: HandoverLine) -> str:
    """ "ended", "passed_on", "progressed" or "nothing": what became of a received item since then."""
    item = line.item
    if not item.is_open:
        return "ended"
    if item.post_id != line.handover.post_id:
        return "passed_on"
    return "progressed" if _later(item.progressed_at, line.answered_at) else "nothing"


def _later(at: datetime | None, than: datetime | None) -> bool:
    return at is not None and than is not None and at > than


def must_be_answered_back(line: HandoverLine) -> bool:
    """Before the receiving shift submits in its turn, each urgent line without progress needs its why."""
    return is_urgent(line) and needs_answer_back(line)


def open_lines(handover: Handover) -> list[HandoverLine]:
    """Lines without a final answer, and accepted urgent ones that were not read back."""
    rows = (
        handover.lines.filter(round_number__gt=0)
        .select_related("item__customer", "handover")
        .order_by("position", "pk")
    )
    return [line for line in rows if is_open(line) or lacks_read_back(line)]


def blocking(waiting: list[HandoverLine]) -> list[HandoverLine]:
    """Those of the open lines that stand in the way of confirming."""
    return [line for line in waiting if line.answer == Answer.NONE or is_urgent(line)]


def is_urgent(line: HandoverLine) -> bool:
    """The same as `URGENT`, of one line with its item."""
    return Kind.URGENT in (line.kind, line.item.kind)


def is_open(line: HandoverLine) -> bool:
    return line.answer in OPEN_ANSWERS


def lacks_read_back(line: HandoverLine) -> bool:
    return is_urgent(line) and line.answer == Answer.ACCEPTED and not line.read_back
