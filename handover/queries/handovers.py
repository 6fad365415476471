"""Handovers: their list, and what the page of one record shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery

from handover.models import Access, Border, Dispute, Event, Handover, Round, ScoreRules, SignOff
from handover.queries import answers, entries, record, record_words, score
from handover.queries.answers import AnsweredLine
from handover.queries.paging import Cursor
from handover.queries.paper import IS_FROM_PAPER
from handover.queries.prepared import Rows, one, prepared

PAGE_SIZE = 30
TRAIL_SIZE = 40


@dataclass(frozen=True)
class Page:
    """One page of the list, and where the next older one begins."""

    rows: list[Handover]
    older: str


def visible(border: Border) -> QuerySet[Handover]:
    disputes = Dispute.objects.filter(handover=OuterRef("pk"))
    # Not by their state: SQLite plans a statement anew whenever a value is bound to the condition of a
    # partial index, and this one joins five tables.
    unsettled = disputes.filter(settled_at__isnull=True)
    found = Handover.objects.within(border).annotate(
        from_paper=IS_FROM_PAPER,
        has_disputes=Exists(disputes),
        is_disputed=Exists(unsettled),
    )
    return found.select_related("team", "post", "outgoing_shift", "incoming_shift")


def find(access: Access, pk: int) -> Handover | None:
    """The handover if this person may see it, with one team and one post under all their names."""
    found = one(_find, border=access.border, pk=pk)
    if found:
        found.post.team = found.team
        for shift in filter(None, (found.outgoing_shift, found.incoming_shift)):
            shift.post = found.post
    return found


@prepared(pk=BigIntegerField())
def _find(*, border: Border, pk: int) -> QuerySet[Handover]:
    own = ScoreRules.objects.filter(team=OuterRef("team"), retired_at__isnull=True)
    return visible(border).filter(pk=pk).annotate(own_score=Subquery(own.values("rules")[:1]))


def listing(access: Access, *, state: str = "", post: int | None = None, before: str = "") -> Page:
    """Handovers of the person's border, the latest boundary first."""
    found = visible(access.border)
    if state:
        found = found.filter(state=state)
    if post:
        found = found.filter(post=post)
    if cursor := Cursor.read(before):
        found = found.filter(cursor.earlier("boundary_at"))
    rows = list(found.order_by("-boundary_at", "-pk")[: PAGE_SIZE + 1])
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    return Page(rows[:PAGE_SIZE], str(Cursor(last.boundary_at, last.pk)) if last else "")


def of_mine(access: Access) -> list[Handover]:
    """Those that wait for this person's shift: to be written, or to be received."""
    return list(
        visible(access.border)
        .filter(
            Q(state=Handover.State.DRAFT, outgoing_shift__in=access.duty_shift_ids)
            | Q(state=Handover.State.SUBMITTED, incoming_shift__in=access.duty_shift_ids)
        )
        .order_by("boundary_at", "pk")
    )


@prepared(post=BigIntegerField(), before=DateTimeField())
def not_ended(*, post: int, before: datetime) -> QuerySet[Handover]:
    """Of earlier boundaries, the earliest first."""
    states = [Handover.State.DRAFT, Handover.State.SUBMITTED]
    older = Handover.objects.filter(post=post, boundary_at__lt=before, state__in=states)
    return older.order_by("boundary_at", "pk")


@dataclass(frozen=True)
class RecordPage:
    """One round of a record as it was signed, with everything that came after it."""

    round: Round
    rounds: list[Round]
    content: record.Content
    lines: list[record_words.ShownLine]
    answers: dict[int, record_words.ShownAnswer]
    sections: list[record_words.ShownSection]
    answer_backs: list[dict[str, Any]]
    notices: list[record_words.ShownNotice]
    papers: list[str]
    sign_offs: list[SignOff]
    became: dict[int, AnsweredLine]

    @property
    def paired(
        self,
    ) -> list[tuple[record_words.ShownLine, record_words.ShownAnswer | None, AnsweredLine | None]]:
        """Each signed line with its answer and what is kept of it now."""
        return [(line, self.answers.get(line.item), self.became.get(line.item)) for line in self.lines]

    @property
    def answered(
        self,
    ) -> list[tuple[int, record_words.ShownAnswer, record_words.ShownLine | None]]:
        """Each answer with its line, of this round or of the earlier one in which it was handed over."""
        earlier = [each for each in self.rounds if each.number < self.round.number]
        contents = [record.signed_content(each.text) for each in earlier]
        lines = {line.item: line for content in contents for line in record_words.lines(content)}
        lines |= {line.item: line for line in self.lines}
        return [(item, answer, lines.get(item)) for item, answer in self.answers.items()]

    @property
    def scores(self) -> list[score.RuleScore]:
        return score.as_kept(self.round.score_parts)

    @property
    def is_latest(self) -> bool:
        return self.round == self.rounds[-1]


def sign_offs(handover: Handover) -> list[SignOff]:
    """Everything that is signed, in its order."""
    return _sign_offs(handover=handover.pk)


@prepared(handover=BigIntegerField())
def _sign_offs(*, handover: int) -> QuerySet[SignOff]:
    signed = SignOff.objects.filter(handover=handover)
    return signed.select_related("text", "addendum").order_by("signed_at", "pk")


def read_record(handover: Handover, number: int | None = None) -> RecordPage:
    """A round by its number, the latest by default. Raises Round.DoesNotExist where there is none."""
    rounds = record.rounds(handover)
    chosen = next((r for r in rounds if r.number == (number or handover.round_count)), None)
    if chosen is None:
        raise Round.DoesNotExist
    content = record.signed_content(chosen.text)
    signed = sign_offs(handover)
    rows = answers.lines(handover)
    return RecordPage(
        round=chosen,
        rounds=rounds,
        content=content,
        lines=record_words.lines(content),
        answers=_answers(handover, chosen, signed, rows),
        sections=record_words.sections(content),
        answer_backs=record_words.answer_backs(content),
        notices=record_words.notices(content),
        papers=record_words.papers(content),
        sign_offs=signed,
        became={row.item_id: row for row in rows},
    )


def trail(handover: Handover, access: Access) -> list[dict[str, Any]]:
    """What happened to the record, newest first."""
    found = (entries.Entry(*row) for row in _trail(handover=handover.pk))
    return entries.shape(found, access.now, name_items=True)


@prepared(handover=BigIntegerField())
def _trail(*, handover: int) -> Rows:
    events = Event.objects.filter(handover=handover).order_by("-at", "-pk")
    return events.values_list(*entries.COLUMNS)[:TRAIL_SIZE]


def _answers(
    handover: Handover, round_: Round, sign_offs: list[SignOff], rows: list[AnsweredLine]
) -> dict[int, record_words.ShownAnswer]:
    """As signed by the incoming side; where it has not signed, as they stand or were left when it lapsed."""
    for sign_off in sign_offs:
        if sign_off.role == SignOff.Role.INCOMING and sign_off.round_number == round_.number:
            return record_words.answers(record.signed_content(sign_off.text)["lines"])
    if handover.state in (Handover.State.SUBMITTED, Handover.State.LAPSED):
        return record_words.answers(record.answered(handover, rows))
    return {}
