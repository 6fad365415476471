from datetime import timedelta

import pytest
from django.test import Client

from handover.models import Event
from handover.services import items
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_an_entry_says_from_where_it_was_done(client: Client) -> None:
    person = factories.member(factories.team())
    typed = {"username": person.username, "password": factories.PASSWORD}

    client.post("/login/", typed, REMOTE_ADDR="192.0.2.7")
    client.post("/logout/", REMOTE_ADDR="2001:db8::7")

    assert list(Event.objects.order_by("pk").values_list("verb", "address")) == [
        (Event.Verb.SIGNED_IN, "192.0.2.7"),
        (Event.Verb.SIGNED_OUT, "2001:db8::7"),
    ]


def test_what_the_program_does_by_itself_comes_from_nowhere(client: Client) -> None:
    item = factories.item()
    client.get("/login/")  # a request that has been answered is none any more

    person, later = factories.member(item.team), NOW + timedelta(minutes=1)
    items.call_again(
        item=item, text="Asked where it is.", channel="phone", emotion="", actor=person, now=later
    )

    assert list(Event.objects.values_list("verb", "address")) == [(Event.Verb.CALLED_AGAIN, None)]
