"""The item form helps on: who is not found, and by when something urgent is due."""

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.models import Customer, PendingItem
from tests import factories

from .test_items import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk, now=timezone.now())


@pytest.mark.parametrize(
    ("text", "field"), [("Wang Wei", "name"), ("+86 138-0000-1111", "phone"), ("C 17", "name")]
)
def test_create_carries_who_is_not_known_into_the_new_customer(client, desk, agent, text, field):
    client.force_login(agent)
    form = typed(desk, customer=text)

    answer = client.post(reverse("item_create"), form)
    new = answer.context["new_customer"]
    carried = {f"new-{name}": new[name].value() or "" for name in new.fields}
    said = {"new-need": Customer.Need.NONE, "new-name": carried["new-name"] or "Wang Wei"}
    client.post(reverse("item_create"), form | carried | said)

    assert new[field].value() == text
    assert (new["need"].value(), new["need"].errors) == ("", [])
    assert '<details class="mb-3" id="new-customer" open>' in answer.content.decode()
    assert list(answer.context["form"].errors) == ["customer"]
    assert PendingItem.objects.get().customer.need == Customer.Need.NONE
    assert Customer.objects.count() == 2


def test_create_with_a_slip_in_the_search_mended_takes_who_is_known(client, desk, agent):
    client.force_login(agent)
    form = typed(desk)
    new = client.post(reverse("item_create"), form | {"customer": "Chon Li"}).context["new_customer"]
    carried = {f"new-{name}": new[name].value() or "" for name in new.fields}

    client.post(reverse("item_create"), form | carried)

    assert new["name"].value() == "Chon Li"
    assert PendingItem.objects.get().customer.code == form["customer"]
    assert Customer.objects.count() == 1


def test_create_offers_an_urgent_item_a_time_within_its_half_hour(client, desk, agent):
    client.force_login(agent)

    first = client.get(reverse("item_create")).context["form"].fields["key_at_preset"].choices[0]
    client.post(reverse("item_create"), typed(desk, key_at_preset="half_hour"))

    item = PendingItem.objects.get()
    assert first == ("half_hour", "In 30 minutes")
    assert item.key_at <= item.clocks.get(kind="response").due_at
