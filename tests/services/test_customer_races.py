"""Two people at the same customer at once: one wins, the other is told, and nothing is written twice."""

import pytest

from handover.errors import Conflict, HandoverError
from handover.models import Customer, Event
from handover.services import customers
from handover.services.customers import CustomerFacts
from tests import factories
from tests.factories import NOW
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def facts_of(customer: Customer, **changes: str) -> CustomerFacts:
    return CustomerFacts(**{name: getattr(customer, name) for name in Customer.FACTS} | changes)


def test_an_edit_by_two_at_once_is_made_once():
    customer = factories.customer()
    people = [factories.member(customer.team) for _ in range(2)]
    seen = [Customer.objects.get(pk=customer.pk) for _ in people]

    refused = at_once(
        *(
            lambda view=view, person=person: customers.edit(
                customer=view,
                facts=facts_of(view, phone=str(person.pk)),
                version=1,
                actor=person,
                now=NOW,
            )
            for view, person in zip(seen, people, strict=True)
        )
    )

    customer.refresh_from_db()
    edit = Event.objects.get(customer=customer, verb=Event.Verb.CUSTOMER_EDITED)
    assert (refused, customer.version) == ([Conflict], 2)
    assert customer.phone == str(edit.actor_id)


def test_the_same_id_given_by_two_at_once_makes_one_customer():
    team = factories.team()
    people = [factories.member(team) for _ in range(2)]

    refused = at_once(
        *(
            lambda person=person: customers.create(
                team=team,
                facts=CustomerFacts(name=person.display_name, code="C1", need="none"),
                actor=person,
                now=NOW,
            )
            for person in people
        )
    )

    assert refused == [HandoverError]
    assert Event.objects.get(verb=Event.Verb.CUSTOMER_CREATED).customer == Customer.objects.get()
