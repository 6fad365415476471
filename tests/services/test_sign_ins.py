from typing import Any

import pytest
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from handover.models import Event
from tests import factories

pytestmark = pytest.mark.django_db

Verb = Event.Verb


def trail(person: User) -> list[tuple[Any, ...]]:
    rows = Event.objects.filter(person=person).order_by("pk")
    return list(rows.values_list("verb", "actor", "team", "data"))


def test_signing_in_and_out_stands_in_the_trail_of_each_team(client: Client) -> None:
    first, second = factories.team("A"), factories.team("B")
    person = factories.member(first)
    factories.membership(person, second)
    factories.member(first)

    client.post("/login/", {"username": person.username, "password": factories.PASSWORD})
    client.post("/logout/")

    data = {"address": "127.0.0.1"}
    assert trail(person) == [
        (Verb.SIGNED_IN, person.pk, first.pk, data),
        (Verb.SIGNED_IN, person.pk, second.pk, data),
        (Verb.SIGNED_OUT, person.pk, first.pk, data),
        (Verb.SIGNED_OUT, person.pk, second.pk, data),
    ]


def test_password_changes_stand_in_the_trail_without_the_password() -> None:
    administrator, person = factories.administrator(), factories.user()

    accounts.reset_password(user=person, actor=administrator, address="192.0.2.7")
    accounts.set_own_password(user=person, password="new horse battery", address="192.0.2.8")

    assert trail(person) == [
        (
            Verb.PERSON_CHANGED,
            administrator.pk,
            None,
            {"address": "192.0.2.7", "changes": {"password": ["", "reset"]}},
        ),
        (
            Verb.PERSON_CHANGED,
            person.pk,
            None,
            {"address": "192.0.2.8", "changes": {"password": ["", "changed"]}},
        ),
    ]
