"""What the receiving side has said of the lines of a handover, in questions whose SQL is built once."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from django.db.models import BigIntegerField

from handover.models import Event, Handover, HandoverLine

from .prepared import Rows, prepared

REMARKS = (Event.Verb.LINE_QUESTIONED, Event.Verb.LINE_REPLIED)


class AnsweredLine(NamedTuple):
    """A submitted line with its answer so far."""

    item_id: int
    round_number: int
    answer: str
    answered_at: datetime | None
    answered_by: str | None
    reason: str
    decided_holder: str | None
    heard_orally: bool
    read_back: str
    read_back_by: str | None
    answer_back: str
    answer_back_by: str | None


LINE = (
    "item_id",
    "round_number",
    "answer",
    "answered_at",
    "answered_by__display_name",
    "reason",
    "decided_holder__display_name",
    "heard_orally",
    "read_back",
    "read_back_by__display_name",
    "answer_back",
    "answer_back_by__display_name",
)


def lines(handover: Handover) -> list[AnsweredLine]:
    """In the order in which they were submitted."""
    return [AnsweredLine(*row) for row in _lines(handover=handover.pk)]


@prepared(handover=BigIntegerField())
def _lines(*, handover: int) -> Rows:
    submitted = HandoverLine.objects.filter(handover=handover, round_number__gt=0)
    return submitted.order_by("round_number", "position", "pk").values_list(*LINE)


class Remark(NamedTuple):
    """A question or a reply in the thread on a line."""

    item_id: int | None
    verb: str
    at: datetime
    actor_id: int | None
    by: str | None
    text: str


def threads(handover: Handover) -> dict[int | None, list[Remark]]:
    """By item, in the order in which they were written."""
    found: dict[int | None, list[Remark]] = defaultdict(list)
    for row in _remarks(handover=handover.pk):
        remark = Remark(*row)
        found[remark.item_id].append(remark)
    return found


@prepared(handover=BigIntegerField())
def _remarks(*, handover: int) -> Rows:
    events = Event.objects.filter(handover=handover, verb__in=REMARKS).order_by("at", "pk")
    return events.values_list("item_id", "verb", "at", "actor_id", "actor__display_name", "text")
