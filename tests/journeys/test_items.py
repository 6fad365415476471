"""Registering and working on an item in the browser."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from handover.models import Customer, Kind, PendingItem
from tests import factories
from tests.items import NOTE

pytestmark = pytest.mark.django_db(transaction=True)

MOST_INPUTS = 8


@pytest.fixture
def desk():
    desk = factories.post(name="Front line")
    factories.issue_type(desk.team, "Refund")
    factories.customer(desk.team, "Chen Li", code="C-1", need=Customer.Need.TEXT_ONLY)
    factories.customer(desk.team, "Chen Wei", code="C-2")
    return desk


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk, now=timezone.now(), name="Wang Fang")


@pytest.fixture
def at_work(live_server, page: Page, agent) -> Page:
    page.goto(f"{live_server.url}{reverse('item_create')}")
    sign_in(page, agent)
    return page


def sign_in(page: Page, person) -> None:
    page.locator("input[name=username]").fill(person.username)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def test_an_urgent_item_of_a_known_customer_takes_few_inputs(at_work):
    page = at_work
    inputs = [
        lambda: page.get_by_label("Urgent: respond within 30 min").check(),
        lambda: page.get_by_role("combobox", name="Customer").press_sequentially("chen"),
        lambda: page.get_by_role("option", name="Chen Li").click(),
        lambda: page.get_by_label("Issue type").select_option(label="Refund"),
        lambda: page.get_by_label("Current progress").fill(NOTE),
        page.get_by_label("In 1 hour").first.check,
        lambda: page.get_by_role("button", name="Save", exact=True).click(),
    ]

    for give in inputs:
        give()

    expect(page.locator("main")).to_contain_text("is registered.")
    expect(page.locator("h1")).to_contain_text("Chen Li")
    expect(page.locator(".need").first).to_contain_text("Hard of hearing: text only")
    assert len(inputs) <= MOST_INPUTS
    assert PendingItem.objects.get().kind == Kind.URGENT


@pytest.mark.parametrize(("typed", "label"), [("Wang Wei", "Name"), ("138 0000", "Phone")])
def test_who_is_not_found_is_not_typed_twice(at_work, typed, label):
    at_work.get_by_role("combobox", name="Customer").press_sequentially(typed)

    at_work.get_by_role("option", name="Not found: new customer").click()

    expect(at_work.locator("#new-customer").get_by_label(label, exact=False).first).to_have_value(typed)


def test_a_typed_time_chooses_another_time(at_work):
    at_work.get_by_label("In 1 hour").first.check()

    at_work.locator("#id_key_at").fill("2030-01-01T10:00")

    expect(at_work.get_by_label("At another time").first).to_be_checked()


def test_a_note_typed_in_an_ended_session_is_back_after_signing_in(at_work, live_server, desk, agent):
    page, text = at_work, "Rang the bank. " * 130
    item = factories.item(desk, now=timezone.now() - timedelta(minutes=5), holder=agent)
    page.goto(f"{live_server.url}{reverse('item_detail', args=[item.pk])}")
    page.get_by_label("What was done, and what came of it?").fill(text)

    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Note progress").click()
    sign_in(page, agent)
    typed = page.get_by_label("What was done, and what came of it?").input_value()
    page.get_by_role("button", name="Note progress").click()
    page.wait_for_url(lambda url: url.endswith(reverse("item_detail", args=[item.pk])))

    item.refresh_from_db()
    assert (typed, item.progress) == (text, text.strip())
