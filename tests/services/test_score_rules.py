"""A team's own weights of the score: each change a version, and old records stay explained by theirs."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, InvalidMove
from handover.models import Event, Round, ScoreRules
from handover.queries import score
from handover.queries import score_rules as queries
from handover.queries.score import BUILT_IN, Weight
from handover.services import score_rules
from tests import factories
from tests.boundary import Boundary
from tests.factories import NOW, Role
from tests.threads import at_once

LATER = NOW + timedelta(days=1)
NONE = {code: Weight(weight.points, is_on=False) for code, weight in BUILT_IN.items()}
TIME_ALONE = NONE | {"key_time": Weight(40), "checked": Weight(10)}


@pytest.fixture
def team(db):
    return factories.team()


@pytest.fixture
def dai(team):
    return factories.member(team, Role.SUPERVISOR, name="Dai")


def save(team, weights, *, by, seen=0, now=NOW):
    return score_rules.change(team=team, weights=weights, seen_version=seen, actor=by, now=now)


def rows() -> list[tuple]:
    found = ScoreRules.objects.order_by("pk")
    return [(row.version, score.load(row.rules), row.made_by, row.made_at, row.retired_at) for row in found]


def trail() -> list:
    return [event.data["changes"] for event in Event.objects.order_by("pk")]


def test_built_in_weights_count_until_a_team_has_its_own(team, dai):
    assert queries.weights(queries.own(team.pk)) == BUILT_IN
    save(team, TIME_ALONE, by=dai)

    assert queries.weights(queries.own(team.pk)) == TIME_ALONE
    assert queries.own(factories.team().pk) is None


def test_change_retires_the_version_before_it(team, dai):
    save(team, TIME_ALONE, by=dai)
    save(team, BUILT_IN, by=dai, seen=1, now=LATER)

    assert rows() == [(1, TIME_ALONE, dai, NOW, LATER), (2, BUILT_IN, dai, LATER, None)]
    assert trail() == [{"version": [0, 1]}, {"version": [1, 2]}]


def test_same_weights_again_make_no_version(team, dai):
    assert save(team, TIME_ALONE, by=dai) == save(team, TIME_ALONE, by=dai)
    assert len(rows()) == len(trail()) == 1


@pytest.mark.parametrize("seen", [0, 2])
def test_change_of_who_saw_another_version_is_a_conflict(team, dai, seen):
    save(team, TIME_ALONE, by=dai)
    with pytest.raises(Conflict):
        save(team, BUILT_IN, by=dai, seen=seen)

    assert rows() == [(1, TIME_ALONE, dai, NOW, None)]


@pytest.mark.parametrize("weights", [NONE, NONE | {"checked": Weight(0)}])
def test_at_least_one_rule_counts(team, dai, weights):
    with pytest.raises(InvalidMove):
        save(team, weights, by=dai)

    assert rows() == []


def test_go_back_lets_the_built_in_ones_count_and_numbers_go_on(team, dai):
    save(team, TIME_ALONE, by=dai)
    with pytest.raises(Conflict):
        score_rules.go_back(team=team, seen_version=7, actor=dai, now=LATER)
    score_rules.go_back(team=team, seen_version=1, actor=dai, now=LATER)
    score_rules.go_back(team=team, seen_version=1, actor=dai, now=LATER)

    assert queries.own(team.pk) is None
    assert trail() == [{"version": [0, 1]}, {"version": [1, 0]}]
    assert save(team, TIME_ALONE, by=dai, now=LATER).version == 2


def test_round_keeps_which_rules_scored_it_and_what_each_gave(db):
    boundary = Boundary()
    factories.item(boundary.post, holder=boundary.ada)
    version = save(boundary.post.team, TIME_ALONE, by=boundary.dai)
    boundary.submit(boundary.open())
    save(boundary.post.team, BUILT_IN, by=boundary.dai, seen=1, now=LATER)

    round_ = Round.objects.get()
    assert (round_.score, round_.score_rules) == (80, version)
    assert round_.score_parts == [
        {"code": "key_time", "got": 40, "points": 40},
        {"code": "checked", "got": 0, "points": 10},
    ]
    assert [(rule.got, rule.points, rule.is_met) for rule in score.as_kept(round_.score_parts)] == [
        (40, 40, True),
        (0, 10, False),
    ]


def test_round_scored_by_the_built_in_rules_names_no_version(db):
    boundary = Boundary()
    boundary.submit(boundary.open())

    round_ = Round.objects.get()
    assert (round_.score_rules, round_.score) == (None, sum(part["got"] for part in round_.score_parts))
    assert [part["code"] for part in round_.score_parts] == list(BUILT_IN)


def test_trial_compares_rule_by_rule_on_the_worked_example(db):
    trial = queries.trial(None, before=BUILT_IN, after=TIME_ALONE)

    assert (trial.before, trial.after) == (67, 92)
    sentence = str(score.SENTENCES["checked"])
    row = next(row for row in trial.rows if row[0] == sentence)
    assert [(rule.got, rule.points) for rule in row[1:]] == [(6, 10), (6, 10)]
    off = next(row for row in trial.rows if row[0] == str(score.SENTENCES["told"]))
    assert (off[1].points, off[2]) == (10, None)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seen", [0, 1])
def test_change_by_two_at_once_is_of_one_of_them(seen):
    team = factories.team()
    dai, eva = (factories.member(team, Role.SUPERVISOR, name=name) for name in ("Dai", "Eva"))
    if seen:
        save(team, NONE | {"told": Weight(1)}, by=dai)
    refused = at_once(
        lambda: save(team, TIME_ALONE, by=dai, seen=seen), lambda: save(team, BUILT_IN, by=eva, seen=seen)
    )

    assert refused == [Conflict]
    assert ScoreRules.objects.filter(retired_at__isnull=True).count() == 1
