"""An urgent item that nobody takes comes to the duty supervisor, and from there to somebody who does it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from handover.models import Kind
from handover.services import escalation
from tests import factories
from tests.factories import Role
from tests.journeys.test_board import PATIENCE, open_as

pytestmark = pytest.mark.django_db(transaction=True)


def test_untaken_item_is_seen_answered_and_reassigned_from_the_board(live_server, page, browser: Browser):
    now = timezone.now()
    desk = factories.post(name="Front line")
    agent = factories.agent_on_duty(desk, now=now, name="Amy")
    chief = factories.member(desk.team, Role.SUPERVISOR, name="Dai")
    factories.assignment(desk.shifts.get(), chief, is_duty_supervisor=True)
    customer = factories.customer(desk.team, "Wang Wei")
    item = factories.item(desk, now=now - timedelta(minutes=10), kind=Kind.URGENT, customer=customer)
    open_as(page, chief, f"{live_server.url}{reverse('board')}")
    untaken = page.get_by_role("region", name="Urgent, not taken by anybody")
    escalated = page.get_by_role("region", name="Escalated, nobody has said what is being done")
    expect(untaken).to_contain_text("Wang Wei")
    expect(escalated).to_have_count(0)

    escalation.sweep(now=timezone.now())

    expect(escalated).to_contain_text("Nobody has taken it.", timeout=PATIENCE)
    escalated.get_by_placeholder("What is being done?").fill("Amy gets it, she knows him.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The clock runs on until somebody does it.")).to_be_visible()
    expect(escalated).to_have_count(0)
    untaken.get_by_role("link", name="Reassign").click()
    page.locator("select[name=to]").select_option(label="Amy")
    page.locator("textarea[name=reason]").fill("You know him.")
    page.get_by_role("button", name="Pass on").click()
    expect(untaken).to_contain_text("Amy")
    untaken.get_by_role("button", name="Call the holder").click()
    expect(page.get_by_text("They have the message.")).to_be_visible()

    phone = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    theirs = phone.new_page()
    open_as(theirs, agent, f"{live_server.url}{reverse('home')}")
    expect(theirs.get_by_text("Dai asks you to look at this now")).to_be_visible()
    theirs.locator(f"#item-{item.pk} .row-link").click()
    expect(theirs.get_by_text("Amy gets it, she knows him.")).to_be_visible()
    theirs.get_by_role("button", name="Take", exact=True).click()
    expect(theirs.get_by_text("You have it now.")).to_be_visible()
    phone.close()
