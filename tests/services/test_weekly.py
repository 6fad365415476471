"""The figures of a week are drawn up and sent once, and what is agreed on them is reminded of once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from handover.errors import InvalidMove
from handover.models import Event, Fact, FigureMark, Measure, Message, WeeklyAction, WeeklyReport
from handover.queries import weekly as queries
from handover.queries.words import Reader
from handover.services import weekly
from tests import factories
from tests.figures import of_history
from tests.threads import at_once

pytestmark = pytest.mark.django_db

Role = factories.Role
MONDAY = date(2026, 3, 9)
# An hour after the end of the week in Shanghai.
OVER = datetime(2026, 3, 15, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Week:
    """A team whose promises were kept worse than the week before; Dai supervises it, Lea leads the post."""

    def __init__(self):
        self.post = factories.post()
        self.team = self.post.team
        self.dai = factories.member(self.team, Role.SUPERVISOR, name="Dai")
        self.lea = factories.member(self.team, name="Lea", leads=self.post)
        self.ada = factories.member(self.team, name="Ada")
        factories.member(self.team, Role.AUDITOR)
        of_history(self.post, Measure.PROMISE, {MONDAY: (True, False), MONDAY - timedelta(days=7): (True,)})
        FigureMark.objects.create(pk=1)

    def prepare(self, now=OVER, counted_until=None):
        FigureMark.objects.update(counted_until=counted_until or now)
        return weekly.prepare(now=now)

    def report(self):
        self.prepare()
        return WeeklyReport.objects.get()

    def action(self, due_date=date(2026, 3, 18), responsible=None):
        weekly.note(
            report=self.report(),
            text="Set a reminder for each promise.",
            responsible=responsible or self.ada,
            due_date=due_date,
            actor=self.dai,
            now=OVER,
        )
        return WeeklyAction.objects.select_related("report__team", "responsible").get()


@pytest.fixture
def scene():
    return Week()


def told(**conditions):
    found = Message.objects.filter(**conditions).order_by("at", "recipient__display_name")
    return list(found.values_list("recipient__display_name", "key"))


def test_figures_are_drawn_up_an_hour_after_the_week_and_sent_to_who_leads(scene):
    scene.prepare(now=OVER - MINUTE)
    before = list(WeeklyReport.objects.values_list("week", flat=True))
    assert scene.prepare() == 1

    report = WeeklyReport.objects.latest("week")
    assert before == [MONDAY - timedelta(days=7)]
    assert (report.week, report.team, report.prepared_at) == (MONDAY, scene.team, OVER)
    assert report.body["sums"] == {"now": {"promise": [2, 1, 0]}, "before": {"promise": [1, 1, 0]}}
    assert told(report=report) == [("Dai", f"weekly.{report.pk}"), ("Lea", f"weekly.{report.pk}")]
    text = Message.objects.get(recipient=scene.dai, report=report).text
    assert text == (
        f"The figures of {scene.team} for the week of 9 Mar 2026 are there. "
        "Handovers on time: nothing counted. Urgent items answered in time: nothing counted. "
        "Promises kept: 50 % (1 of 2)."
    )


def test_figures_are_drawn_up_once_and_never_change(scene):
    scene.prepare()
    before = WeeklyReport.objects.get().body
    of_history(scene.post, Measure.PROMISE, {MONDAY: (True,) * 5})

    assert scene.prepare(now=OVER + timedelta(hours=1)) == 0

    assert WeeklyReport.objects.get().body == before
    assert Message.objects.count() == 2


def test_nothing_is_drawn_up_while_the_counting_lags_behind(scene):
    scene.prepare(counted_until=OVER - MINUTE)

    assert not WeeklyReport.objects.filter(week=MONDAY).exists()


def test_nothing_is_drawn_up_of_a_week_without_any_work(scene):
    assert scene.prepare(now=OVER + timedelta(days=7)) == 0
    assert WeeklyReport.objects.count() == 0


def test_week_ends_in_the_zone_of_each_team(scene):
    late = factories.post(factories.team(time_zone="America/New_York"))
    of_history(late, Measure.PROMISE, {MONDAY: (True,)})

    assert scene.prepare() == 1
    assert scene.prepare(now=datetime(2026, 3, 16, 4, 59, tzinfo=UTC)) == 0
    assert scene.prepare(now=datetime(2026, 3, 16, 5, 0, tzinfo=UTC)) == 1  # in summer time already


def test_worst_cases_are_named_with_the_way_to_them(scene):
    item = factories.item(scene.post, now=factories.NOW)
    handover = factories.ended_handover(factories.shift(scene.post, name="Day"))
    of_history(scene.post, Measure.ON_TIME, {MONDAY: (False,)})
    of_history(scene.post, Measure.CONTACT, {MONDAY: (True, True, True, False)})
    Fact.objects.filter(measure=Measure.ON_TIME).update(handover=handover, value=None, shift_name="Day")
    Fact.objects.filter(measure__in=[Measure.CONTACT, Measure.PROMISE]).update(item=item)
    report, reader = scene.report(), Reader(OVER)

    late = [(case.words, case.url) for case in queries.late(report, reader)]
    assert late == [("not confirmed", f"/handovers/{handover.pk}/")]
    calls = [(case.name, case.words, case.url) for case in queries.calls(report)]
    assert calls == [(f"#{item.pk}", "called again 3 times", f"/items/{item.pk}/")]
    assert [case.name for case in queries.promises(report, reader)] == [f"#{item.pk}"]
    oldest = [case.words for case in queries.oldest(report, reader)]
    assert oldest == ["open since 10 Mar 06:00 · 0 handovers"]


def test_change_says_better_or_worse_by_what_is_asked(scene):
    before = MONDAY - timedelta(days=7)
    of_history(scene.post, Measure.REFUSED, {MONDAY: (True, False), before: (True,)})
    of_history(scene.post, Measure.CONFIRMED, {MONDAY: (True,) * 3, before: (True,) * 3}, value=10)
    of_history(scene.post, Measure.CONFIRMED, {MONDAY: (True,)}, value=11)  # still 10 in words
    report = scene.report()

    changes = {
        line.question.measure: (line.change, line.is_better, line.is_worse)
        for line in queries.lines(report, may_open=True)
        if line.change
    }

    assert changes == {
        Measure.PROMISE: ("worse", False, True),
        Measure.REFUSED: ("better", True, False),
        Measure.CONFIRMED: ("as before", False, False),
    }


def test_who_is_to_do_something_is_told_at_once_on_the_day_and_once_when_it_is_over(scene):
    action = scene.action()
    Message.objects.filter(key__startswith="weekly").delete()
    instants = [
        datetime(2026, 3, 18, 1, 0, tzinfo=UTC),  # 09:00 in Shanghai
        datetime(2026, 3, 17, 23, 59, tzinfo=UTC),  # 07:59: nobody is woken up
        datetime(2026, 3, 17, 0, 30, tzinfo=UTC),  # the day before
    ]
    for now in reversed(instants):
        weekly.remind(now=now)
        weekly.remind(now=now)
    on_day = told(about="due")
    for days in (1, 2, 3):
        weekly.remind(now=instants[0] + timedelta(days=days))

    assert on_day == [("Ada", f"action.{action.pk}.new"), ("Ada", f"action.{action.pk}.due")]
    assert told(key=f"action.{action.pk}.late") == [
        ("Ada", f"action.{action.pk}.late"),
        ("Dai", f"action.{action.pk}.late"),
    ]


def test_what_is_done_is_not_reminded_of(scene):
    action = scene.action()
    weekly.finish(action=action, actor=scene.ada, now=OVER + MINUTE)

    assert weekly.remind(now=OVER + timedelta(days=30)) == 0


def test_what_is_done_twice_is_refused_and_done_once(scene):
    action = scene.action()
    weekly.finish(action=action, actor=scene.ada, now=OVER + MINUTE)

    with pytest.raises(InvalidMove):
        weekly.finish(action=action, actor=scene.dai, now=OVER + 2 * MINUTE)

    verbs = Event.objects.filter(team=scene.team).order_by("pk").values_list("verb", "actor")
    assert list(verbs) == [("weekly_noted", scene.dai.pk), ("weekly_done", scene.ada.pk)]


def test_same_form_sent_twice_notes_once(scene):
    report = scene.report()
    noted = {"report": report, "text": "Agreed.", "responsible": None, "due_date": None}
    for _click in range(2):
        weekly.note(**noted, actor=scene.dai, now=OVER, form_key="k")

    assert WeeklyAction.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_draw_up_and_remind_once():
    scene = Week()
    FigureMark.objects.update(counted_until=OVER)
    at_once(lambda: weekly.prepare(now=OVER), lambda: weekly.prepare(now=OVER))
    action = scene.action()
    day = datetime(2026, 3, 18, 1, 0, tzinfo=UTC)
    at_once(lambda: weekly.remind(now=day), lambda: weekly.remind(now=day))

    assert len(told(key__startswith="weekly")) == 2
    assert told(key=f"action.{action.pk}.due") == [("Ada", f"action.{action.pk}.due")]
