"""How far a signed handover has been received: by whom, how many lines are answered, what was replied."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from handover.models import Event, HandoverLine

Answer = HandoverLine.Answer
BY_RECEIVER = (Answer.ACCEPTED, Answer.RECEIVED, Answer.QUESTIONED, Answer.REFUSED)
# After the question that waits, and not by who asked it.
REPLIED = Exists(
    Event.objects.filter(
        verb=Event.Verb.LINE_REPLIED,
        handover=OuterRef("handover"),
        item=OuterRef("item"),
        at__gte=OuterRef("answered_at"),
    ).exclude(actor=OuterRef("answered_by"))
)


@dataclass
class Receipt:
    """Of one handover; nobody is at it while no line was answered by its receivers."""

    lines: int = 0
    answered: int = 0
    by: str = ""
    has_question: bool = False
    has_reply: bool = False


def read(handover_ids: Collection[int]) -> dict[int, Receipt]:
    """One query for all of them; none where there is none."""
    found = {pk: Receipt() for pk in handover_ids}
    rows = HandoverLine.objects.filter(handover__in=found, round_number__gt=0).annotate(replied=REPLIED)
    names = ("handover", "answer", "answered_by__display_name", "replied")
    for pk, answer, name, replied in rows.order_by("answered_at", "pk").values_list(*names) if found else ():
        receipt = found[pk]
        receipt.lines += 1
        receipt.answered += answer != Answer.NONE
        if answer in BY_RECEIVER or (answer == Answer.DECIDED and not receipt.by):
            receipt.by = name or ""
        receipt.has_question |= answer == Answer.QUESTIONED and not replied
        receipt.has_reply |= answer == Answer.QUESTIONED and replied
    return found
