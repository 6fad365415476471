"""The list of disputes: whose they are, what waits first, and the figures that lead to what they count."""

from datetime import timedelta

import pytest

from handover.models import Dispute
from handover.queries.weeks import week_of
from handover.services import disputes
from handover.services.disputes import Rule
from tests import factories
from tests.factories import Role
from tests.office import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    return Office(client)


# --- The list and its figures -----------------------------------------------------------------------
def test_list_shows_agents_their_own_and_supervisors_all(office):
    dispute = office.dispute()
    colleague = factories.agent_on_duty(factories.post(office.team), now=office.now)
    found = {
        person.display_name: [
            row.dispute.pk for row in office.get("/disputes/", by=person).context["page"].open
        ]
        for person in (office.ada, office.bo, office.dai, colleague)
    }

    assert found == {
        "Ada": [dispute.pk],
        "Bo": [dispute.pk],
        "Dai": [dispute.pk],
        colleague.display_name: [],
    }


def test_list_has_open_ones_first_and_rules_that_wait(office):
    first = office.dispute()
    office.settle(first, rule=Rule("Tell refunds orally.", office.now.date(), office.ada))
    second = office.dispute(line=None)
    page = office.get("/disputes/", by=office.dai).context["page"]

    assert [[row.dispute for row in rows] for rows in (page.open, page.settled, page.rules)] == [
        [second],
        [first],
        [first],
    ]
    disputes.finish_rule(dispute=first, actor=office.ada, now=office.now)
    assert office.get("/disputes/", by=office.dai).context["page"].rules == []


def test_figures_count_by_week_and_post_and_lead_to_what_they_count(office):
    office.settle(office.dispute(), now=office.now + timedelta(hours=2))
    office.settle(office.dispute(cause="told"), verdict="outgoing", now=office.now + timedelta(hours=1))
    office.dispute(line=None, cause="told")
    figures = office.get("/disputes/", by=office.dai).context["figures"]

    assert [(row.post, row.raised.number, row.median) for row in figures] == [
        (office.post.name, 3, "1 h 30 min")
    ]
    row = figures[0]
    counts = {
        name: {figure.label: figure.number for figure in getattr(row, name)}
        for name in ("states", "causes", "verdicts")
    }
    assert counts == {
        "states": {"Open": 1, "Decided": 2},
        "causes": {"what is written is wrong or missing": 1, "what was told orally": 2},
        "verdicts": {"for the outgoing shift": 1, "for the incoming shift": 1},
    }
    for figure in (row.raised, *row.states, *row.causes, *row.verdicts):
        page = office.get(figure.url, by=office.dai).context["page"]
        assert len(page.open) + len(page.settled) == figure.number, figure


def test_figures_count_in_the_weeks_of_the_team_whoever_reads(office):
    week = week_of(office.team, office.now)
    office.dispute(now=week.starts_at - timedelta(minutes=1))
    office.dispute(line=None, now=week.starts_at + timedelta(minutes=1))
    office.dai.time_zone = "Pacific/Kiritimati"
    office.dai.save(update_fields=["time_zone"])

    figures = office.get("/disputes/", by=office.dai).context["figures"]

    assert [(row.week, row.raised.number) for row in figures] == [
        (week.monday, 1),
        (week.monday - timedelta(days=7), 1),
    ]
    for row in figures:
        page = office.get(row.raised.url, by=office.dai).context["page"]
        assert len(page.open) + len(page.settled) == 1


def test_agents_have_no_figures_and_other_teams_are_not_counted(office):
    office.dispute()
    other = factories.member(factories.team(), Role.SUPERVISOR)

    assert office.get("/disputes/", by=office.bo).context["figures"] == []
    assert office.get("/disputes/", by=other).context["figures"] == []


@pytest.mark.parametrize(
    "query",
    ["state=x", "cause=x&verdict=x", "post=x", "post=99999999999", "week=x", "week=0001-01-01", "before=x"],
)
def test_addresses_that_somebody_made_up_are_harmless(office, query):
    assert office.get(f"/disputes/?{query}", by=office.dai).status_code == 200


def test_list_goes_on_page_by_page(office):
    for number in range(33):
        office.settle(office.dispute(now=office.now + timedelta(seconds=number)))
    answer = office.get("/disputes/", by=office.dai)
    rest = office.get(f"/disputes/{answer.context['older_url']}", by=office.dai)

    shown = [[row.dispute.pk for row in each.context["page"].settled] for each in (answer, rest)]
    newest = list(Dispute.objects.order_by("-raised_at", "-pk").values_list("pk", flat=True))
    assert shown == [newest[:30], newest[30:]]


@pytest.mark.parametrize("count", [1, 20])
def test_list_asks_as_much_for_many_as_for_one(office, count, django_assert_num_queries):
    for _number in range(count):
        office.settle(office.dispute())
    office.client.force_login(office.dai)
    office.client.get("/handovers/")

    with django_assert_num_queries(14):
        office.client.get("/disputes/")
