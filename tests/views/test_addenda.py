"""What is added to a signed record is bound to all that was signed before it."""

import json

import pytest

from handover import canonical
from handover.models import Addendum
from tests import factories
from tests.boundary import Desk

pytestmark = pytest.mark.django_db
TEXT = "The fax came."


@pytest.fixture
def desk(client):
    """A handover that Ada has submitted."""
    desk = Desk()
    client.force_login(desk.ada)
    send(client, f"{desk.address}sign/")
    desk.handover.refresh_from_db()
    return desk


def seen_at(client, address) -> str:
    return client.get(address).context["form"].initial["seen"]


def send(client, address, *, seen="", password=factories.PASSWORD, **typed):
    return client.post(address, {"seen": seen or seen_at(client, address), "password": password, **typed})


def test_addendum_is_signed_and_the_record_stays(client, desk):
    before = desk.handover.rounds.get().text.text
    address = f"{desk.address}add/"

    wrong = send(client, address, text=TEXT, password="wrong wrong wrong")
    added = send(client, address, text=TEXT)

    assert wrong.context["form"].errors["password"]
    assert TEXT in wrong.content.decode()
    assert added.status_code == 302
    assert TEXT in client.get(desk.address).content.decode()
    assert desk.handover.rounds.get().text.text == before


def test_addendum_to_what_its_author_has_not_seen_is_refused_and_the_text_stays(client, desk):
    address = f"{desk.address}add/"
    seen = seen_at(client, address)
    client.force_login(desk.bo)
    send(client, f"{desk.address}confirm/")
    client.force_login(desk.ada)

    refused = send(client, address, seen=seen, text=TEXT)
    page = refused.content.decode()
    assert (refused.status_code, Addendum.objects.count()) == (409, 0)
    assert refused.context["form"]["text"].value() == TEXT
    assert "Something was signed while you were writing" in page
    assert desk.bo.display_name in page  # what came between

    again = send(client, address, seen=refused.context["form"]["seen"].value(), text=TEXT)

    addendum = Addendum.objects.get()
    signed = desk.handover.sign_offs.exclude(pk=addendum.sign_off_id).order_by("signed_at", "pk")
    content = json.loads(addendum.sign_off.text.text)
    assert again.status_code == 302
    assert content["adds_to"] == list(signed.values_list("text_id", flat=True))
    assert canonical.sha256(addendum.sign_off.text.text) == addendum.sign_off.text_id


def test_addendum_sent_twice_is_one_though_the_first_came_between(client, desk):
    address = f"{desk.address}add/"
    seen = seen_at(client, address)

    answers = [send(client, address, seen=seen, text=TEXT).status_code for _click in range(2)]

    assert (answers, Addendum.objects.count()) == ([302, 302], 1)


def test_addendum_without_the_hash_of_what_was_seen_is_refused(client, desk):
    address = f"{desk.address}add/"

    answer = client.post(address, {"text": TEXT, "password": factories.PASSWORD})

    assert list(answer.context["form"].errors) == ["seen"]
    assert Addendum.objects.count() == 0
