"""What the charts say, and that the records behind every point are those that were counted in it."""

from datetime import date, timedelta

import pytest

from handover.ladders import LIMIT_MINUTES
from handover.models import Fact, Measure, Rollup, Waits
from handover.queries import handover_facts, trend_records, trends
from handover.queries.trend_questions import BY_MEASURE, CONFIRM_MINUTES, QUESTIONS, Form
from handover.queries.trend_records import Point
from handover.queries.trends import Filters
from tests import factories
from tests.factories import NOW
from tests.figures import of_history

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 9)


def trend_of(found, measure):
    return next(trend for trend in found if trend.question.measure == measure)


def test_every_measure_has_its_question_and_the_rules_are_those_in_the_sentences():
    assert set(BY_MEASURE) == set(Measure.values)
    assert (CONFIRM_MINUTES, LIMIT_MINUTES[Waits.RESPONSE], LIMIT_MINUTES[Waits.TAKEN]) == (30, 30, 10)
    assert handover_facts.OLD_HANDOVERS == 3


def test_share_says_this_week_and_the_one_before_in_words_bars_and_rows():
    post = factories.post()
    of_history(post, Measure.PROMISE, {MONDAY: (True, True, False), MONDAY - timedelta(days=7): (True,)})

    trend = trend_of(trends.trends(Filters(post.team), NOW), Measure.PROMISE)

    assert trend.answer == "This week so far: 67 % (2 of 3). The week before: 100 % (1 of 1)."
    assert [bar.value.label for bar in trend.chart.bars] == ["2 Mar", "9 Mar"]
    assert [bar.value.is_running for bar in trend.chart.bars] == [False, True]
    assert [(row.label, row.words) for row in trend.rows[-2:]] == [
        ("2 Mar 2026", "100 % (1 of 1)"),
        ("9 Mar 2026", "67 % (2 of 3)"),
    ]
    assert [row.words for row in trend.rows[:-2]] == ["nothing counted"] * 6


@pytest.mark.parametrize(
    ("hits", "n", "words"), [(249, 250, "99"), (1, 300, "1"), (0, 3, "0"), (3, 3, "100")]
)
def test_share_is_all_or_none_only_where_it_is(hits, n, words):
    said = trends.words(BY_MEASURE[Measure.PROMISE], trends.Sums(n, hits, 0))

    assert said == f"{words} % ({hits} of {n})"


def test_average_has_the_line_of_its_rule():
    post = factories.post()
    of_history(post, Measure.CONFIRMED, {MONDAY: (True, True)}, value=45)

    trend = trend_of(trends.trends(Filters(post.team), NOW), Measure.CONFIRMED)

    assert trend.rows[-1].words == "45 min on average (2)"
    assert (trend.chart.goal.text, trend.goal) == ("30", "The line shows the rule: within 30 min.")


def test_escalations_stand_by_step_and_by_hour_over_all_weeks():
    post = factories.post()
    for week in (MONDAY, MONDAY - timedelta(days=7)):
        of_history(post, Measure.ESCALATION, {week: (False,)}, bucket=2)
        of_history(post, Measure.ESCALATION_HOUR, {week: (False,)}, bucket=14)

    found = trends.trends(Filters(post.team), NOW)
    steps, hours = trend_of(found, Measure.ESCALATION), trend_of(found, Measure.ESCALATION_HOUR)

    assert [(row.label, row.n) for row in steps.rows] == [("Step 1", 0), ("Step 2", 2)]
    assert (len(hours.rows), hours.answer) == (24, "Most in these weeks: 14:00, 2 times.")


def test_other_teams_posts_shifts_and_older_weeks_are_left_out():
    post = factories.post()
    others = [factories.post(post.team), factories.post()]
    for desk in (post, *others):
        of_history(desk, Measure.PROMISE, {MONDAY: (True,), MONDAY - 8 * timedelta(days=7): (True,)})
    of_history(post, Measure.PROMISE, {MONDAY: (False,)}, shift_name="Day")

    def counted(**chosen):
        trend = trend_of(trends.trends(Filters(post.team, **chosen), NOW), Measure.PROMISE)
        return sum(row.n for row in trend.rows)

    assert counted() == 3
    assert counted(post=str(post.pk)) == 2
    assert counted(post=str(post.pk), shift="Day") == 1
    assert counted(weeks=13) == 5


def test_list_behind_every_point_has_the_length_and_the_sums_of_the_point(monkeypatch):
    monkeypatch.setattr(trend_records, "PAGE", 7)
    post = factories.post()
    weeks = [MONDAY - timedelta(days=7) * back for back in range(4)]
    for place, question in enumerate(QUESTIONS):
        history = {
            week: tuple((n + place) % 3 > 0 for n in range(5 * place + nth)) for nth, week in enumerate(weeks)
        }
        of_history(post, question.measure, history, value=place, bucket=question.form is Form.COUNT)
    filters = Filters(post.team)

    points = [
        (
            trend.question,
            row,
            Point(trend.question, None if trend.question.form is Form.COUNT else week, bucket),
        )
        for trend in trends.trends(filters, NOW)
        for row, week, bucket in _places(trend)
    ]
    listed = [_all(filters, point) for _question, _row, point in points]

    assert [len(rows) for rows in listed] == [row.n for _question, row, _point in points]
    assert sum(map(len, listed)) == Fact.objects.count()
    for (question, row, point), rows in zip(points, listed, strict=True):
        sums = trend_records.sums(filters, point, NOW)
        hits = sum(fact.is_hit for fact in rows) if question.form is Form.SHARE else sums.hits
        assert (len(rows), hits) == (sums.n, sums.hits)
        assert trends.words(question, sums) == row.words


def _places(trend):
    """Each row of the table with the point that it is."""
    weeks = trends.weeks_of(Filters(Rollup.objects.select_related("team").first().team), NOW)
    for place, row in enumerate(trend.rows):
        if row.n and trend.is_by_week:
            yield row, weeks[place], None
        elif row.n:
            yield row, None, int(row.url.rpartition("=")[2])


def _all(filters, point):
    rows, after = [], ""
    while True:
        page = trend_records.listing(filters, point, NOW, after=after)
        rows += page.rows
        after = page.after
        if not after:
            return rows


def test_record_says_what_and_where_it_was_and_leads_there_within_the_team_alone():
    post = factories.post(name="Front line")
    item, gone = factories.item(post), factories.item(factories.post())
    Fact.objects.create(
        measure=Measure.TAKEN, thing=1, team=post.team, post=post, shift_name="Day", week=MONDAY,
        item=item, at=NOW, hit=True, value=7,
    )  # fmt: skip
    Fact.objects.create(
        measure=Measure.TAKEN, thing=2, team=post.team, post=post, week=MONDAY, item=gone, at=NOW
    )

    page = trend_records.listing(Filters(post.team), Point(BY_MEASURE[Measure.TAKEN], MONDAY), NOW)

    rows = [(row.what, row.place, row.result, row.url) for row in page.rows]
    assert rows == [
        (f"#{gone.pk} (Follow-up)", "Front line", "not taken in time", ""),
        (f"#{item.pk} (Follow-up)", "Front line · Day", "taken in time, after 7 min", f"/items/{item.pk}/"),
    ]
