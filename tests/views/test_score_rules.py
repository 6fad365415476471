"""The pages of the score's rules: changed with a preview, versions, and the record explained by its own."""

import pytest
from django.urls import reverse

from handover.models import ScoreRules
from handover.queries import score
from handover.queries.score import BUILT_IN, Weight
from handover.services import score_rules
from tests import factories
from tests.boundary import Desk
from tests.factories import Role
from tests.office import Office, text

pytestmark = pytest.mark.django_db
TOLD_ALONE = {code: Weight(weight.points, code == "told") for code, weight in BUILT_IN.items()}


@pytest.fixture
def desk(client):
    desk = Desk()
    client.force_login(desk.dai)
    return desk


def address(desk, name: str = "score_rules_edit") -> str:
    return reverse(name, args=[desk.team.pk])


def typed(weights, *, seen=0, **more) -> dict:
    data = {"seen_version": seen, "tried_on": "example"}
    for code, weight in weights.items():
        data[f"{code}_points"] = weight.points
        if weight.is_on:
            data[f"{code}_on"] = "on"
    return data | more


def saved() -> list[tuple]:
    return [(row.version, score.load(row.rules)) for row in ScoreRules.objects.order_by("pk")]


def test_editor_begins_with_what_counts(client, desk):
    answer = client.get(address(desk))
    rows = answer.context["form"].rows()

    assert [points.value() for _on, points in rows] == [weight.points for weight in BUILT_IN.values()]
    assert all(on.value() for on, _points in rows)
    assert "It scores 67 out of 100." in text(answer)


def test_saving_makes_a_version(client, desk):
    answer = client.post(address(desk), typed(TOLD_ALONE))

    assert answer.url == address(desk, "score_rules_history")
    assert saved() == [(1, TOLD_ALONE)]


def test_preview_says_what_it_would_score_and_saves_nothing(client, desk):
    answer = client.post(address(desk), typed(TOLD_ALONE, preview="1"))

    assert "It would score 50 instead of 67, out of 100." in text(answer)
    assert saved() == []


def test_preview_on_a_draft_of_the_team(client, desk):
    desk.item(holder=desk.ada)
    answer = client.post(address(desk), typed(TOLD_ALONE, preview="1", tried_on=desk.handover.pk))

    assert answer.context["form"].draft() == desk.handover
    assert answer.context["trial"].after == 100  # nothing urgent, so nothing to be told


def test_draft_of_another_team_is_no_choice(client, desk):
    other = Desk()
    answer = client.post(address(desk), typed(TOLD_ALONE, preview="1", tried_on=other.handover.pk))

    assert set(answer.context["form"].errors) == {"tried_on"}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"told_points": "101"}, {"told_points"}),
        ({"told_points": "-1"}, {"told_points"}),
        ({"told_points": "1.5"}, {"told_points"}),
        ({"told_points": ""}, {"told_points"}),
        ({"told_points": "0"}, {"__all__"}),
        ({"told_on": ""}, {"__all__"}),
    ],
)
def test_what_was_typed_stays_where_something_is_wrong(client, desk, changes, errors):
    answer = client.post(address(desk), typed(TOLD_ALONE) | changes)

    form = answer.context["form"]
    assert set(form.errors) == errors
    assert {name: form[name].value() for name in changes if name.endswith("points")} == {
        name: value for name, value in changes.items() if name.endswith("points")
    }
    assert saved() == []


def test_two_writers_see_that_the_other_was_first_and_keep_their_own(client, desk):
    eva = factories.member(desk.team, Role.SUPERVISOR, name="Eva")
    score_rules.change(team=desk.team, weights=BUILT_IN, seen_version=0, actor=eva, now=desk.now)

    answer = client.post(address(desk), typed(TOLD_ALONE))
    assert "Somebody else has changed these rules meanwhile." in text(answer)
    assert answer.context["form"]["seen_version"].value() == "1"
    client.post(address(desk), typed(TOLD_ALONE, seen=1))

    assert saved() == [(1, BUILT_IN), (2, TOLD_ALONE)]


def test_versions_stay_readable_and_the_built_in_rules_come_back(client, desk):
    client.post(address(desk), typed(TOLD_ALONE))
    page = text(client.get(address(desk, "score_rules_history")))
    assert ("Version 1" in page, "Built-in rules" in page, "Go back to these rules" in page) == (True,) * 3

    client.post(address(desk, "score_rules_go_back"), {"seen_version": "1"})
    page = client.get(address(desk, "score_rules_history"))
    assert page.context["own"] is None
    assert "Version 1" in text(page)


def test_leader_reads_the_versions_and_changes_nothing(client, desk):
    client.force_login(factories.member(desk.team, leads=desk.post))

    page = text(client.get(address(desk, "score_rules_history")))
    assert ("Built-in rules" in page, "Change the rules" in page) == (True, False)
    assert client.post(address(desk), typed(TOLD_ALONE)).status_code == 403


def test_draft_is_scored_by_the_rules_of_its_team(client, desk):
    client.post(address(desk), typed(TOLD_ALONE))
    client.force_login(desk.ada)
    pages = [client.get(f"{desk.address}{page}/").context for page in ("edit", "sign")]

    codes = [[shown.rule.code for shown in found] for found in (pages[0]["page"].scores, pages[1]["scores"])]
    assert codes == [["told"], ["told"]]


def test_record_stays_explained_by_the_rules_of_its_time(client):
    office = Office(client)
    before = office.get(office.address, by=office.bo)
    score_rules.change(team=office.team, weights=TOLD_ALONE, seen_version=0, actor=office.dai, now=office.now)
    after = office.get(office.address, by=office.bo)

    found = [[(rule.code, rule.got) for rule in each.context["page"].scores] for each in (before, after)]
    assert found[0] == found[1]
    assert len(found[1]) == len(BUILT_IN)
    assert "By the built-in rules, in force when it was signed." in text(after)
