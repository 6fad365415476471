"""The first page and the live list keep themselves fresh; two who edit a customer lose no word."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from handover.models import Customer, PendingItem
from handover.services import items
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20_000  # the page asks every few seconds


@pytest.fixture
def desk():
    return factories.post(name="Front line")


@pytest.fixture
def item(desk):
    now = timezone.now()
    customer = factories.customer(desk.team, "Wang Wei", need=Customer.Need.TEXT_ONLY)
    return factories.item(desk, now=now, customer=customer, due_at=now + timedelta(hours=2))


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk, now=timezone.now(), name="Amy")


def open_as(page: Page, person, url: str) -> None:
    page.goto(url)
    page.locator("input[name=username]").fill(person.username)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def call_again(item: PendingItem) -> None:
    bob = factories.member(item.team, name="Bob")
    matter = PendingItem.objects.get(pk=item.pk)
    items.call_again(item=matter, text="She asks for a time.", actor=bob, now=timezone.now())


def test_first_page_tells_what_a_colleague_did_and_forgets_it_when_seen(live_server, page, agent, item):
    open_as(page, agent, f"{live_server.url}{reverse('home')}")
    row = page.locator(f"#item-{item.pk}")
    expect(row).to_contain_text("Hard of hearing: text only")
    expect(row).not_to_contain_text("New")

    call_again(item)

    expect(row).to_contain_text("Bob noted that the customer called again", timeout=PATIENCE)
    page.get_by_role("button", name="I have seen these").click()
    expect(row).not_to_contain_text("Bob noted that the customer called again")


def test_live_list_takes_in_what_is_new(live_server, page, agent, desk):
    open_as(page, agent, f"{live_server.url}{reverse('item_list')}")
    expect(page.get_by_text("No open item fits")).to_be_visible()

    customer = factories.customer(desk.team, "Wang Wei")
    items.create(
        post=desk,
        customer=customer,
        issue_type=factories.issue_type(desk.team),
        kind="follow_up",
        progress="Asked the warehouse; Ms Zhao answers by 15:00.",
        key_at=timezone.now() + timedelta(hours=1),
        actor=agent,
        now=timezone.now(),
    )

    expect(page.get_by_role("link", name="Wang Wei")).to_be_visible(timeout=PATIENCE)


def test_customer_edited_by_two_on_a_phone_without_scripts(live_server, page, browser: Browser, agent, desk):
    customer = factories.customer(desk.team, "Wang Wei", phone="111", advice="Be brief")
    url = f"{live_server.url}{reverse('customer_edit', args=[customer.pk])}"
    colleague = factories.agent_on_duty(desk, now=timezone.now(), name="Bob")
    phone = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    second = phone.new_page()
    open_as(page, agent, url)
    open_as(second, colleague, url)

    page.get_by_label("Phone").fill("222")
    page.get_by_label("Advice for the next agent").fill("Call after six")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("phone: 111 → 222")).to_be_visible()
    second.get_by_label("Phone").fill("333")
    second.get_by_role("button", name="Save").click()

    expect(second.get_by_text("Somebody else changed this customer meanwhile")).to_be_visible()
    expect(second.get_by_text("222")).to_be_visible()
    expect(second.get_by_label("Phone")).to_have_value("333")
    expect(second.get_by_label("Advice for the next agent")).to_have_value("Call after six")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("phone: 222 → 333")).to_be_visible()
    phone.close()
