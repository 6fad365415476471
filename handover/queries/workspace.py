"""The page on which the outgoing shift prepares its handover."""

from dataclasses import dataclass

from accounts.models import User
from handover import form_template
from handover.form_template import FormSection
from handover.models import Access, Handover, Round
from handover.queries import drafts, item_rows, record, record_words, score, score_rules
from handover.queries.drafts import ReceivedItem, SavedSection, Typed
from handover.queries.words import ClockWords, Reader


@dataclass(frozen=True)
class WorkLine:
    """One item of the coming cut, and what was noted of it for this handover."""

    shown: record_words.ShownLine
    clock: ClockWords | None


@dataclass(frozen=True)
class Gap:
    """Where points of the score are missing: words and an address on this page or of the item."""

    url: str
    words: str


@dataclass(frozen=True)
class ShownScore:
    """One rule of the score with links to what it misses."""

    rule: score.RuleScore
    gaps: list[Gap]


@dataclass(frozen=True)
class ReceivedRow:
    """One item that this shift received: what became of it, and whether a why is asked for."""

    item: ReceivedItem
    customer: str
    text: str
    words: str
    asks: bool


@dataclass(frozen=True)
class Workspace:
    """Everything that stands on the page."""

    lines: list[WorkLine]
    received: list[ReceivedRow]
    staying: list[record.Content]
    notices: list[record_words.ShownNotice]
    sections: dict[str, SavedSection]
    own_drafts: dict[str, Typed]
    others_drafts: list[Typed]
    scores: list[ShownScore]
    total: int
    incoming: list[tuple[str, bool]]  # name, duty supervisor
    papers: list[tuple[int, str]]  # number of the sheet, words
    returned: Round | None  # the round that came back last, with its reason

    @property
    def unchecked(self) -> int:
        return sum(not line.shown.checked for line in self.lines)

    @property
    def forms(self) -> list[tuple[FormSection, dict[str, str | int], SavedSection | None]]:
        """Each section with the text its form begins with, and as it was saved."""
        sections = ((section, self.sections.get(section.key)) for section in form_template.SECTIONS)
        return [
            (section, begin(self.own_drafts.get(section.key), saved), saved) for section, saved in sections
        ]


def read(handover: Handover, access: Access) -> Workspace:
    """Seven queries, however many items and sections there are, and one after a return."""
    draft = record.load_draft(handover)
    content = record.outgoing_content(draft)
    typing = drafts.typed(handover)
    total, scores = explained(content, handover)
    return Workspace(
        lines=_lines(draft, content, access),
        received=[
            _received(item, row) for item, row in zip(draft.received, content["answer_backs"], strict=True)
        ],
        staying=content["staying"],
        notices=record_words.notices(content),
        sections=draft.sections,
        own_drafts={t.key: t for t in typing if t.author_id == access.user.pk},
        others_drafts=[t for t in typing if t.author_id != access.user.pk],
        scores=scores,
        total=total,
        incoming=[
            (person["name"], person["duty_supervisor"])
            for person in (content["incoming_shift"] or {"people": []})["people"]
        ],
        papers=[
            (paper_form.number, words)
            for paper_form, words in zip(draft.paper_forms, record_words.papers(content), strict=True)
        ],
        returned=_returned(handover) if handover.round_count else None,
    )


def _returned(handover: Handover) -> Round | None:
    rounds = handover.rounds.filter(outcome=Round.Outcome.RETURNED).select_related("ended_by")
    return rounds.order_by("-number").first()


def explained(content: record.Content, handover: Handover) -> tuple[int, list[ShownScore]]:
    """The score of what is about to be signed, with its reasons."""
    scores = score.explain(content, score_rules.of_page(handover))
    return score.total(scores), [ShownScore(rule, _gaps(rule, content)) for rule in scores]


def _lines(draft: record.Draft, content: record.Content, access: Access) -> list[WorkLine]:
    reader = Reader(access.now)
    return [
        WorkLine(
            shown=shown,
            clock=item_rows.next_clock(item.kind, item.next_clock, item.next_due_at, reader),
        )
        for shown, item in zip(record_words.lines(content), draft.items, strict=True)
    ]


def _received(item: ReceivedItem, row: record.Content) -> ReceivedRow:
    return ReceivedRow(
        item=item,
        customer=row["customer"],
        text=row["why"] or row["progress"],
        words=record_words.became_words(row["became"]),
        asks=item.asks_why,
    )


def _gaps(rule: score.RuleScore, content: record.Content) -> list[Gap]:
    names = {row["item"]: row["customer"] for row in content["answer_backs"]}
    names |= {line["item"]: line["customer"]["name"] for line in content["lines"]}
    return [
        Gap(f"#section-{gap.section}", str(form_template.BY_KEY[gap.section].title))
        if gap.section
        else Gap(f"#item-{gap.item}", f"#{gap.item} {names[gap.item]}")
        for gap in rule.gaps
    ]


def typed(handover: Handover, key: str, author: User) -> dict[str, str | int]:
    """What a person goes on writing in one section."""
    own = (typed for typed in drafts.typed(handover) if (typed.key, typed.author_id) == (key, author.pk))
    return begin(next(own, None), drafts.sections(handover).get(key))


def begin(draft: Typed | None, saved: SavedSection | None) -> dict[str, str | int]:
    """The text a form begins with, with the version it was typed upon: 0 where nothing was saved yet."""
    if draft:
        return {**draft.body, "version": draft.base_version}
    return {**saved.body, "version": saved.version} if saved else {"version": 0}
