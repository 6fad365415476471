"""The live list as a page: filters in its address, the same number of queries however long it is."""

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.models import Kind
from handover.queries import item_list
from tests import factories
from tests.counting import queries_of
from tests.factories import Role

pytestmark = pytest.mark.django_db
LIST = "/items/"


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def agent(client, desk):
    """Signed in and on duty."""
    person = factories.agent_on_duty(desk, now=timezone.now(), name="Amy")
    client.force_login(person)
    return person


def shown(response) -> list[int]:
    return [row["id"] for row in response.context["page"].rows]


def test_list_opens_with_the_post_of_the_duty(client, desk, agent) -> None:
    factories.post(desk.team, "Back")
    item = factories.item(desk)

    response = client.get(LIST)

    assert (response.context["place"].name, shown(response)) == ("Front", [item.pk])


def test_list_takes_its_filters_from_the_address_and_shows_them(client, desk, agent) -> None:
    urgent = factories.item(desk, kind=Kind.URGENT)
    factories.item(desk)

    response = client.get(LIST, {"place": desk.pk, "kind": "urgent"})

    assert shown(response) == [urgent.pk]
    assert '<option value="urgent" selected>' in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "nonsense"},
        {"stage": "closed"},
        {"holder": "99999999"},
        {"place": "team-x"},
        {"place": "-1"},
        {"after": "nonsense"},
        {"after": "20260101T000000.000000-99999999999999999999"},
        {"order": "0"},
    ],
)
def test_list_with_a_made_up_address_falls_back(client, desk, agent, query: dict[str, str]) -> None:
    item = factories.item(desk)

    assert shown(client.get(LIST, query)) == [item.pk]


def test_list_of_a_foreign_post_falls_back_to_the_own(client, desk, agent) -> None:
    foreign = factories.item()

    response = client.get(LIST, {"place": foreign.post_id})

    assert (response.context["place"].name, shown(response)) == ("Front", [])


def test_list_off_duty_says_so_and_shows_what_is_held(client, desk) -> None:
    person = factories.member(desk.team)
    held = factories.item(desk, holder=person)
    factories.item(desk)
    client.force_login(person)

    response = client.get(LIST)

    assert shown(response) == [held.pk]
    assert "You are off duty: only what you hold yourself is shown." in response.content.decode()


@pytest.mark.parametrize("query", ["", "?order=newest", "?holder=queue&overdue=1&need=1&kind=urgent"])
def test_list_asks_as_often_for_one_as_for_thirty(client, desk, agent, query: str) -> None:
    factories.item(desk)
    for_one = queries_of(client, LIST + query)
    for _number in range(29):
        factories.item(desk, holder=factories.member(desk.team))

    assert queries_of(client, LIST + query) == for_one
    assert for_one <= 9  # one of them for the header


def test_next_page_keeps_the_filters(client, desk, agent, monkeypatch) -> None:
    monkeypatch.setattr(item_list, "PAGE", 1)
    first, second = factories.item(desk, kind=Kind.URGENT), factories.item(desk, kind=Kind.URGENT)
    factories.item(desk)

    page = client.get(LIST, {"kind": "urgent"})
    following = client.get(page.context["older_url"])

    assert (shown(page), shown(following)) == ([first.pk], [second.pk])
    assert following.context["older_url"] == ""
    assert following.context["newer_url"] == f"{LIST}?kind=urgent"


def test_list_part_for_the_script_is_the_part_alone(client, desk, agent) -> None:
    item = factories.item(desk)

    text = client.get(LIST, headers={"X-Live": "1"}).content.decode()

    assert f"item-{item.pk}" in text
    assert "<html" not in text


def test_version_is_that_of_the_page(client, desk, agent) -> None:
    factories.item(desk)

    page = client.get(LIST)
    version = client.get(reverse("item_list_version"))

    assert version.content.decode() == page.context["version"]


def test_sent_is_empty_off_duty(client, desk) -> None:
    client.force_login(factories.member(desk.team))

    response = client.get(reverse("item_sent"))

    assert (response.status_code, response.context["place"]) == (200, None)


def test_auditor_reads_and_is_offered_no_new_item(client, desk) -> None:
    factories.item(desk)
    client.force_login(factories.member(desk.team, Role.AUDITOR))

    response = client.get(LIST)

    assert (len(shown(response)), response.context["may_create"]) == (1, False)
