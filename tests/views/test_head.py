"""HEAD asks for what GET would answer: monitors and link checkers use it."""

from copy import deepcopy

import pytest
from django.db import transaction
from django.test import Client

from tests.world import World, routes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["anonymous", "agent", "receiver", "administrator", "stranger"])
def test_every_address_answers_head_as_get(role):
    world = World()
    client = Client(raise_request_exception=False)
    if person := world.person(role):
        client.force_login(person)
    signed_in = deepcopy(client.cookies)
    answers = {"get": {}, "head": {}}
    for name, route in routes().items():
        for method, found in answers.items():
            client.cookies = deepcopy(signed_in)
            with transaction.atomic():
                answer = getattr(client, method)(world.path_of(route))
                transaction.set_rollback(True)
            found[name] = (answer.status_code, answer.headers.get("Location"))

    assert answers["head"] == answers["get"]
    assert {name: status for name, (status, _to) in answers["get"].items() if status >= 500} == {}


def test_first_set_up_is_where_head_leads_too(client):
    assert [client.get("/login/")["Location"], client.head("/login/")["Location"]] == ["/setup/", "/setup/"]
