"""What is noted of whoever is shown customers; that every page is noted stands in test_access.py."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import sessions
from handover.models import Reading
from handover.services import readings
from tests import factories
from tests.factories import NOW
from tests.world import World

pytestmark = pytest.mark.django_db


def notes() -> list[tuple[Any, ...]]:
    rows = Reading.objects.order_by("pk")
    return list(rows.values_list("team", "post", "page", "item", "customer", "handover", "listed"))


def test_a_page_says_who_was_shown_what_on_which_page_and_from_where(client: Client) -> None:
    world = World()
    person, item = world.people["auditor"], world.matter
    client.force_login(person)

    client.get(reverse("item_detail", args=[item.pk]))
    client.get(reverse("customer_detail", args=[item.customer_id]), REMOTE_ADDR="2001:db8::7")
    client.get(reverse("handover_edit", args=[world.handover.pk]), REMOTE_ADDR="fe80::1%eth0")

    team, post = world.team.pk, world.post.pk
    assert notes() == [
        (team, post, "item_detail", item.pk, None, None, {}),
        (team, None, "customer_detail", None, item.customer_id, None, {}),
        (team, post, "handover_edit", None, None, world.handover.pk, {}),
    ]
    assert list(Reading.objects.order_by("pk").values_list("actor", "address")) == [
        (person.pk, "127.0.0.1"),
        (person.pk, "2001:db8::7"),
        (person.pk, "fe80::1"),
    ]


def test_a_page_that_is_refused_leaves_no_note(client: Client) -> None:
    world = World()
    client.force_login(world.people["auditor"])

    answers = [
        client.get(reverse("item_edit", args=[world.matter.pk])).status_code,
        client.get(reverse("handover_sign", args=[world.handover.pk])).status_code,
        client.get(reverse("item_detail", args=[987654])).status_code,
    ]

    assert (answers, notes()) == ([403, 403, 404], [])


@pytest.mark.django_db(transaction=True)
def test_a_page_is_shown_though_its_note_cannot_be_written_and_the_log_keeps_it(client, caplog) -> None:
    item = factories.item()
    person = factories.member(item.team, factories.Role.AUDITOR)
    client.force_login(person)
    client.get(reverse("home"))
    session = client.session
    session[sessions.ACTIVE] -= sessions.ACTIVITY_STEP  # who does something now has it written down
    session.save()
    is_postgresql = connection.vendor == "postgresql"
    switch = "SET default_transaction_read_only = {}" if is_postgresql else "PRAGMA query_only = {}"

    with connection.cursor() as cursor:
        cursor.execute(switch.format("on"))
        try:
            answer = client.get(reverse("item_detail", args=[item.pk]))
        finally:
            cursor.execute(switch.format("off"))

    assert (answer.status_code, notes()) == (200, [])
    shown = f"user {person.pk} was shown item_detail of {{'items': [{item.pk}]}} from 127.0.0.1"
    assert [shown in line.getMessage() for line in caplog.records] == [True]
    client.get(reverse("item_detail", args=[item.pk]))
    assert len(notes()) == 1


def test_the_same_page_is_noted_again_after_ten_minutes() -> None:
    item, person = factories.item(), factories.user()

    for minutes in (0, 9, 10, 11):
        now = NOW + timedelta(minutes=minutes)
        readings.note(actor=person, page="item_detail", shown={"items": [item.pk]}, now=now)
    readings.note(actor=person, page="item_edit", shown={"items": [item.pk]}, now=NOW)

    assert list(Reading.objects.order_by("pk").values_list("at", "page")) == [
        (NOW, "item_detail"),
        (NOW + timedelta(minutes=10), "item_detail"),
        (NOW, "item_edit"),
    ]


def test_a_list_notes_for_each_team_what_it_had_not_shown_before() -> None:
    desk, person = factories.post(), factories.user()
    first, second, later = [factories.item(desk) for _number in range(3)]
    foreign = factories.item()

    shown = [{"items": [foreign.pk, second.pk, first.pk]}, {"items": [later.pk, first.pk]}]
    for page in shown:
        readings.note(actor=person, page="search", shown=page, now=NOW)

    assert notes() == [
        (desk.team_id, desk.pk, "search", None, None, None, {"items": [first.pk, second.pk]}),
        (foreign.team_id, foreign.post_id, "search", foreign.pk, None, None, {}),
        (desk.team_id, desk.pk, "search", later.pk, None, None, {}),
    ]


def test_a_page_seen_again_costs_no_writing_and_in_the_same_process_no_question(client: Client) -> None:
    world = World()
    client.force_login(world.people["auditor"])
    page = reverse("item_detail", args=[world.matter.pk])
    client.get(page)

    with CaptureQueriesContext(connection) as captured:
        client.get(page)  # as in another process: nothing was remembered, for nothing is committed yet
        client.get(page)

    asked = [query["sql"] for query in captured if "handover_reading" in query["sql"]]
    assert [sql.split()[0] for sql in asked] == ["SELECT"]
