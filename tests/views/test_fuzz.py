"""Nonsense in every address and every field: it is refused or ignored, and never breaks a page."""

from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import World, routes

pytestmark = pytest.mark.django_db

PARAMETERS = """
after at before clock customer day from held holder kind need next order overdue place post q round stage
state team type
""".split()
NONSENSE = [
    "",
    "-1",
    "10" * 12,
    "9" * 5000,
    "1e999",
    "٣",
    "²",
    "x" * 5000,
    "😀" * 60,
    "\u202e",
    "\uffff",
    "<script>alert(1)</script>",
    "%s %(x)s {0}",
    "\"'\\*:|&!()",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-03-29T02:30",
    "00:00",
    "00010101T000000.000000-1",
    "99991231T235959.999999-999999999999999999",
    "#99999999999999999999",
    "//evil.example",
    "javascript:alert(1)",
]
TEXTS = st.sampled_from(NONSENSE) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
QUERIES = st.dictionaries(st.sampled_from(PARAMETERS), TEXTS, max_size=4)


class FieldNames(HTMLParser):
    """What a person could send from a page, as it stands there."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name")
        if tag in {"input", "select", "textarea"} and name and name != "csrfmiddlewaretoken":
            self.fields[name] = self.fields.get(name) or given.get("value") or ""


def fields_of(client: Client, path: str) -> dict[str, str]:
    parser = FieldNames()
    parser.feed(client.get(path).content.decode())
    return parser.fields | ({"key_at": "", "key_at_preset": "at"} if "key_at" in parser.fields else {})


@pytest.mark.parametrize("role", ["agent", "receiver", "supervisor"])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_nonsense_never_breaks_a_page(role, zone):
    world, client = World(), Client()
    person = world.person(role)
    person.time_zone = zone
    person.save(update_fields=["time_zone"])
    client.force_login(person)
    paths = {world.path_of(route) for name, route in routes().items() if name != "logout"}
    fields = {path: fields_of(client, path) for path in sorted(paths)}

    @settings(max_examples=35, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(path=st.sampled_from(sorted(paths)), query=QUERIES, data=st.data())
    def attack(path, query, data):
        names = sorted(fields[path]) or ["text"]
        typed = data.draw(st.dictionaries(st.sampled_from(names), TEXTS, max_size=3))
        with transaction.atomic():
            answers = [
                client.get(path, query),
                client.post(path, fields[path] | typed, query_params=query),
            ]
            transaction.set_rollback(True)
        assert [answer for answer in answers if answer.status_code >= 500] == []

    attack()
