import pytest

from handover.errors import Conflict, HandoverError
from handover.models import Customer, Event, UnknownFact
from handover.services import customers
from handover.services.customers import CustomerFacts
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def facts_of(customer: Customer, **changes: str) -> CustomerFacts:
    return CustomerFacts(**{name: getattr(customer, name) for name in Customer.FACTS} | changes)


def events_of(customer: Customer) -> list[tuple]:
    rows = Event.objects.filter(customer=customer).order_by("pk")
    return [(event.verb, event.actor, event.team, event.data) for event in rows]


def test_create_keeps_the_facts_and_a_trail() -> None:
    team = factories.team()
    actor = factories.member(team)
    facts = CustomerFacts(name="王秀英", code="C1", phone="13800138000", need="text_only")

    customer = customers.create(team=team, facts=facts, actor=actor, now=NOW)

    customer.refresh_from_db()
    assert (customer.name, customer.code, customer.phone, customer.need, customer.version) == (
        "王秀英",
        "C1",
        "13800138000",
        "text_only",
        1,
    )
    changes = {
        "name": ["", "王秀英"],
        "code": ["", "C1"],
        "phone": ["", "13800138000"],
        "customer_class": ["", "registered"],
        "need": ["", "text_only"],
    }
    assert events_of(customer) == [
        (Event.Verb.CUSTOMER_CREATED, actor, team, {"version": 1, "changes": changes})
    ]


def test_create_without_an_id_gives_one() -> None:
    team = factories.team()

    customer = customers.create(
        team=team, facts=CustomerFacts(name="Li", need="none"), actor=factories.member(team), now=NOW
    )

    assert customer.code.startswith("NEW-")
    assert len(customer.code) == 10


def test_create_twice_makes_one_customer() -> None:
    team = factories.team()
    actor = factories.member(team)
    facts = CustomerFacts(name="Li", code="C1", need="none")
    customers.create(team=team, facts=facts, actor=actor, now=NOW)

    with pytest.raises(HandoverError) as raised:
        customers.create(team=team, facts=facts, actor=actor, now=NOW)

    assert raised.value.sentence == "Another customer has the ID “C1” already."
    assert Customer.objects.count() == 1


def test_the_same_id_in_two_teams_is_two_customers() -> None:
    factories.customer(code="C1")
    team = factories.team()

    customers.create(
        team=team,
        facts=CustomerFacts(name="Li", code="C1", need="none"),
        actor=factories.member(team),
        now=NOW,
    )

    assert Customer.objects.filter(code="C1").count() == 2


def test_edit_writes_what_differs_with_old_and_new_values() -> None:
    customer = factories.customer(name="Li", phone="111")
    actor = factories.member(customer.team)

    customers.edit(customer=customer, facts=facts_of(customer, phone="222"), version=1, actor=actor, now=NOW)

    customer.refresh_from_db()
    assert (customer.phone, customer.version, customer.changed_at) == ("222", 2, NOW)
    data = {"version": 2, "changes": {"phone": ["111", "222"]}}
    assert events_of(customer) == [(Event.Verb.CUSTOMER_EDITED, actor, customer.team, data)]


def test_edit_without_a_change_leaves_no_trace() -> None:
    customer = factories.customer()

    changes = customers.edit(
        customer=customer,
        facts=facts_of(customer),
        version=1,
        actor=factories.member(customer.team),
        now=NOW,
    )

    customer.refresh_from_db()
    assert (changes, customer.version, events_of(customer)) == ({}, 1, [])


def test_edit_of_an_older_version_is_a_conflict() -> None:
    customer = factories.customer(phone="111")
    first, second = factories.member(customer.team), factories.member(customer.team)
    typed = facts_of(customer, phone="333")
    customers.edit(customer=customer, facts=facts_of(customer, phone="222"), version=1, actor=first, now=NOW)

    with pytest.raises(Conflict):
        customers.edit(customer=customer, facts=typed, version=1, actor=second, now=NOW)

    customer.refresh_from_db()
    assert customer.phone == "222"


def test_edit_by_two_at_once_lets_one_win() -> None:
    customer = factories.customer(phone="111")
    actor = factories.member(customer.team)
    loaded_before = Customer.objects.get(pk=customer.pk)
    customers.edit(customer=customer, facts=facts_of(customer, phone="222"), version=1, actor=actor, now=NOW)

    with pytest.raises(Conflict):
        customers.edit(
            customer=loaded_before,
            facts=facts_of(loaded_before, phone="333"),
            version=1,
            actor=actor,
            now=NOW,
        )

    customer.refresh_from_db()
    assert (customer.phone, len(events_of(customer))) == ("222", 1)


def test_edit_to_the_id_of_another_is_refused() -> None:
    other = factories.customer(code="C1")
    customer = factories.customer(other.team, code="C2")

    with pytest.raises(HandoverError):
        customers.edit(
            customer=customer,
            facts=facts_of(customer, code="C1"),
            version=1,
            actor=factories.member(customer.team),
            now=NOW,
        )

    customer.refresh_from_db()
    assert (customer.code, customer.version) == ("C2", 1)


def test_edit_that_answers_the_need_settles_it_on_imported_items() -> None:
    desk = factories.post()
    customer = factories.customer(desk.team, need=Customer.Need.UNKNOWN)
    item = factories.item(
        desk, customer=customer, unknown_facts=[UnknownFact.NEED.value, UnknownFact.KEY_TIME.value]
    )

    customers.edit(
        customer=customer,
        facts=facts_of(customer, need="none"),
        version=1,
        actor=factories.member(desk.team),
        now=NOW,
    )

    item.refresh_from_db()
    assert item.unknown_facts == [UnknownFact.KEY_TIME]
