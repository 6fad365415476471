"""From an empty installation to the first person on duty, in the browser alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from handover.queries import setup

pytestmark = pytest.mark.django_db(transaction=True)

SENTENCE = "the kettle sings at four"


def go_on(page: Page, button: str = "Go on") -> None:
    page.get_by_role("button", name=button).click()


def test_first_run_leads_to_a_person_on_duty(live_server, page: Page):
    page.goto(f"{live_server.url}/handovers/")
    expect(page).to_have_url(re.compile("/setup/$"))
    page.get_by_label("Set-up code").fill(setup.code())
    page.get_by_label("Your name").fill("Li Na")
    page.get_by_label("User name").fill("lina")
    page.get_by_label("Password").fill(SENTENCE)
    go_on(page)
    page.get_by_label("Name").fill("North centre")
    go_on(page)
    page.get_by_role("textbox", name="Posts").fill("Front line\nAfter-sales")
    go_on(page)
    go_on(page)  # three shifts a day, as they are offered
    page.get_by_label("I supervise this team myself").check()
    page.get_by_label("Name", exact=True).first.fill("Amy Chen")
    page.get_by_label("User name").first.fill("amy")
    go_on(page, "Create these people")
    password = page.locator("tbody td.one-time").nth(1).inner_text()

    page.get_by_role("link", name="Go to the roster").click()
    page.locator(".shift-card[data-phase=running] a").first.click()
    page.get_by_label("Amy Chen").check()
    page.get_by_label("Duty supervisor").select_option(label="Li Na")
    go_on(page, "Save")
    expect(page.locator(".person-row")).to_have_count(2)
    page.locator("details.menu > summary").click()
    go_on(page, "Sign out")

    page.get_by_label("User name").fill("amy")
    page.get_by_label("Password").fill(password)
    go_on(page, "Sign in")
    page.get_by_label("Present password").fill(password)
    page.get_by_label("New password").fill("a lamp hums over my desk")
    go_on(page, "Change password")
    page.locator("header").get_by_role("button", name="Check in").click()
    expect(page.locator("header").get_by_role("link", name="On duty")).to_be_visible()
    assert page.goto(f"{live_server.url}/setup/").status == 404
