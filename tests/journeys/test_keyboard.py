"""A shift without a mouse, and how much one has to do and to read."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from handover.models import Customer, Handover, Kind, PendingItem
from tests import factories
from tests.boundary import Desk
from tests.items import NOTE
from tests.journeys.inspection import inspector

pytestmark = pytest.mark.django_db(transaction=True)

MOST_TABS = 150
MOST_SCREENS = 2


@pytest.fixture
def desk(transactional_db) -> Desk:
    desk = Desk()
    factories.issue_type(desk.team, "Refund")
    factories.customer(desk.team, "Chen Wei", code="C-1")
    factories.customer(desk.team, "Chen Li", code="C-2", need=Customer.Need.TEXT_ONLY)
    return desk


def tab_to(place: Locator) -> None:
    """Fails if it cannot be reached by the tabulator, going forward."""
    for _ in range(MOST_TABS):
        if place.evaluate("element => element === document.activeElement"):
            return
        place.page.keyboard.press("Tab")
    raise AssertionError(f"No way to {place}")


def type_into(place: Locator, text: str) -> None:
    tab_to(place)
    place.page.keyboard.type(text)


def press(place: Locator, key: str = "Enter") -> None:
    tab_to(place)
    place.page.keyboard.press(key)


def sign_in(page: Page, person) -> None:
    page.goto("/login/")
    type_into(page.get_by_label("User name"), person.username)
    type_into(page.get_by_label("Password"), factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def register(page: Page) -> None:
    page.keyboard.press("n")
    press(page.get_by_label("Urgent: respond within 30 min"), "Space")
    type_into(page.get_by_role("combobox", name="Customer"), "chen")
    expect(page.get_by_role("option", name="Chen Li")).to_be_visible()
    while not page.get_by_role("option", name="Chen Li", selected=True).count():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".combobox-chosen .need")).to_contain_text("Hard of hearing: text only")
    type_into(page.get_by_label("Issue type"), "Ref")
    type_into(page.get_by_label("Current progress"), NOTE)
    press(page.get_by_label("In 30 minutes").first, "Space")
    press(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("is registered")).to_be_visible()


def hand_over(page: Page, desk: Desk) -> None:
    press(page.get_by_role("link", name="Handovers"))
    press(page.get_by_role("main").get_by_role("link", name=desk.post.name).first)
    press(page.get_by_role("button", name="Checked", exact=True))
    expect(page.get_by_role("button", name="Check again")).to_be_visible()
    press(page.get_by_role("button", name="Review and sign"))
    type_into(page.locator("#sign input[type=password]"), factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/handovers/\d+/$"))


def test_from_signing_in_to_a_signed_handover_by_keyboard(live_server, browser, desk):
    with inspector(browser, live_server.url) as eye:
        sign_in(eye.page, desk.ada)
        register(eye.page)
        hand_over(eye.page, desk)

    item = PendingItem.objects.get()
    assert (item.kind, item.customer.name) == (Kind.URGENT, "Chen Li")
    assert Handover.objects.get().state == Handover.State.SUBMITTED
    assert eye.heard == []


def test_form_that_comes_back_has_the_focus_where_something_is_to_be_mended(live_server, browser, desk):
    with inspector(browser, live_server.url) as eye:
        sign_in(eye.page, desk.ada)
        eye.page.keyboard.press("n")
        press(eye.page.get_by_label("Urgent: respond within 30 min"), "Space")
        press(eye.page.get_by_role("button", name="Save", exact=True))

        expect(eye.page.get_by_role("combobox", name="Customer")).to_be_focused()
        expect(eye.page.get_by_role("combobox", name="Customer")).to_be_in_viewport()


def test_incoming_agent_knows_what_is_first_after_two_screens(live_server, browser, desk):
    desk.item(holder=desk.ada)
    first = desk.item(kind=Kind.URGENT, holder=desk.ada)
    client = Client()
    client.force_login(desk.ada)
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    client.post(f"{desk.address}sign/", {"seen": seen, "password": factories.PASSWORD})
    screens: list[str] = []

    with inspector(browser, live_server.url) as eye:
        sign_in(eye.page, desk.bo)
        screens.append(eye.page.url)
        eye.page.on("framenavigated", lambda frame: screens.append(frame.url))
        press(eye.page.get_by_role("link", name="Receive", exact=True))
        expect(eye.page.locator("article.line").first).to_contain_text(f"#{first.pk}")

    assert len(screens) <= MOST_SCREENS
