"""Messages: one reads one's own, and marks them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.models import About, Message, MessageChoice
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


def test_message_leads_to_the_page_where_it_is_answered(client, person) -> None:
    own = factories.item(factories.post(person.teams.get()), holder=person)
    message(person, item=own, path="/swaps/1/")

    response = client.get(reverse("message_list"))

    assert [(note.url, note.link) for note in response.context["page"].notes] == [("/swaps/1/", "Open")]


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


def test_header_of_every_page_says_how_many_are_unread(client, person) -> None:
    message(factories.user(), "Foreign")
    message(person, "Read", read_at=timezone.now())
    said = []
    for _number in range(10):
        message(person)
        badge = client.get(reverse("roster")).context["badge"]
        said.append(badge.number)

    assert said == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "9+"]
    assert "9+" in client.get(reverse("roster")).content.decode()


def test_version_changes_with_what_is_unread(client, person) -> None:
    versions = [client.get(reverse("message_version")).content]
    note = message(person)
    versions.append(client.get(reverse("message_version")).content)
    message(person)
    versions.append(client.get(reverse("message_version")).content)
    client.post(reverse("message_read", args=[note.pk]))
    versions.append(client.get(reverse("message_version")).content)

    assert len(set(versions)) == 4


def test_live_part_brings_the_newest_unread_urgent_ones(client, person) -> None:
    urgent = [message(person, f"Urgent {number}", about=About.URGENT) for number in range(4)]
    message(person, "News")
    message(person, "Read", about=About.URGENT, read_at=timezone.now())
    message(factories.user(), "Foreign", about=About.URGENT)

    toasts = client.get(reverse("message_live")).context["toasts"]

    assert [note.id for note in toasts] == [note.pk for note in reversed(urgent[1:])]


def test_choices_begin_with_what_counts_and_keep_what_is_chosen(client, person) -> None:
    url = reverse("message_choices")
    rows = client.get(url).context["form"].rows()
    assert [(in_app.initial, email.initial) for _label, in_app, email in rows] == [
        (True, True),
        *[(True, False)] * 4,
    ]

    client.post(url, {"due_in_app": "on", "news_email": "on"})

    chosen = MessageChoice.objects.filter(user=person).values_list("about", "in_app", "email")
    assert set(chosen) == {
        ("urgent", True, False),
        ("due", True, False),
        ("handover", False, False),
        ("shift", False, False),
        ("news", False, True),
    }
    rows = client.get(url).context["form"].rows()
    assert [(in_app.initial, email.initial) for _label, in_app, email in rows][-1] == (False, True)


@pytest.mark.parametrize(
    ("is_set_up", "email", "said"),
    [
        (False, "li@example.com", ["Email is not set up"]),
        (True, "", ["Your account has no email address"]),
        (True, "li@example.com", []),
    ],
)
def test_choices_say_when_nothing_is_sent_by_email(client, settings, is_set_up, email, said) -> None:
    settings.EMAIL_IS_SET_UP = is_set_up
    client.force_login(factories.user(email=email))

    page = client.get(reverse("message_choices")).content.decode()

    sentences = ("Email is not set up", "Your account has no email address")
    assert [sentence for sentence in sentences if sentence in page] == said


def test_tone_is_played_for_who_wants_it(client, person) -> None:
    assert "data-sound" not in client.get(reverse("home")).content.decode()

    client.post(reverse("profile"), {"plays_sound": "on"})

    assert "data-sound" in client.get(reverse("home")).content.decode()
