"""The figures of a week: drawn up once, and read from then on as they stood."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Team, User
from handover.models import Access, Fact, Measure, PendingItem, Rollup, WeeklyAction, WeeklyReport

from .paging import Cursor
from .trend_questions import QUESTIONS, Form, Question
from .trends import Filters, Sums, shown, words
from .weeks import WEEK
from .words import Reader

PAGE = 30
WORST = 5
OFTEN = 2  # a customer who called again so often in a week is named
Body = dict[str, Any]


def draw_up(team: Team, week: date) -> Body:
    """The sums of the week and of the one before, and its worst cases."""
    facts = Fact.objects.filter(team=team, week=week)
    return {
        "sums": {"now": _sums(team, week), "before": _sums(team, week - WEEK)},
        "late": _handovers(facts),
        "promises": _items(facts.filter(measure=Measure.PROMISE, hit=False).order_by("at", "pk")),
        "calls": _calls(facts),
        "oldest": _oldest(team),
    }


def _sums(team: Team, week: date) -> dict[str, list[int]]:
    rows = Rollup.objects.filter(team=team, week=week).order_by().values_list("measure")
    sums = rows.annotate(sum_n=Sum("n"), sum_hits=Sum("hits"), sum_total=Sum("total"))
    return {measure: numbers for measure, *numbers in sums}


def _handovers(facts: "QuerySet[Fact]") -> list[Body]:
    """Never confirmed before late ones, the latest first."""
    late = facts.filter(measure=Measure.ON_TIME, hit=False, handover__isnull=False)
    rows = late.order_by(F("value").desc(nulls_first=True), "at", "pk")[:WORST]
    return [
        {"handover": pk, "post": post, "shift": shift, "at": at.isoformat(), "minutes": minutes}
        for pk, post, shift, at, minutes in rows.values_list(
            "handover_id", "post__name", "shift_name", "at", "value"
        )
    ]


def _items(facts: "QuerySet[Fact]") -> list[Body]:
    rows = facts.filter(item__isnull=False).values_list("item_id", "at")[:WORST]
    return [{"item": item, "at": at.isoformat()} for item, at in rows]


def _calls(facts: "QuerySet[Fact]") -> list[Body]:
    again = facts.filter(measure=Measure.CONTACT, hit=True, item__isnull=False).order_by().values("item_id")
    rows = again.annotate(times=Count("pk")).filter(times__gte=OFTEN).order_by("-times", "item_id")[:WORST]
    return [{"item": row["item_id"], "times": row["times"]} for row in rows]


def _oldest(team: Team) -> list[Body]:
    items = PendingItem.objects.filter(team=team).open().order_by("created_at", "pk")[:WORST]
    columns = items.values_list("pk", "created_at", "handover_count")
    return [{"item": pk, "at": at.isoformat(), "handovers": handovers} for pk, at, handovers in columns]


@dataclass(frozen=True)
class Line:
    """One question with its figures; `change` is in words, better, worse or neither."""

    question: Question
    now: str
    before: str
    change: str
    is_better: bool
    is_worse: bool
    url: str


@dataclass(frozen=True)
class Case:
    """One of the worst cases; `url` is empty where the reader finds nothing there."""

    name: str
    words: str
    url: str


def lines(report: WeeklyReport, *, may_open: bool) -> list[Line]:
    """The most important figures; where the reader may, each leads to its records as they are now."""
    sums = report.body["sums"]
    query = Filters(report.team).query(week=report.week)
    return [
        _line(
            question,
            Sums(*sums["now"].get(question.measure, ())),
            Sums(*sums["before"].get(question.measure, ())),
            f"{reverse('trend_records', args=[question.measure])}?{query}" if may_open else "",
        )
        for question in QUESTIONS
        if question.measure != Measure.ESCALATION_HOUR
    ]


def _line(question: Question, now: Sums, before: Sums, url: str) -> Line:
    high, low = shown(question, now), shown(question, before)
    change, is_better = "", False
    if high is not None and low is not None:
        less_is_better = question.is_fault or question.goal is not None or question.form is Form.COUNT
        is_better = (high < low) if less_is_better else (high > low)
        change = _("as before") if high == low else _("better") if is_better else _("worse")
    is_worse = bool(change) and high != low and not is_better
    said = words(question, now), words(question, before)
    return Line(question, *said, change, is_better, is_worse, url if now.n else "")


def late(report: WeeklyReport, reader: Reader) -> list[Case]:
    base = reverse("handover_detail", args=[0]).removesuffix("0/")
    return [
        Case(
            " · ".join(part for part in (row["post"], row["shift"], _at(row, reader)) if part),
            _late_words(row["minutes"]),
            f"{base}{row['handover']}/",
        )
        for row in report.body["late"]
    ]


def _late_words(minutes: int | None) -> str:
    return _("not confirmed") if minutes is None else _("after %(value)s min") % {"value": minutes}


def promises(report: WeeklyReport, reader: Reader) -> list[Case]:
    said = _("promised for %(at)s")
    return _cases(report, "promises", lambda row: said % {"at": _at(row, reader)})


def calls(report: WeeklyReport) -> list[Case]:
    def said(row: Body) -> str:
        count = row["times"]
        said = ngettext("called again %(count)s time", "called again %(count)s times", count)
        return said % {"count": count}

    return _cases(report, "calls", said)


def oldest(report: WeeklyReport, reader: Reader) -> list[Case]:
    def said(row: Body) -> str:
        count = row["handovers"]
        since = _("open since %(at)s") % {"at": _at(row, reader)}
        passed = ngettext("%(count)s handover", "%(count)s handovers", count) % {"count": count}
        return f"{since} · {passed}"

    return _cases(report, "oldest", said)


def _cases(report: WeeklyReport, kind: str, say: Any) -> list[Case]:
    """Items by their number; one that went to another team since is not linked."""
    rows = report.body[kind]
    own = PendingItem.objects.filter(pk__in=[row["item"] for row in rows], team=report.team_id)
    here = set(own.values_list("pk", flat=True)) if rows else set()
    base = reverse("item_detail", args=[0]).removesuffix("0/")
    return [
        Case(f"#{row['item']}", say(row), f"{base}{row['item']}/" if row["item"] in here else "")
        for row in rows
    ]


def _at(row: Body, reader: Reader) -> str:
    at = parse_datetime(row["at"])
    return reader.instant(at) if at else ""


def actions(report: WeeklyReport) -> list[WeeklyAction]:
    rows = report.actions.select_related("responsible", "noted_by", "done_by", "report__team")
    return list(rows.order_by("noted_at", "pk"))


@dataclass(frozen=True)
class Page:
    rows: list[WeeklyReport]
    after: str


def listing(access: Access, *, after: str = "") -> Page:
    """The latest first, with how much of what was agreed is open."""
    found = WeeklyReport.objects.visible_to(access).select_related("team")
    if cursor := Cursor.read(after):
        found = found.filter(cursor.earlier("prepared_at"))
    rows = list(found.order_by("-prepared_at", "-pk")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], str(Cursor(last.prepared_at, last.pk)) if last else "")


def open_actions(access: Access) -> list[WeeklyAction]:
    """What was agreed and is not done, the earliest first: of the reports that the person may see."""
    reports = WeeklyReport.objects.visible_to(access).values("pk")
    rows = WeeklyAction.objects.filter(report__in=reports, due_date__isnull=False, done_at__isnull=True)
    return list(rows.select_related("responsible", "report__team").order_by("due_date", "pk")[:PAGE])


def readers(team: Team) -> list[User]:
    """Who is told that the figures are there: leaders and supervisors."""
    roles = (Membership.Role.LEADER, Membership.Role.SUPERVISOR)
    members = Membership.objects.filter(team=team, role__in=roles)
    return list(User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("pk"))


def due(now: datetime) -> list[int]:
    """What is due by now somewhere on earth; the team of each has a zone of its own."""
    latest = now.date() + timedelta(days=1)
    rows = WeeklyAction.objects.filter(due_date__lte=latest, done_at__isnull=True)
    return list(rows.order_by("due_date", "pk").values_list("pk", flat=True))
