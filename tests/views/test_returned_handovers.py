"""What the outgoing shift sees of a handover that came back."""

import pytest

from tests import factories
from tests.boundary import Desk

pytestmark = pytest.mark.django_db
REASON = "The parcel of Mr Wang is missing."


@pytest.fixture
def desk():
    return Desk()


def sign(client, desk, person):
    client.force_login(person)
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    client.post(f"{desk.address}sign/", {"seen": seen, "password": factories.PASSWORD})


@pytest.fixture
def returned(client, desk):
    """Signed by Ada, returned by Bo."""
    sign(client, desk, desk.ada)
    client.force_login(desk.bo)
    client.post(f"{desk.address}return/", {"text": REASON})


def test_returned_handover_says_by_whom_and_why(client, desk, returned):
    client.force_login(desk.ada)

    page = client.get(f"{desk.address}edit/").content.decode()

    assert "Returned by Bo:" in page
    assert REASON in page


def test_home_asks_the_outgoing_shift_to_sign_again(client, desk, returned):
    client.force_login(desk.ada)

    [card] = client.get("/").context["handovers"]

    assert card.text.startswith("It was returned. Read why, mend it and sign again.")
    assert card.url == f"{desk.address}edit/"


def test_draft_that_never_was_signed_names_no_return(client, desk):
    client.force_login(desk.ada)

    assert "Returned by" not in client.get(f"{desk.address}edit/").content.decode()


def test_whoever_signs_sees_whose_item_was_accepted_in_the_round_before(client, desk):
    item = desk.item(holder=desk.ada)
    sign(client, desk, desk.ada)
    client.force_login(desk.bo)
    client.post(f"{desk.line(item)}accept/")
    client.post(f"{desk.address}return/", {"text": REASON})
    sign(client, desk, desk.ada)
    client.force_login(desk.bo)

    [(number, answer, line)] = client.get(f"{desk.address}confirm/").context["page"].answered

    assert (number, answer.answer, line.customer) == (item.pk, "accepted", item.customer.name)
