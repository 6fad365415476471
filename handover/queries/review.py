"""The page of the incoming shift: what burns first, with the reason in words, line by line."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from handover.models import Access, Event, Handover, HandoverLine, LineRemark, PendingItem
from handover.queries import cut, entries, item_rows, record, record_words
from handover.queries.words import ClockWords, clock_words

SINCE_AT_MOST = 3  # of what happened since, for each line; the item's page has it all
ARRIVED_AT_MOST = 20
UNDO = timedelta(minutes=5)
HAPPENED = (
    Event.Verb.PROGRESSED,
    Event.Verb.CALLED_AGAIN,
    Event.Verb.TAKEN,
    Event.Verb.RELEASED,
    Event.Verb.TRANSFERRED,
    Event.Verb.EDITED,
    Event.Verb.RESOLVED,
    Event.Verb.CLOSED,
    Event.Verb.CANCELLED,
    Event.Verb.REOPENED,
    Event.Verb.PROMISED,
    Event.Verb.PROMISE_KEPT,
    Event.Verb.PROMISE_BROKEN,
    Event.Verb.PROMISE_MOVED,
)


@dataclass
class ReviewLine:
    """One line: its frozen text, what was answered, and what happened since."""

    row: HandoverLine
    frozen: record_words.ShownLine
    clock: ClockWords | None
    since: list[dict[str, Any]]
    remarks: list[LineRemark]
    may_undo: bool

    @property
    def is_open(self) -> bool:
        return self.row.answer in cut.OPEN_ANSWERS

    @property
    def lacks_read_back(self) -> bool:
        return cut.lacks_read_back(self.row)


def read(handover: Handover, access: Access) -> list[ReviewLine]:
    """The lines of the latest state, those that run out first at the top. Five queries."""
    rows = list(
        handover.lines.filter(round_number__gt=0)
        .select_related("item__holder", "answered_by", "read_back_by", "former_holder")
        .prefetch_related("remarks__author")
        .order_by("position", "pk")
    )
    for row in rows:
        row.handover = handover
    frozen = _frozen(handover)
    since = _since(handover, [row.item_id for row in rows], access.now)
    shown = [_line(row, frozen[row.round_number, row.item_id], since, access) for row in rows]
    return sorted(shown, key=_burns_first)


def _burns_first(line: ReviewLine) -> tuple[bool, datetime, int]:
    """What still has a running clock by its instant, what has ended after it."""
    item = line.row.item
    return (item.next_due_at is None, item.next_due_at or item.changed_at, line.row.pk)


def arrived_since(handover: Handover, access: Access) -> list[item_rows.Row]:
    """What came into the queue after the cut: it belongs to the next one."""
    items = (
        PendingItem.objects.open()
        .filter(post=handover.post_id, holder__isnull=True, created_at__gt=handover.submitted_at)
        .exclude(lines__handover=handover)
        .order_by("next_due_at", "pk")
    )
    return item_rows.read(items[:ARRIVED_AT_MOST], access.now)


def _frozen(handover: Handover) -> dict[tuple[int, int], record_words.ShownLine]:
    """What was signed, by round and item."""
    return {
        (round_.number, line.item): line
        for round_ in handover.rounds.select_related("text").order_by("number")
        for line in record_words.lines(record.signed_content(round_.text))
    }


def _since(handover: Handover, item_ids: list[int], now: datetime) -> dict[int, list[dict[str, Any]]]:
    events = (
        Event.objects.filter(item__in=item_ids, at__gt=handover.submitted_at, verb__in=HAPPENED)
        .select_related("actor", "person")
        .order_by("-at", "-pk")
    )
    found: dict[int, list[Event]] = {}
    for event in events:
        found.setdefault(event.item_id or 0, []).append(event)
    return {pk: entries.shape(rows[:SINCE_AT_MOST], now) for pk, rows in found.items()}


def _line(
    row: HandoverLine,
    frozen: record_words.ShownLine,
    since: dict[int, list[dict[str, Any]]],
    access: Access,
) -> ReviewLine:
    item = row.item
    due_at = item.next_due_at
    return ReviewLine(
        row=row,
        frozen=frozen,
        clock=clock_words(item.next_clock, due_at, access.now) if due_at else None,
        since=since.get(item.pk, []),
        remarks=sorted(row.remarks.all(), key=lambda remark: (remark.at, remark.pk)),
        may_undo=_may_undo(row, access.user, access.now),
    )


def _may_undo(row: HandoverLine, user: User, now: datetime) -> bool:
    accepted = row.answer in (HandoverLine.Answer.ACCEPTED, HandoverLine.Answer.RECEIVED)
    recent = row.answered_at is not None and now - row.answered_at <= UNDO
    return accepted and recent and row.answered_by_id == user.pk
