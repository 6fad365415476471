"""The plan of spot checks of each team; the weeks that are over are drawn and scored, with a finding each."""

from datetime import datetime, timedelta
from functools import partial

from django.utils import translation

from accounts.models import Team, User
from handover import check_template
from handover.demo.centre import OPENED, Centre, Desk
from handover.demo.script import Act, Script
from handover.models import Draw, DrawnRecord, Finding, Handover, SpotCheck
from handover.queries import parties, record
from handover.queries import spot_checks as drawn
from handover.queries.weeks import Week
from handover.services import findings, spot_checks

STAFFED = timedelta(hours=3)  # after it was founded, the centre has its posts, people and roster
A_WEEK = 2
# After the end of a week; the last one is over for a day at least.
DRAWN, ADDED, CHECKED = timedelta(minutes=5), timedelta(hours=19), timedelta(hours=20)
ANSWERED, ACCEPTED = timedelta(hours=44), timedelta(hours=66)
TO_PUT_RIGHT = timedelta(days=3)
DUE_IN = timedelta(hours=30)  # from now, where it is still open
SCORES = ((5, 4, 5, 5), (4, 3, 4, 5), (5, 5, 5, 4))  # by the criteria, for one record after the other


def plan(script: Script, centre: Centre) -> None:
    lasting = {desk.post.team: desk for desk in centre.lasting()}
    for team in centre.teams.values():
        begun_at = centre.founded_at if team in lasting else centre.now - OPENED
        script.add(begun_at + STAFFED, partial(_choose, centre, team))
    for desk in lasting.values():
        *before, last = centre.weeks_over(desk.post.team)
        for week in before:
            _plan_week(script, desk, week, partial(_check, centre, desk, week))
            script.add(week.ends_at + ANSWERED, partial(_answer, desk, week))
            script.add(week.ends_at + ACCEPTED, partial(_accept, centre, desk, week))
        _plan_week(script, desk, last, partial(_check_some, centre, desk, last))


def _plan_week(script: Script, desk: Desk, week: Week, check: Act) -> None:
    script.add(week.ends_at + DRAWN, _keep)
    script.add(week.ends_at + ADDED, partial(_add, desk, week))
    script.add(week.ends_at + CHECKED, check)


def _choose(centre: Centre, team: Team, at: datetime) -> None:
    spot_checks.change_plan(team=team, per_week=A_WEEK, actor=centre.administrator, now=at)


def _keep(at: datetime) -> None:
    spot_checks.keep(now=at)


def _draw(desk: Desk, week: Week) -> Draw:
    return Draw.objects.select_related("team").get(team=desk.post.team, week=week.monday)


def _add(desk: Desk, week: Week, at: datetime) -> None:
    """The record with most against it, beside those that were drawn."""
    draw = _draw(desk, week)
    with translation.override(desk.language):
        risks = drawn.at_risk(draw)
        for risk in risks[:1]:
            actor = desk.supervisors[0]
            spot_checks.add(week=draw, handover=risk.handover, reason=risk.sentence, actor=actor, now=at)


def _check(centre: Centre, desk: Desk, week: Week, at: datetime) -> None:
    """All of them; what the first needs to be put right is done within days."""
    checks = [_score(centre, desk, row, at) for row in drawn.records(_draw(desk, week))]
    for check in checks[:1]:
        _find(desk, check, at + TO_PUT_RIGHT, at)


def _check_some(centre: Centre, desk: Desk, week: Week, at: datetime) -> None:
    """One is left to be checked, and of another something is still to be put right."""
    first, *others = drawn.records(_draw(desk, week))
    _find(desk, _score(centre, desk, first, at), centre.now + DUE_IN, at)
    for row in others[1:]:
        _score(centre, desk, row, at)


def _score(centre: Centre, desk: Desk, row: DrawnRecord, at: datetime) -> SpotCheck:
    place = row.place or 0
    points = SCORES[place % len(SCORES)]
    return spot_checks.score(
        drawn=row,
        scores=dict(zip(check_template.KEYS, points, strict=True)),
        remarks=desk.phrase("remarks", place),
        actor=_judge(centre, desk, row.handover),
        now=at,
    )


def _find(desk: Desk, check: SpotCheck, due_at: datetime, at: datetime) -> None:
    facts: findings.FindingFacts = {
        "text": desk.phrase("finding"),
        "correction": desk.phrase("correction"),
        "responsible": record.latest_round(check.record.handover).submitted_by,
        "due_at": due_at,
    }
    findings.file(check=check, facts=facts, actor=check.checked_by, now=at)


def _answer(desk: Desk, week: Week, at: datetime) -> None:
    for finding in _findings(desk, week):
        text = desk.phrase("finding_answer")
        findings.answer(finding=finding, text=text, actor=finding.responsible, now=at)


def _accept(centre: Centre, desk: Desk, week: Week, at: datetime) -> None:
    for finding in _findings(desk, week):
        actor, text = _judge(centre, desk, finding.handover), desk.phrase("finding_accept")
        findings.accept(finding=finding, text=text, actor=actor, now=at)


def _findings(desk: Desk, week: Week) -> list[Finding]:
    found = Finding.objects.filter(spot_check__record__draw=_draw(desk, week))
    return list(found.select_related("team", "post__team", "handover__post", "responsible").order_by("pk"))


def _judge(centre: Centre, desk: Desk, handover: Handover) -> User:
    """A supervisor, or the auditor where each has a part in the record."""
    involved = parties.of_record(handover)
    judges = [*desk.supervisors, centre.people["auditor"]]
    return next(person for person in judges if person.pk not in involved)
