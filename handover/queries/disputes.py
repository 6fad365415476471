"""Disputes: their list, one of them, and those of a record."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import Team, User
from handover.models import (
    Access,
    Assignment,
    Clock,
    Dispute,
    DisputeStatement,
    Event,
    Handover,
    HandoverLine,
    Side,
    SignOff,
    Waits,
)

from . import entries, step_words
from .paging import Cursor
from .prepared import Rows, prepared
from .weeks import monday_of, week_from

PAGE = 30
OPEN_SHOWN = 100
State = Dispute.State


@dataclass(frozen=True)
class Asked:
    """Which disputes are to be listed; what is empty asks for nothing."""

    state: str = ""
    cause: str = ""
    verdict: str = ""
    post: int | None = None
    week: date | None = None  # the Monday of one of the team whose post it is; none without the post

    @classmethod
    def read(cls, query: dict[str, str]) -> "Asked":
        """What an address asks for; what is not known in it is left out."""
        text = query.get("post", "")
        post = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        return cls(
            state=_known(query.get("state", ""), State.values),
            cause=_known(query.get("cause", ""), Dispute.Cause.values),
            verdict=_known(query.get("verdict", ""), Dispute.Verdict.values),
            post=post,
            week=_monday(query.get("week", "")) if post else None,
        )

    def query(self, **changes: Any) -> str:
        facts = {**vars(self), **changes}
        return urlencode({name: value for name, value in facts.items() if value})

    def narrow(self, found: QuerySet[Dispute]) -> QuerySet[Dispute]:
        exact = {name: getattr(self, name) for name in ("state", "cause", "verdict", "post")}
        found = found.filter(**{name: value for name, value in exact.items() if value})
        team = Team.objects.filter(posts=self.post).first() if self.week else None
        if team and self.week:
            week = week_from(team, self.week)
            found = found.filter(raised_at__gte=week.starts_at, raised_at__lt=week.ends_at)
        return found


@dataclass(frozen=True)
class Row:
    """One dispute of a list."""

    dispute: Dispute
    url: str
    title: str


@dataclass(frozen=True)
class Listing:
    """The open ones, the longest waiting first; one page of the others, the newest first."""

    open: list[Row]
    settled: list[Row]
    older: str
    rules: list[Row]


def visible(access: Access) -> QuerySet[Dispute]:
    return Dispute.objects.visible_to(access).select_related(
        "team",
        "post__team",
        "handover__post",
        "handover__outgoing_shift",
        "handover__incoming_shift",
        "item__customer",
        "item__holder",
        "line",
        "holder",
        "raised_by",
        "settled_by",
        "decided_holder",
        "rule_by",
        "rule_done_by",
    )


def listing(access: Access, asked: Asked, *, before: str = "") -> Listing:
    found = asked.narrow(visible(access))
    settled = found.exclude(state=State.OPEN)
    if cursor := Cursor.read(before):
        settled = settled.filter(cursor.earlier("raised_at"))
    rows = list(settled.order_by("-raised_at", "-pk")[: PAGE + 1])
    shown = rows[:PAGE]
    waiting = visible(access).filter(rule_done_at__isnull=True).exclude(rule="")
    return Listing(
        open=_rows(found.filter(state=State.OPEN).order_by("raised_at", "pk")[:OPEN_SHOWN]),
        settled=_rows(shown),
        older=str(Cursor(shown[-1].raised_at, shown[-1].pk)) if len(rows) > PAGE else "",
        rules=_rows(waiting.order_by("rule_due_on", "pk")[:OPEN_SHOWN]),
    )


def _rows(found: Iterable[Dispute]) -> list[Row]:
    base = reverse("dispute_detail", args=[0]).removesuffix("0/")
    return [Row(dispute, f"{base}{dispute.pk}/", step_words.dispute_words(dispute)) for dispute in found]


@dataclass(frozen=True)
class DisputePage:
    """What both sides said (None for who may not read it), and what happened, besides the dispute itself."""

    statements: dict[str, list[DisputeStatement]] | None
    timeline: list[dict[str, Any]]
    due_at: datetime | None

    @property
    def sides(self) -> list[tuple[str, str, list[DisputeStatement]]]:
        said = self.statements or {}
        return [(side.value, str(side.label), said[side]) for side in Side if said]


def page(dispute: Dispute, access: Access) -> DisputePage:
    happened = Event.objects.filter(handover=dispute.handover_id, data__dispute=dispute.pk)
    clocks = Clock.objects.filter(dispute=dispute, kind=Waits.DISPUTE, stopped_at__isnull=True)
    return DisputePage(
        statements=_said(dispute) if _hears(dispute, access) else None,
        timeline=entries.read(happened.order_by("-at", "-pk"), access.now),
        due_at=clocks.values_list("due_at", flat=True).first(),
    )


def _hears(dispute: Dispute, access: Access) -> bool:
    return Dispute.objects.heard_by(access).filter(pk=dispute.pk).exists()


def _said(dispute: Dispute) -> dict[str, list[DisputeStatement]]:
    said: dict[str, list[DisputeStatement]] = {side: [] for side in Side}
    for statement in dispute.statements.select_related("author").order_by("at", "pk"):
        said[statement.side].append(statement)
    return said


def holders(dispute: Dispute, access: Access) -> QuerySet[User]:
    """To whom a decision may give the item: who has it, who is on duty in the team, and who decides."""
    on_duty = Assignment.objects.on_duty(access.now).filter(shift__post__team=dispute.team_id)
    who = Q(pk__in=on_duty.values("user")) | Q(pk=access.user.pk)
    if dispute.item and dispute.item.holder_id:
        who |= Q(pk=dispute.item.holder_id)
    return User.objects.filter(who, is_active=True).order_by("display_name", "pk")


@dataclass(frozen=True)
class OfRecord:
    """The disputes of one record; `base` is its address, "" for who may raise none."""

    rows: list[Row] = field(default_factory=list)
    base: str = ""
    visible: frozenset[int] = frozenset()

    def of_item(self, item_id: int | None) -> Row | None:
        """The newest of one line, or of the record as a whole."""
        return next((row for row in self.rows if row.dispute.item_id == item_id), None)

    def may_open(self, row: Row) -> bool:
        return row.dispute.pk in self.visible

    @property
    def seen(self) -> list[Row]:
        return [row for row in self.rows if self.may_open(row)]

    @property
    def hidden_open(self) -> bool:
        """Whether one is open of which the person may not see more."""
        return any(row.dispute.state == State.OPEN and not self.may_open(row) for row in self.rows)


def of_record(handover: Handover, access: Access) -> OfRecord:
    """No query where there is none, and nothing to be raised by who stands on neither side."""
    base = reverse("handover_detail", args=[handover.pk]) if _may_raise(handover, access) else ""
    if not vars(handover).get("has_disputes"):
        return OfRecord(base=base)
    found = Dispute.objects.filter(handover=handover).select_related(
        "item__customer", "raised_by", "settled_by"
    )
    rows = list(found.order_by("-raised_at", "-pk"))
    for row in rows:
        row.handover = handover
    seen = Dispute.objects.visible_to(access).filter(handover=handover).values_list("pk", flat=True)
    return OfRecord(_rows(rows), base, frozenset(seen))


def is_disputed(handover: Handover) -> bool:
    """Whether a dispute of the record, or of a line of it, is open."""
    return bool(_open_of_record(handover=handover.pk))


@prepared(handover=BigIntegerField())
def _open_of_record(*, handover: int) -> Rows:
    return Dispute.objects.open().filter(handover=handover).values_list("pk")


def _may_raise(handover: Handover, access: Access) -> bool:
    if handover.state == Handover.State.DRAFT:
        return False
    if access.duty_shift_ids & {handover.outgoing_shift_id, handover.incoming_shift_id}:
        return True
    return bool(_has_part(handover=handover.pk, user=access.user.pk))


@prepared(handover=BigIntegerField(), user=BigIntegerField())
def _has_part(*, handover: int, user: int) -> Rows:
    """Worked one of the two shifts, signed, or has or had one of the items."""
    there = Assignment.objects.filter(user=user, checked_in_at__isnull=False)
    signed = SignOff.objects.filter(handover=OuterRef("pk"), user=user)
    lines = HandoverLine.objects.filter(handover=OuterRef("pk"), round_number__gt=0)
    part = (
        Exists(there.filter(shift=OuterRef("outgoing_shift")))
        | Exists(there.filter(shift=OuterRef("incoming_shift")))
        | Exists(signed.exclude(role=SignOff.Role.ADDENDUM))
        | Exists(lines.filter(Q(former_holder=user) | Q(item__holder=user)))
    )
    return Handover.objects.filter(part, pk=handover).values_list("pk")


def _known(value: str, values: list[str]) -> str:
    return value if value in values else ""


def _monday(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    is_sensible = 2000 <= day.year < 3000  # near its ends the calendar has no other zones
    return monday_of(day) if is_sensible else None
