"""What the outgoing shift sees of a handover that came back."""

import pytest

from tests import factories
from tests.boundary import Desk

pytestmark = pytest.mark.django_db
REASON = "The parcel of Mr Wang is missing."


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def returned(client, desk):
    """Signed by Ada, returned by Bo."""
    client.force_login(desk.ada)
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    client.post(f"{desk.address}sign/", {"seen": seen, "password": factories.PASSWORD})
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
