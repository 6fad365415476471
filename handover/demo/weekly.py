"""The figures of the weeks that are over, and what was agreed on them."""

from datetime import datetime, timedelta
from functools import partial

from handover.demo.centre import Centre, Desk
from handover.demo.script import Script
from handover.models import WeeklyAction, WeeklyReport
from handover.queries.weeks import Week
from handover.services import figures, weekly

# After the end of a week: sent, talked about, done.
PREPARED, AGREED, DONE = timedelta(hours=2), timedelta(hours=22), timedelta(days=3)
DUE_DAYS = 4


def plan(script: Script, centre: Centre) -> None:
    for desk in {desk.post.team: desk for desk in centre.lasting()}.values():
        *before, last = centre.weeks_over(desk.post.team)
        for week in (*before, last):
            script.add(week.ends_at + PREPARED, _prepare)
        script.add(before[-1].ends_at + AGREED, partial(_agree, desk, before[-1], "action_before"))
        script.add(before[-1].ends_at + DONE, partial(_finish, desk, before[-1]))
        script.add(last.ends_at + AGREED, partial(_decide, desk, last))
        script.add(last.ends_at + AGREED, partial(_agree, desk, last, "action", until=centre.now))
    script.add(centre.now, _count)


def _count(at: datetime) -> None:
    figures.run(now=at)


def _prepare(at: datetime) -> None:
    _count(at)
    weekly.prepare(now=at)


def _report(desk: Desk, week: Week) -> WeeklyReport:
    return WeeklyReport.objects.select_related("team").get(team=desk.post.team, week=week.monday)


def _decide(desk: Desk, week: Week, at: datetime) -> None:
    weekly.note(
        report=_report(desk, week),
        text=desk.phrase("decision"),
        responsible=None,
        due_date=None,
        actor=desk.supervisors[0],
        now=at,
    )


def _agree(desk: Desk, week: Week, name: str, at: datetime, *, until: datetime | None = None) -> None:
    """Something that the leader does within days."""
    due_at = (until or at) + timedelta(days=DUE_DAYS)
    weekly.note(
        report=_report(desk, week),
        text=desk.phrase(name),
        responsible=desk.leader,
        due_date=due_at.astimezone(desk.post.team.zone).date(),
        actor=desk.supervisors[0],
        now=at,
    )


def _finish(desk: Desk, week: Week, at: datetime) -> None:
    for action in WeeklyAction.objects.filter(report=_report(desk, week)).order_by("pk"):
        weekly.finish(action=action, actor=desk.leader, now=at)
