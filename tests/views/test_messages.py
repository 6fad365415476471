"""Messages: one reads one's own, and marks them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.models import Message
from tests import factories
from tests.counting import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    person = factories.member(factories.team())
    client.force_login(person)
    return person


def message(person, text: str = "Closed.", **fields) -> Message:
    return Message.objects.create(recipient=person, text=text, at=timezone.now(), **fields)


def test_list_shows_the_own_newest_first(client, person) -> None:
    first, second = message(person, "First"), message(person, "Second")
    message(factories.user(), "Foreign")

    response = client.get(reverse("message_list"))

    assert [note.id for note in response.context["page"].notes] == [second.pk, first.pk]


def test_message_leads_to_an_item_only_where_it_may_be_seen(client, person) -> None:
    """The first contact is told the result across teams, and needs no access for that."""
    own = factories.item(factories.post(person.teams.get()), holder=person)
    message(person, item=factories.item())
    message(person, item=own)

    notes = client.get(reverse("message_list")).context["page"].notes

    assert [note.url for note in notes] == [reverse("item_detail", args=[own.pk]), ""]


def test_list_asks_as_often_for_one_as_for_thirty(client, person) -> None:
    message(person, item=factories.item())
    for_one = queries_of(client, reverse("message_list"))
    for _number in range(29):
        message(person, item=factories.item())

    assert queries_of(client, reverse("message_list")) == for_one


def test_read_marks_one_and_comes_back(client, person) -> None:
    note, other = message(person), message(person)

    answer = client.post(reverse("message_read", args=[note.pk]), {"from": "list"})

    assert answer["Location"] == reverse("message_list")
    assert list(Message.objects.filter(read_at__isnull=True)) == [other]


def test_read_of_somebody_else_is_not_found(client, person) -> None:
    foreign = message(factories.user())

    assert client.post(reverse("message_read", args=[foreign.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_read_all_leaves_what_came_later(client, person) -> None:
    message(person)
    made = timezone.now()
    later = Message.objects.create(recipient=person, text="Later", at=made + timedelta(seconds=1))

    answer = client.post(reverse("message_read_all"), {"until": made.isoformat()})

    assert answer["Location"] == reverse("home")
    assert list(Message.objects.filter(read_at__isnull=True)) == [later]


@pytest.mark.parametrize("name", ["message_read_all", "home_seen"])
def test_marks_are_not_set_by_a_link(client, person, name: str) -> None:
    assert client.get(reverse(name)).status_code == 405
