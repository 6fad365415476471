"""The records that were counted in one point of a trend, or for one person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from handover.models import Fact, Kind, Measure, Rollup

from .paging import Cursor
from .trend_questions import Form, Question
from .trends import Filters, Sums, weeks_of
from .words import Reader, iso, listed

PAGE = 50
COLUMNS = (
    "pk",
    "at",
    "hit",
    "value",
    "bucket",
    "item_id",
    "item__kind",
    "item__team_id",
    "handover_id",
    "team_id",
    "post__name",
    "shift_name",
)


@dataclass(frozen=True)
class Point:
    """One bar: a measure in a week, or in a bucket of all weeks looked at."""

    question: Question
    week: date | None = None
    bucket: int | None = None


@dataclass(frozen=True)
class Record:
    """One fact as a row. `url` is empty where its item has gone to another team."""

    what: str
    place: str
    when: str
    iso: str
    result: str
    is_hit: bool
    url: str


@dataclass(frozen=True)
class Page:
    rows: list[Record]
    after: str


def sums(filters: Filters, point: Point, now: datetime) -> Sums:
    """What the point says, from the weekly sums."""
    found = Rollup.objects.filter(**filters.conditions, **_of_point(filters, point, now))
    row = found.aggregate(sum_n=Sum("n"), sum_hits=Sum("hits"), sum_total=Sum("total"))
    return Sums(row["sum_n"] or 0, row["sum_hits"] or 0, row["sum_total"] or 0)


def listing(filters: Filters, point: Point, now: datetime, *, after: str = "") -> Page:
    """Exactly the records of the point, the latest first."""
    found = Fact.objects.filter(**filters.conditions, **_of_point(filters, point, now))
    return page(found, point.question, now, after=after)


def page(found: "QuerySet[Fact]", question: Question, now: datetime, *, after: str = "") -> Page:
    if cursor := Cursor.read(after):
        found = found.filter(cursor.earlier("at"))
    facts = list(found.order_by("-at", "-pk").values(*COLUMNS)[: PAGE + 1])
    reader = Reader(now)
    bases = {name: reverse(name, args=[0]).removesuffix("0/") for name in ("item_detail", "handover_detail")}
    rows = [_record(fact, question, reader, bases) for fact in facts[:PAGE]]
    last = facts[PAGE - 1] if len(facts) > PAGE else None
    return Page(rows, str(Cursor(last["at"], last["pk"])) if last else "")


def _of_point(filters: Filters, point: Point, now: datetime) -> dict[str, object]:
    conditions: dict[str, object] = {"measure": point.question.measure}
    if point.week:
        conditions["week"] = point.week
    else:
        weeks = weeks_of(filters, now)
        conditions |= {"week__gte": weeks[0], "week__lte": weeks[-1]}
    if point.bucket is not None:
        conditions["bucket"] = point.bucket
    return conditions


def _record(fact: dict[str, object], question: Question, reader: Reader, bases: dict[str, str]) -> Record:
    at = fact["at"]
    if not isinstance(at, datetime):
        raise TypeError(at)
    is_hit = bool(fact["hit"]) or question.form is not Form.SHARE
    return Record(
        what=_what(fact),
        place=" · ".join(str(part) for part in (fact["post__name"], fact["shift_name"]) if part),
        when=reader.instant(at),
        iso=iso(at),
        result=listed(_result(fact, question, is_hit=is_hit)),
        is_hit=is_hit,
        url=_url(fact, bases),
    )


def _result(fact: dict[str, object], question: Question, *, is_hit: bool) -> Iterator[str]:
    value = fact["value"]
    miss = question.no_value if question.no_value and value is None else question.miss
    yield str(question.hit if is_hit else miss)
    if question.value and value is not None:
        yield str(question.value) % {"value": value}
    if question.measure == Measure.ESCALATION:
        yield _("Step %(number)s") % {"number": fact["bucket"]}


def _what(fact: dict[str, object]) -> str:
    if not fact["item_id"]:
        return f"{_('Handover')} {fact['handover_id']}"
    facts = {"number": fact["item_id"], "kind": Kind(str(fact["item__kind"])).label}
    return _("#%(number)s (%(kind)s)") % facts


def _url(fact: dict[str, object], bases: dict[str, str]) -> str:
    """A line is shown by its handover. An item belongs to the team that has it now."""
    if fact["handover_id"]:
        return f"{bases['handover_detail']}{fact['handover_id']}/"
    if fact["item__team_id"] == fact["team_id"]:
        return f"{bases['item_detail']}{fact['item_id']}/"
    return ""
