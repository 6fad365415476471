import pytest

from handover.models import Customer
from handover.queries import customers, duty
from handover.services import customers as services
from handover.services.customers import CustomerFacts
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def access(desk):
    return duty.access(factories.agent_on_duty(desk), NOW)


def names(found: list[Customer]) -> list[str]:
    return [customer.name for customer in found]


@pytest.mark.parametrize("text", ["王", "秀英", "C-77", "c-7", "1380", "138 00", "王秀英"])
def test_matches_by_name_id_and_start_of_phone(desk, access, text: str) -> None:
    factories.customer(desk.team, "王秀英", code="C-77", phone="13800138000")
    factories.customer(desk.team, "Other", code="X-1", phone="999")

    assert names(customers.matches(access, desk.team_id, text)) == ["王秀英"]


def test_matches_never_show_another_team(desk, access) -> None:
    factories.customer(name="王秀英", code="C-77", phone="13800138000")

    assert [customers.matches(access, desk.team_id, text) for text in ("王", "C-77", "138")] == [[], [], []]


def test_matches_are_empty_off_duty(desk) -> None:
    factories.customer(desk.team, "王秀英")
    access = duty.access(factories.member(desk.team), NOW)

    assert customers.matches(access, desk.team_id, "王") == []


def test_matches_put_the_exact_one_first_and_stop_at_the_limit(desk, access) -> None:
    exact = factories.customer(desk.team, "Exact", code="C1")
    for number in range(12):
        factories.customer(desk.team, f"Near {number}", code=f"C1{number:02}")

    found = customers.matches(access, desk.team_id, "C1")

    assert (found[0], len(found)) == (exact, customers.MATCHES)


def test_resolve_takes_the_only_match_and_never_guesses(desk, access) -> None:
    wang = factories.customer(desk.team, "Wang Wei", code="C1", phone="111222")
    factories.customer(desk.team, "Wang Min", code="C12", phone="111333")

    answers = [customers.resolve(access, desk.team_id, text) for text in ("C1", "111222", "Wei", "Wang", "")]

    assert answers == [wang, wang, wang, None, None]


def test_listing_pages_without_gaps_or_repeats(access, desk, monkeypatch) -> None:
    monkeypatch.setattr(customers, "PAGE", 2)
    made = [factories.customer(desk.team) for _number in range(5)]

    seen, after = [], ""
    while True:
        page = customers.listing(access, text="", after=after)
        seen += [row["id"] for row in page.rows]
        after = page.after
        if not after:
            break

    assert seen == [customer.pk for customer in reversed(made)]


def test_compare_keeps_mine_and_takes_what_only_the_other_changed(desk) -> None:
    customer = factories.customer(desk.team, "Li", phone="111", advice="call late")
    before = {name: getattr(customer, name) for name in Customer.FACTS}
    theirs = before | {"phone": "222", "advice": "call early", "need": "text_only"}
    other = factories.member(desk.team, name="Zhao")
    services.edit(customer=customer, facts=CustomerFacts(**theirs), version=1, actor=other, now=NOW)

    difference = customers.compare(customer, 1, before | {"phone": "333", "contact": "mail"})

    assert difference.merged == theirs | {"phone": "333", "contact": "mail"}
    assert difference.both == [customers.TwoTexts("phone", "222", "333")]
    assert (difference.by, difference.at) == ("Zhao", NOW)
