"""One press on an account of the demo fills the sign-in form."""

import pytest
from playwright.sync_api import Page, expect

from handover.demo.accounts import ACCOUNTS, PASSWORD
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_account_of_the_demo_fills_the_form(live_server, page: Page, settings) -> None:
    settings.DEMO = True
    person = factories.user("Hannah Birch", username=ACCOUNTS[0].username, password=PASSWORD)
    factories.membership(person, factories.team())
    page.goto(f"{live_server.url}/login/")

    page.get_by_role("button", name=person.username, exact=True).click()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Mine now")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Hannah Birch")
