"""The rows behind a draft: the post's open items with what was noted of each, what the shift had received,
what stands in the form and who is typing there. Each is one question whose SQL is built once.
"""

from datetime import datetime
from typing import NamedTuple

from django.db.models import BigIntegerField, DateTimeField, Exists, FilteredRelation, OuterRef, Q

from handover.models import Handover, HandoverLine, Kind, Promise, Section, SectionDraft
from handover.queries import cut

from .prepared import Rows, prepared


class DraftItem(NamedTuple):
    """An open item of the post as it would be signed now."""

    item_id: int
    kind: str
    stage: str
    progress: str
    next_action: str
    plan: str
    key_at: datetime | None
    key_note: str
    waiting_for: str
    waiting_until: datetime | None
    order_ref: str
    emotion: str
    next_clock: str
    next_due_at: datetime | None
    handover_count: int
    changed_at: datetime
    holder_id: int | None
    holder: str | None
    issue_type: str
    customer: str
    code: str
    phone: str
    need: str
    need_note: str
    stays: bool
    answered: bool
    is_awaited: bool  # by another handover, in which nobody has answered it yet
    # What was noted of it for this handover, if anything was.
    checked_at: datetime | None
    checked_by_id: int | None
    checked_by: str | None
    told_orally: bool | None
    missing_reason: str | None
    # What was promised and is neither kept nor broken.
    promise: str | None
    promised_for: datetime | None
    promised_by: str | None

    @property
    def is_checked(self) -> bool:
        """Looked at by its holder (by anybody, for the queue) and not changed since."""
        if self.checked_at is None or self.checked_at < self.changed_at:
            return False
        return self.holder_id in (None, self.checked_by_id)

    @property
    def missing(self) -> list[str]:
        return cut.missing_facts(self.progress, self.key_at, self.need)


ITEM = (
    "pk",
    "kind",
    "stage",
    "progress",
    "next_action",
    "plan",
    "key_at",
    "key_note",
    "waiting_for",
    "waiting_until",
    "order_ref",
    "emotion",
    "next_clock",
    "next_due_at",
    "handover_count",
    "changed_at",
    "holder_id",
    "holder__display_name",
    "issue_type__name",
    "customer__name",
    "customer__code",
    "customer__phone",
    "customer__need",
    "customer__need_note",
    "stays",
    "answered",
    "is_awaited",
    "noted__checked_at",
    "noted__checked_by_id",
    "noted__checked_by__display_name",
    "noted__told_orally",
    "noted__missing_reason",
    "promised__text",
    "promised__due_at",
    "promised__made_by__display_name",
)


def items(handover: Handover) -> list[DraftItem]:
    """The open items of the post, most pressing first."""
    return [DraftItem(*row) for row in _items(**cut.boundary(handover))]


@prepared(
    handover=BigIntegerField(),
    post=BigIntegerField(),
    team=BigIntegerField(),
    ends_at=DateTimeField(),
    incoming=BigIntegerField(),
)
def _items(*, handover: int, post: int, team: int, ends_at: datetime, incoming: int | None) -> Rows:
    found = cut.of_post(handover=handover, post=post, team=team, ends_at=ends_at, incoming=incoming)
    open_lines = HandoverLine.objects.filter(round_number__gt=0, answer__in=cut.OPEN_ANSWERS)
    awaited = Exists(open_lines.filter(item=OuterRef("pk")))
    noted = FilteredRelation("lines", condition=Q(lines__handover=handover))
    promised = FilteredRelation("promises", condition=Q(promises__state=Promise.State.OPEN))
    return found.annotate(is_awaited=awaited, noted=noted, promised=promised).values_list(*ITEM)


class ReceivedItem(NamedTuple):
    """An item that the shift had received, as it stands now."""

    line_id: int
    item_id: int
    handover_id: int
    team_id: int
    post_id: int
    signed_kind: str
    answered_at: datetime
    why: str  # what the shift said of it
    kind: str
    stage: str
    progress: str
    result: str
    is_open: bool
    item_team_id: int
    item_post_id: int
    progressed_at: datetime | None
    holder: str | None
    issue_type: str
    customer: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether it belongs to another team now: this one keeps its number, stage and result alone."""
        return self.item_team_id != self.team_id

    @property
    def became(self) -> str:
        """ "ended", "passed_on", "progressed" or "nothing": what became of it since."""
        if not self.is_open:
            return "ended"
        if self.item_post_id != self.post_id:
            return "passed_on"
        progressed = self.progressed_at is not None and self.progressed_at > self.answered_at
        return "progressed" if progressed else "nothing"

    @property
    def asks_why(self) -> bool:
        """Nothing happened to it since it was received, and nobody has said why."""
        return self.became == "nothing" and not self.why

    @property
    def must_be_answered_back(self) -> bool:
        """Before the shift submits in its turn, each urgent one without progress needs its why."""
        return Kind.URGENT in (self.signed_kind, self.kind) and self.asks_why


RECEIVED = (
    "pk",
    "item_id",
    "handover_id",
    "handover__team_id",
    "handover__post_id",
    "kind",
    "answered_at",
    "answer_back",
    "item__kind",
    "item__stage",
    "item__progress",
    "item__result",
    "item__is_open",
    "item__team_id",
    "item__post_id",
    "item__progressed_at",
    "item__holder__display_name",
    "item__issue_type__name",
    "item__customer__name",
)


def received(handover: Handover) -> list[ReceivedItem]:
    """What the outgoing shift received at the start of its shift, and must answer back on."""
    return [ReceivedItem(*row) for row in _received(shift=handover.outgoing_shift_id)]


@prepared(shift=BigIntegerField())
def _received(*, shift: int) -> Rows:
    return cut.received_lines(shift).values_list(*RECEIVED)


class SavedSection(NamedTuple):
    """A section of the form as it was last saved."""

    key: str
    body: dict[str, str]
    version: int
    saved_at: datetime
    saved_by: str


def sections(handover: Handover) -> dict[str, SavedSection]:
    """By key."""
    return {row[0]: SavedSection(*row) for row in _sections(handover=handover.pk)}


@prepared(handover=BigIntegerField())
def _sections(*, handover: int) -> Rows:
    saved = Section.objects.filter(handover=handover)
    return saved.values_list("key", "body", "version", "saved_at", "saved_by__display_name")


class Typed(NamedTuple):
    """What one person has typed into a section and not saved."""

    key: str
    body: dict[str, str]
    base_version: int
    saved_at: datetime
    author_id: int
    author: str


def typed(handover: Handover) -> list[Typed]:
    """The earliest first."""
    return [Typed(*row) for row in _typed(handover=handover.pk)]


@prepared(handover=BigIntegerField())
def _typed(*, handover: int) -> Rows:
    drafts = SectionDraft.objects.filter(handover=handover).order_by("saved_at", "pk")
    return drafts.values_list("key", "body", "base_version", "saved_at", "author_id", "author__display_name")
