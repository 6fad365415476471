"""What the box at the top finds, and for whom."""

import pytest
from django.utils import timezone

from handover.services import customers, search
from handover.services.customers import CustomerFacts
from tests import factories
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
SEARCH = "/search/"


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(client, desk):
    """Signed in and on duty."""
    person = factories.agent_on_duty(desk, now=timezone.now())
    client.force_login(person)
    return person


def indexed(desk, **fields):
    item = factories.item(desk, **fields)
    search.index_item(item=item)
    return item


def found(response) -> list[int]:
    page = response.context["found"]
    return [row["id"] for row in [*page.exact, *page.rows]]


@pytest.mark.parametrize("text", ["王秀英", "C-77", "13800138000", "SO-4711", "仓库"])
def test_search_finds_by_name_id_phone_order_and_words(client, desk, agent, text: str) -> None:
    customer = factories.customer(desk.team, "王秀英", code="C-77", phone="13800138000")
    item = indexed(desk, customer=customer, order_ref="SO-4711", progress="已致电仓库")
    indexed(desk)

    assert found(client.get(SEARCH, {"q": text})) == [item.pk]


def test_search_finds_by_item_number(client, desk, agent) -> None:
    item = indexed(desk)

    assert found(client.get(SEARCH, {"q": f"#{item.pk}"})) == [item.pk]


def test_search_stays_inside_the_border(client, agent) -> None:
    foreign = factories.post()
    customer = factories.customer(foreign.team, "王秀英", code="C-77", phone="13800138000")
    item = indexed(foreign, customer=customer, order_ref="SO-4711")

    for text in ("王秀英", "C-77", "13800138000", "SO-4711", f"#{item.pk}"):
        response = client.get(SEARCH, {"q": text})
        assert (found(response), response.context["customers"]) == ([], [])


def test_search_off_duty_finds_what_is_held_alone(client, desk) -> None:
    person = factories.member(desk.team)
    customer = factories.customer(desk.team, "王秀英")
    held = indexed(desk, customer=customer, holder=person)
    indexed(desk, customer=customer)
    client.force_login(person)

    assert found(client.get(SEARCH, {"q": "王秀英"})) == [held.pk]


def test_search_finds_a_customer_without_items(client, desk, agent) -> None:
    customer = customers.create(
        team=desk.team, facts=CustomerFacts(name="王秀英", need="none"), actor=agent, now=timezone.now()
    )

    response = client.get(SEARCH, {"q": "秀英"})

    assert [row["id"] for row in response.context["customers"]] == [customer.pk]


def test_search_follows_a_changed_name(client, desk, agent) -> None:
    item = indexed(desk, customer=factories.customer(desk.team, "Old Name"))
    facts = {name: getattr(item.customer, name) for name in item.customer.FACTS} | {"name": "Neumann"}
    customers.edit(
        customer=item.customer,
        facts=CustomerFacts(**facts),
        version=1,
        actor=agent,
        now=timezone.now(),
    )

    assert found(client.get(SEARCH, {"q": "Neumann"})) == [item.pk]


def test_search_for_nothing_asks_for_words(client, agent) -> None:
    response = client.get(SEARCH)

    assert "What are you looking for?" in response.content.decode()


def test_search_shows_what_was_typed_as_text(client, agent) -> None:
    text = client.get(SEARCH, {"q": "<script>x</script>"}).content.decode()

    assert "<script>x" not in text


def test_search_asks_as_often_for_one_as_for_thirty(client, desk, agent) -> None:
    indexed(desk, order_ref="SO-4711")
    for_one = queries_of(client, f"{SEARCH}?q=4711")
    for _number in range(29):
        indexed(desk, order_ref="SO-4711")

    assert queries_of(client, f"{SEARCH}?q=4711") == for_one
