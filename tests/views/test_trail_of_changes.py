"""Every form that changes something leaves an entry in the trail, whatever it is."""

import re
from copy import deepcopy
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from handover.models import Event
from tests.form_filling import filled
from tests.world import World, routes

pytestmark = pytest.mark.django_db

CHANGE = re.compile(r'^(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM) "(\w+)"')
MODELS = {
    model._meta.db_table: model
    for app in ("accounts", "handover")
    for model in apps.get_app_config(app).get_models(include_auto_created=True)
}
# Who is signed in, what was typed and not sent, what was looked at: no change of anything.
NO_MATTER = {
    "accounts_heldform",
    "accounts_loginattempt",
    "handover_event",
    "handover_pulse",
    "handover_reading",
    "handover_searchentry",
    "handover_sectiondraft",
}
# What changes something and leaves no entry, and why.
WITHOUT_ENTRY = {
    "home_seen": "how far somebody has looked is theirs alone",
    "message_choices": "how somebody wants to be told",
    "message_read": "a mark at one's own message",
    "message_read_all": "marks at one's own messages",
    "notice_read": "the receipt is the record of it",
    "profile": "language, zone and looks of one person",
    "spot_check_plan": "a plan to draw nothing is what there was without one",
    "theme": "looks of one person",
    "webhook_test": "a test message to a chat changes nothing of the team",
}


def rows(tables: set[str]) -> dict[str, list[Any]]:
    return {table: list(MODELS[table]._default_manager.order_by("pk").values()) for table in tables}


def sent(client: Client, path: str, form: dict[str, str]) -> tuple[bool, bool]:
    """Whether sending the form changes anything, and whether it leaves an entry. It is taken back."""
    entries = Event.objects.count()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            client.post(path, form)
        written = {match.group(1) for query in captured if (match := CHANGE.match(query["sql"]))}
        tables = written & set(MODELS) - NO_MATTER
        after, has_entry = rows(tables), Event.objects.count() > entries
        transaction.set_rollback(True)
    return after != rows(tables), has_entry


@pytest.mark.parametrize("role", ["agent", "receiver", "supervisor", "administrator"])
def test_every_change_leaves_an_entry(role: str) -> None:
    world = World()
    client = Client(raise_request_exception=False)
    client.force_login(world.people[role])
    signed_in = deepcopy(client.cookies)
    noted, unnoted = set(), set()
    for name, route in routes().items():
        path = world.path_of(route)
        page = client.get(path)
        forms = filled(page.getvalue().decode(), path) if page.status_code == 200 else []
        for form in forms or [{}]:
            client.cookies = deepcopy(signed_in)
            changes, has_entry = sent(client, path, form)
            if changes:
                (noted if has_entry else unnoted).add(name)

    assert sorted(unnoted - set(WITHOUT_ENTRY)) == []
    assert len(noted) > 20
