"""Every address, tried by every role with GET and POST; the answers stand in tests/data/access.txt."""

import re
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from handover.models import Reading
from handover.queries.trail_words import page_words
from tests.world import CANARY, CUSTOMER, World, routes

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).parent.parent / "data" / "access.txt"
ROLES, ANSWERS = [], {}
for _line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
    if _line.startswith("#"):
        ROLES = _line.removeprefix("#").split()
    else:
        _name, *_codes = _line.split()
        ANSWERS[_name] = [int(code) for code in _codes]
NO_WORDS = "--------"  # how an empty choice looks that nobody gave words
OUTSIDERS = {"anonymous", "disabled", "stranger", "other_supervisor"}
# Whose access was ended while they were signed in is nobody any more.
AS_OTHERS = {"disabled": "anonymous"}


def test_every_address_has_its_expected_answers():
    assert sorted(ANSWERS) == sorted(routes())


@pytest.mark.parametrize("role", [*ROLES, *AS_OTHERS])
def test_every_address_answers_the_role_as_expected(role):
    world = World()
    client = Client(raise_request_exception=False)
    if person := world.person(role):
        client.force_login(person)
    if role == "disabled":
        User.objects.filter(pk=person.pk).update(is_active=False)
    signed_in = deepcopy(client.cookies)
    column, answers, unnoted, unnamed = ROLES.index(AS_OTHERS.get(role, role)), {}, [], []
    for name, route in routes().items():
        for method in ("get", "post"):
            client.cookies = deepcopy(signed_in)
            with transaction.atomic():
                answer = getattr(client, method)(world.path_of(route))
                html = answer.getvalue().decode(errors="replace")  # some answers are files
                noted = Reading.objects.filter(actor=person, page=name).exists()
                transaction.set_rollback(True)
            answers[name, method] = answer.status_code
            assert role not in OUTSIDERS or not any(text in html for text in (CANARY, *CUSTOMER)), name
            assert NO_WORDS not in html, name
            if any(text in html for text in CUSTOMER) and not noted:
                unnoted.append((name, method))
            if noted and page_words(name) == name:
                unnamed.append(name)

    expected = {(name, "get"): codes[column] for name, codes in ANSWERS.items()}
    expected |= {(name, "post"): codes[len(ROLES) + column] for name, codes in ANSWERS.items()}
    assert answers == expected
    assert unnoted == []  # whoever is shown the customer leaves a note of it
    assert unnamed == []  # and the trail names the page in words


@pytest.mark.parametrize("subject", ["items", "handovers", "customers", "shifts"])
def test_what_belongs_to_another_team_answers_as_what_does_not_exist(client, subject):
    world = World()
    client.force_login(world.people["stranger"])
    route = f"{subject}/<int:pk>/"

    foreign = client.get(world.path_of(route))
    missing = client.get(f"/{subject}/987654/")

    own = re.compile(r'value="\w{64}"|/\w+/\d+/')  # the form's token, and the address that was asked for
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert own.sub("", foreign.content.decode()) == own.sub("", missing.content.decode())
