"""The plan of spot checks of each team; the worker draws every week that is over."""

from datetime import datetime, timedelta
from functools import partial

from accounts.models import Team
from handover.demo.centre import Centre
from handover.demo.script import Script
from handover.services import spot_checks

STAFFED = timedelta(hours=3)  # after it was founded, the centre has its posts, people and roster
A_WEEK = 2


def plan(script: Script, centre: Centre) -> None:
    for team in centre.teams.values():
        script.add(centre.founded_at + STAFFED, partial(_choose, centre, team))


def _choose(centre: Centre, team: Team, at: datetime) -> None:
    spot_checks.change_plan(team=team, per_week=A_WEEK, actor=centre.administrator, now=at)
