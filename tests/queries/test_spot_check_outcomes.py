"""The outcome of spot checks over time: by week, chance apart from choice, corrections once."""

from datetime import date, timedelta

import pytest

from handover.check_template import KEYS
from handover.queries import spot_checks as queries
from handover.queries.spot_check_outcomes import of_team
from handover.services import findings, spot_checks
from tests import factories
from tests.factories import NOW, Role
from tests.records import END, drawn_week, signed

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_outcomes_count_what_was_drawn_apart_from_what_was_added():
    post = factories.post()
    chief = factories.member(post.team, Role.SUPERVISOR)
    for hours in range(4):
        signed(post, at=NOW + timedelta(hours=hours))
    draw = drawn_week(post.team, count=2)
    first = draw.records.get(place=1)
    chosen = queries.unchosen(draw)[0]
    added = spot_checks.add(week=draw, handover=chosen, reason="Late", actor=chief, now=END)

    def score(record, points, **facts):
        scores = dict.fromkeys(KEYS, points) | {"clarity": 3}
        return spot_checks.score(drawn=record, scores=scores, remarks="", actor=chief, now=END + DAY, **facts)

    score(first, 5, corrects=score(first, 1), reason="The wrong record")
    check = score(added, 2)
    facts = {"text": "x", "correction": "y", "responsible": factories.member(post.team)}
    for days in (2, 9):
        findings.file(check=check, facts={**facts, "due_at": END + days * DAY}, actor=chief, now=END + DAY)

    found = of_team(post.team, END + 3 * DAY)

    def shown(week):
        return (
            (week.monday, week.chosen, week.checked, week.means),
            (week.findings, week.unsettled, week.overdue),
        )

    monday = date(2026, 3, 9)
    assert [shown(week) for week in found.drawn] == [((monday, 2, 1, [5, 3, 5, 5]), (0, 0, 0))]
    assert [shown(week) for week in found.added] == [((monday, 1, 1, [2, 3, 2, 2]), (2, 2, 1))]


def test_outcomes_of_a_week_without_checks_have_no_means():
    post = factories.post()
    signed(post)
    drawn_week(post.team)

    found = of_team(post.team, END)

    assert [(week.chosen, week.checked, week.means) for week in found.drawn] == [(1, 0, [None] * 4)]
    assert found.added == []


def test_outcomes_of_another_team_are_not_counted():
    other = factories.post()
    signed(other)
    drawn_week(other.team)

    assert of_team(factories.team(), END).drawn == []
