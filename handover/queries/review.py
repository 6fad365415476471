"""The page of the incoming shift: what burns first, with the reason in words, line by line."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from handover.models import Access, Event, Handover, HandoverLine, PendingItem
from handover.queries import answers, cut, entries, item_rows, record, record_words
from handover.queries.answers import Remark
from handover.queries.entries import Entry
from handover.queries.prepared import Rows, prepared
from handover.queries.words import ClockWords, Reader

SINCE_AT_MOST = 3  # of what happened since, for each line; the item's page has it all
ARRIVED_AT_MOST = 20
UNDO = timedelta(minutes=5)
HAPPENED = (
    Event.Verb.PROGRESSED,
    Event.Verb.CALLED_AGAIN,
    Event.Verb.TAKEN,
    Event.Verb.RELEASED,
    Event.Verb.TRANSFERRED,
    Event.Verb.TRANSFERRED_OUT,
    Event.Verb.EDITED,
    Event.Verb.KIND_CHANGED,
    Event.Verb.RESOLVED,
    Event.Verb.CLOSED,
    Event.Verb.CANCELLED,
    Event.Verb.REOPENED,
    Event.Verb.PROMISED,
    Event.Verb.PROMISE_KEPT,
    Event.Verb.PROMISE_BROKEN,
    Event.Verb.PROMISE_MOVED,
)

# What the page reads of a line and of its item.
OWN = ("round_number", "kind", "answer", "answered_at", "reason", "read_back")
ITEM = (
    "item__kind",
    "item__team",
    "item__next_clock",
    "item__next_due_at",
    "item__changed_at",
)

Threads = defaultdict[int | None, list[Remark]]  # by item
Happened = defaultdict[int | None, list[Entry]]


@dataclass
class ReviewLine:
    """One line: its frozen text, what was answered, and what happened since."""

    row: HandoverLine
    frozen: record_words.ShownLine
    answer: str  # in words
    clock: ClockWords | None
    since: list[dict[str, Any]]
    remarks: list[Remark]
    may_undo: bool
    address: str  # of what can be done with it, up to the step

    @property
    def is_open(self) -> bool:
        return self.row.answer in cut.OPEN_ANSWERS

    @property
    def is_urgent(self) -> bool:
        return cut.is_urgent(self.row)

    @property
    def is_replied(self) -> bool:
        """Asked and replied to: its receiver has to answer again."""
        if self.row.answer != HandoverLine.Answer.QUESTIONED or not self.remarks:
            return False
        last = self.remarks[-1]
        return last.verb == Event.Verb.LINE_REPLIED and last.actor_id != self.row.answered_by_id

    @property
    def lacks_read_back(self) -> bool:
        return cut.lacks_read_back(self.row)


@dataclass(frozen=True)
class ReviewPage:
    """The lines to be answered, and what else was signed with them."""

    lines: list[ReviewLine]
    sections: list[record_words.ShownSection]
    answer_backs: list[dict[str, Any]]
    notices: list[record_words.ShownNotice]
    papers: list[str]
    staying: list[record.Content]
    signed_by: int
    arrived: list[item_rows.Row]


def read(handover: Handover, access: Access) -> ReviewPage:
    """The lines with those that run out first at the top. Four queries, however many lines there are."""
    rows = _rows(handover=handover.pk)
    for row in rows:
        row.handover = handover
    rounds = record.rounds(handover)
    contents = [record.signed_content(round_.text) for round_ in rounds]
    frozen = {
        (round_.number, line.item): line
        for round_, content in zip(rounds, contents, strict=True)
        for line in record_words.lines(content)
    }
    base = reverse("line_accept", args=[handover.pk, 0]).removesuffix("0/accept/")
    look = _Look(access.user, Reader(access.now), base)
    said, since = _events(handover, rounds[0].submitted_at)
    shown = [
        _line(
            row,
            frozen[row.round_number, row.item_id],
            said[row.item_id],
            since[row.item_id],
            look,
        )
        for row in rows
    ]
    return ReviewPage(
        lines=sorted(shown, key=_burns_first),
        sections=record_words.sections(contents[-1]),
        answer_backs=record_words.answer_backs(contents[-1]),
        notices=record_words.notices(contents[-1]),
        papers=record_words.papers(contents[-1]),
        staying=contents[-1]["staying"],
        signed_by=rounds[-1].submitted_by_id,
        arrived=_arrived_since(handover, access),
    )


@prepared(handover=BigIntegerField())
def _rows(*, handover: int) -> QuerySet[HandoverLine]:
    lines = HandoverLine.objects.filter(handover=handover, round_number__gt=0)
    names = ("answered_by__display_name", "decided_holder__display_name")
    related = lines.select_related("item", "answered_by", "decided_holder")
    return related.only(*OWN, *ITEM, *names).order_by("position", "pk")


def address_of(line: HandoverLine) -> str:
    """Where a line is answered as long as its record waits to be received, also by who is off duty by now."""
    return f"{reverse('handover_review', args=[line.handover_id])}#item-{line.item_id}"


def version(handover: Handover) -> str:
    """Changes whenever the lines may show something else: with each entry of the record or of an item."""
    [(entry, changed_at)] = _newest(handover=handover.pk)
    return f"{entry or 0}-{changed_at.timestamp() if changed_at else 0}"


@prepared(handover=BigIntegerField())
def _newest(*, handover: int) -> Rows:
    """The newest entry, and when an item of the lines was changed last."""
    entries = Event.objects.filter(handover=handover).order_by("-at", "-pk")
    items = PendingItem.objects.filter(lines__handover=handover, lines__round_number__gt=0)
    return Handover.objects.filter(pk=handover).values_list(
        Subquery(entries.values("pk")[:1]),
        Subquery(items.order_by("-changed_at", "-pk").values("changed_at")[:1]),
    )


def _burns_first(line: ReviewLine) -> tuple[bool, datetime, int]:
    """What still has a running clock by its instant, what has ended after it."""
    item = line.row.item
    return (item.next_due_at is None, item.next_due_at or item.changed_at, line.row.pk)


def _arrived_since(handover: Handover, access: Access) -> list[item_rows.Row]:
    """What came into the queue after the cut: it belongs to the next one, and to who is there now."""
    if handover.team_id not in access.read_team_ids:
        return []
    rows = _arrived(handover=handover.pk, post=handover.post_id, since=handover.submitted_at)
    return item_rows.shape(item_rows.named(rows), access.now)


@prepared(handover=BigIntegerField(), post=BigIntegerField(), since=DateTimeField())
def _arrived(*, handover: int, post: int, since: datetime | None) -> Rows:
    handed_over = HandoverLine.objects.filter(handover=handover, item=OuterRef("pk"))
    items = PendingItem.objects.open().filter(post=post, holder__isnull=True, created_at__gt=since)
    found = items.exclude(Exists(handed_over)).order_by("next_due_at", "pk")
    return item_rows.columns(found[:ARRIVED_AT_MOST])


def _events(handover: Handover, first_submitted_at: datetime) -> tuple[Threads, Happened]:
    """The threads on the lines in their order, and what happened to the items since, the earliest first."""
    said: Threads = defaultdict(list)
    since: Happened = defaultdict(list)
    rows = _events_of_items(handover=handover.pk, since=first_submitted_at)
    for handover_id, team_id, actor_id, *columns in rows:
        event = Entry(*columns)
        if event.verb in answers.REMARKS:
            if handover_id == handover.pk:
                remark = Remark(event.item_id, event.verb, event.at, actor_id, event.actor, event.text)
                said[event.item_id].append(remark)
        elif handover.submitted_at and event.at > handover.submitted_at and team_id == handover.team_id:
            since[event.item_id].append(event)
    return said, since


@prepared(handover=BigIntegerField(), since=DateTimeField())
def _events_of_items(*, handover: int, since: datetime) -> Rows:
    """Read item by item: what is wanted of other handovers and teams is told apart afterwards."""
    events = Event.objects.filter(
        item__lines__handover=handover,
        item__lines__round_number__gt=0,
        at__gte=since,
        verb__in=[*answers.REMARKS, *HAPPENED],
    )
    return events.order_by("at", "pk").values_list("handover_id", "team_id", "actor_id", *entries.COLUMNS)


@dataclass(frozen=True)
class _Look:
    """Who looks at the lines, in which words they are said, and where they are answered."""

    user: User
    reader: Reader
    base: str


def _line(
    row: HandoverLine,
    frozen: record_words.ShownLine,
    said: list[Remark],
    since: list[Entry],
    look: _Look,
) -> ReviewLine:
    item, reader = row.item, look.reader
    latest = list(reversed(since))[:SINCE_AT_MOST]
    return ReviewLine(
        row=row,
        frozen=frozen,
        answer=reader.labels(HandoverLine.Answer)[row.answer],
        clock=None
        if cut.is_elsewhere(row)
        else item_rows.next_clock(item.kind, item.next_clock, item.next_due_at, reader),
        since=entries.shape(latest, reader.now) if latest else [],
        remarks=said,
        may_undo=_may_undo(row, look.user, reader.now),
        address=f"{look.base}{row.pk}/",
    )


def _may_undo(row: HandoverLine, user: User, now: datetime) -> bool:
    accepted = row.answer in (HandoverLine.Answer.ACCEPTED, HandoverLine.Answer.RECEIVED)
    recent = row.answered_at is not None and now - row.answered_at <= UNDO
    return accepted and recent and row.answered_by_id == user.pk
