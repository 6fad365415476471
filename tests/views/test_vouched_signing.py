"""Nothing can be signed by a person whose new password nobody has vouched for; the pages say so at once."""

import pytest
from django.urls import reverse

from accounts.models import User
from handover.models import Handover, Kind, SignOff
from tests import factories
from tests.boundary import Desk

pytestmark = pytest.mark.django_db
SAID = "Your password was reset by Chief."


@pytest.fixture
def desk():
    return Desk()


def reset(person) -> None:
    chief = factories.administrator("Chief")
    User.objects.filter(pk=person.pk).update(password_reset_by=chief)


def submitted(client, desk) -> None:
    client.force_login(desk.ada)
    address = f"{desk.address}sign/"
    seen = client.get(address).context["form"].initial["seen"]
    client.post(address, {"seen": seen, "password": factories.PASSWORD})


def tried(client, address, **typed):
    """The page as it is read, and what comes of signing all the same."""
    page = client.get(address)
    typed |= {"seen": "0" * 64, "password": factories.PASSWORD}
    return page.content.decode(), client.post(address, typed).content.decode()


@pytest.mark.parametrize(
    ("step", "who"),
    [("sign", "ada"), ("confirm", "bo"), ("join", "eve"), ("add", "ada"), ("take-over", "dai")],
)
def test_nothing_is_signed_without_the_word_of_a_colleague(client, desk, step, who):
    desk.eve = factories.member(desk.team, name="Eve")
    factories.assignment(desk.handover.outgoing_shift, desk.eve, checked_in_at=desk.then)
    if step != "sign":
        submitted(client, desk)
    person = getattr(desk, who)
    reset(person)
    client.force_login(person)
    before = SignOff.objects.count()

    shown, answer = tried(client, f"{desk.address}{step}/", text="The fax came.")

    assert SAID in shown
    assert reverse("password_vouch", args=[person.pk]) in shown
    assert 'name="password"' not in shown
    assert SAID in answer
    assert SignOff.objects.count() == before
    assert not Handover.objects.filter(taken_over=True).exists()


def test_what_is_missing_is_said_also_while_an_item_stands_in_the_way(client, desk):
    desk.item(kind=Kind.URGENT, progress="x")
    reset(desk.ada)
    client.force_login(desk.ada)
    page = client.get(f"{desk.address}sign/")

    assert page.context["hindrances"]
    assert SAID in page.content.decode()


def test_what_is_missing_is_said_to_the_receiver_before_the_lines_are_answered(client, desk):
    desk.item(kind=Kind.URGENT, holder=desk.ada)
    submitted(client, desk)
    reset(desk.bo)
    client.force_login(desk.bo)

    page = client.get(f"{desk.address}confirm/")

    assert page.context["blocking"]
    assert SAID in page.content.decode()


def test_people_of_a_shift_show_whose_password_waits_for_a_colleague(client, desk):
    reset(desk.ada)
    client.force_login(desk.bo)
    address = reverse("shift_detail", args=[desk.handover.outgoing_shift_id])

    page = client.get(address).content.decode()

    assert reverse("password_vouch", args=[desk.ada.pk]) in page
    assert reverse("password_vouch", args=[desk.dai.pk]) not in page
