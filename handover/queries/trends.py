"""The trends of one team: its charts from the weekly sums, and the records behind a point of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils.dateformat import DateFormat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Team
from handover.models import FigureMark, Measure, Post, Rollup, ShiftPattern

from . import charts
from .charts import Chart, Value
from .trend_questions import QUESTIONS, Form, Question
from .weeks import WEEK

SPANS = (8, 13, 26)  # weeks to look back
Label = tuple[date, str, str]  # a week, in words and in short


@dataclass(frozen=True)
class Filters:
    """What is looked at; empty means all of the team."""

    team: Team
    post: str = ""
    shift: str = ""
    weeks: int = SPANS[0]

    def query(self, **point: object) -> str:
        """What stands in an address behind the question mark."""
        chosen = {"team": self.team.pk, "post": self.post, "shift": self.shift, "weeks": self.weeks}
        return urlencode({name: value for name, value in (chosen | point).items() if value != ""})

    @property
    def conditions(self) -> dict[str, object]:
        """The same for the facts and for their sums."""
        found: dict[str, object] = {"team": self.team}
        if self.post:
            found["post"] = self.post
        if self.shift:
            found["shift_name"] = self.shift
        return found


class Sums(NamedTuple):
    """How many facts, how many hit, the sum of their values."""

    n: int = 0
    hits: int = 0
    total: int = 0


@dataclass(frozen=True)
class Row:
    """One bar once more, for the table."""

    label: str
    words: str
    n: int
    url: str


@dataclass(frozen=True)
class Trend:
    """One question with its answer."""

    question: Question
    answer: str
    chart: Chart
    rows: list[Row]
    goal: str = ""
    is_by_week: bool = False


def posts(team: Team) -> list[tuple[str, str]]:
    rows = Post.objects.filter(team=team).order_by("name", "pk").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def shifts(team: Team) -> list[tuple[str, str]]:
    """The patterns by their names: "Night" is the same at every post."""
    patterns = ShiftPattern.objects.filter(post__team=team, is_active=True)
    return [(name, name) for name in patterns.order_by("name").values_list("name", flat=True).distinct()]


def counted_until() -> datetime | None:
    return FigureMark.latest()


def weeks_of(filters: Filters, now: datetime) -> list[date]:
    """The Mondays, the last being that of the week that runs."""
    last = filters.team.business_week(now)
    return [last - WEEK * back for back in reversed(range(filters.weeks))]


def trends(filters: Filters, now: datetime) -> list[Trend]:
    """All charts from one query over the sums."""
    weeks = weeks_of(filters, now)
    by_week: dict[tuple[str, date], Sums] = defaultdict(Sums)
    by_bucket: dict[tuple[str, int], Sums] = defaultdict(Sums)
    for measure, week, bucket, *sums in _sums(filters, weeks):
        by_week[measure, week] = _added(by_week[measure, week], sums)
        by_bucket[measure, bucket] = _added(by_bucket[measure, bucket], sums)
    labels = [(week, week_words(week), short_day(week)) for week in weeks]  # the same of every chart
    found = []
    for question in QUESTIONS:
        if question.form is Form.COUNT:
            buckets = {bucket: sums for (of, bucket), sums in by_bucket.items() if of == question.measure}
            found.append(_by_bucket(question, buckets, filters))
        else:
            of_weeks = [by_week.get((question.measure, week), Sums()) for week in weeks]
            found.append(_by_week(question, list(zip(labels, of_weeks, strict=True)), filters))
    return found


def _sums(filters: Filters, weeks: list[date]) -> Iterable[tuple[str, date, int, int, int, int]]:
    rows = Rollup.objects.filter(week__gte=weeks[0], week__lte=weeks[-1], **filters.conditions)
    columns = rows.order_by().values_list("measure", "week", "bucket")
    return columns.annotate(sum_n=Sum("n"), sum_hits=Sum("hits"), sum_total=Sum("total"))


def _added(sums: Sums, others: Iterable[int]) -> Sums:
    return Sums(*(mine + other for mine, other in zip(sums, others, strict=True)))


def _by_week(question: Question, points: list[tuple[Label, Sums]], filters: Filters) -> Trend:
    base, last = f"{_address(question)}?{filters.query()}&week=", points[-1][0][0]
    tip = _("Week of %(day)s: %(figure)s")
    values, rows = [], []
    for (week, label, short), sums in points:
        said = words(question, sums)
        url = f"{base}{week}" if sums.n else ""
        said_of_week = tip % {"day": label, "figure": said}
        values.append(Value(short, said_of_week, url, number(question, sums), is_running=week == last))
        rows.append(Row(label, said, sums.n, url))
    highest = 100 if question.form is Form.SHARE and not question.is_fault else None
    chart = charts.draw(values, highest=highest, goal=question.goal)
    answer = _("This week so far: %(now)s. The week before: %(before)s.") % {
        "now": rows[-1].words,
        "before": rows[-2].words,
    }
    return Trend(question, answer, chart, rows, _goal(question), is_by_week=True)


def _by_bucket(question: Question, buckets: dict[int, Sums], filters: Filters) -> Trend:
    if question.measure == Measure.ESCALATION_HOUR:
        places, name = range(24), _hour
    else:
        places, name = range(1, max(buckets, default=1) + 1), _step
    base = f"{_address(question)}?{filters.query()}&bucket="
    values, rows = [], []
    for place in places:
        sums = buckets.get(place, Sums())
        url = f"{base}{place}" if sums.n else ""
        tip = _("%(field)s: %(value)s") % {"field": name(place), "value": sums.n}
        values.append(Value(str(place), tip, url, sums.n or None))
        rows.append(Row(name(place), str(sums.n), sums.n, url))
    most = max(rows, key=lambda row: row.n)
    answer = _("Most in these weeks: %(where)s, %(count)s times.") % {"where": most.label, "count": most.n}
    return Trend(question, answer if most.n else "", charts.draw(values), rows)


def _address(question: Question) -> str:
    return reverse("trend_records", args=[question.measure])


def number(question: Question, sums: Sums) -> float | None:
    """How high the bar is; None where nothing was counted."""
    if not sums.n:
        return None
    if question.form is Form.SHARE:
        return 100 * sums.hits / sums.n
    return sums.total / sums.n if question.form is Form.AVERAGE else sums.n


def shown(question: Question, sums: Sums) -> int | None:
    """The number as it stands in words; None where nothing was counted."""
    if not sums.n:
        return None
    if question.form is Form.SHARE:
        return _per_cent(sums)
    return round(sums.total / sums.n) if question.form is Form.AVERAGE else sums.n


def words(question: Question, sums: Sums) -> str:
    """A point in words: "92 % (46 of 50)"."""
    if not sums.n:
        return _("nothing counted")
    if question.form is Form.SHARE:
        facts = {"share": shown(question, sums), "hits": sums.hits, "count": sums.n}
        return _("%(share)s %% (%(hits)s of %(count)s)") % facts
    if question.form is Form.AVERAGE:
        average = {
            "average": str(shown(question, sums)),
            "unit": str(question.unit),
            "count": str(sums.n),
        }
        return _("%(average)s %(unit)s on average (%(count)s)") % average
    return str(sums.n)


def _per_cent(sums: Sums) -> int:
    """Nearly all is not all, and hardly any is not none."""
    share = round(100 * sums.hits / sums.n)
    return min(max(share, 1), 99) if 0 < sums.hits < sums.n else share


def point_words(question: Question, *, week: date | None, bucket: int | None) -> str:
    """Which point of a chart that is."""
    if week:
        return _("Week of %(day)s") % {"day": week_words(week)}
    if bucket is None:
        return ""
    return _hour(bucket) if question.measure == Measure.ESCALATION_HOUR else _step(bucket)


def week_words(week: date) -> str:
    return DateFormat(week).format(pgettext("day, month and year", "j M Y"))


def short_day(week: date) -> str:
    return DateFormat(week).format(pgettext("day and month below a bar", "j M"))


def _hour(bucket: int) -> str:
    return f"{bucket:02}:00"


def _step(bucket: int) -> str:
    return _("Step %(number)s") % {"number": bucket}


def _goal(question: Question) -> str:
    if question.goal is None:
        return ""
    return _("The line shows the rule: within %(goal)s %(unit)s.") % {
        "goal": question.goal,
        "unit": question.unit,
    }
