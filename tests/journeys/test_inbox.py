"""Whoever works on any page sees what is urgent as it comes, once, and may hear it."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from handover.models import About, Message
from tests import factories
from tests.journeys.inspection import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

A_TURN = 10_000  # longer than the header waits between two looks
COUNT_TONES = """
window.tones = 0;
window.AudioContext = class { constructor() { window.tones += 1; throw new Error("no loudspeaker"); } };
"""


@pytest.fixture
def person():
    return factories.agent_on_duty(factories.post(), now=timezone.now())


@pytest.fixture
def open_roster(live_server, page: Page, person) -> Page:
    page.clock.install()
    sign_in(page.context, live_server.url, person)
    page.goto(f"{live_server.url}{reverse('roster')}")
    return page


def tell(person, text, about=About.URGENT):
    return Message.objects.create(recipient=person, text=text, about=about, at=timezone.now())


def toasts(page):
    return page.locator("#toasts [role=alert]")


def test_urgent_message_shows_itself_once_and_counts(open_roster, person):
    page = open_roster
    expect(page.locator(".inbox-link .count")).to_have_count(0)

    tell(person, "News", About.NEWS)
    page.clock.fast_forward(A_TURN)
    expect(page.locator(".inbox-link .count")).to_have_text("1 unread")
    expect(toasts(page)).to_have_count(0)

    tell(person, "#7 Ms Zhao: nobody has taken it.")
    page.clock.fast_forward(A_TURN)
    expect(page.locator(".inbox-link .count")).to_have_text("2 unread")
    expect(toasts(page)).to_contain_text("#7 Ms Zhao: nobody has taken it.")

    toasts(page).get_by_role("button", name="Close").press("Enter")
    expect(toasts(page)).to_have_count(0)
    page.reload()
    expect(page.locator(".inbox-link .count")).to_have_text("2 unread")
    page.clock.fast_forward(A_TURN)
    expect(toasts(page)).to_have_count(0)


def test_urgent_message_that_came_between_two_pages_shows_itself(open_roster, person):
    page = open_roster
    for number in range(5):
        tell(person, f"Urgent {number}")

    page.reload()

    expect(toasts(page)).to_have_count(3)
    expect(toasts(page).last).to_contain_text("Urgent 4")
    page.keyboard.press("Escape")
    expect(toasts(page)).to_have_count(2)


@pytest.mark.parametrize("wants_it", [True, False])
def test_tone_is_played_for_who_wants_it_alone(live_server, page: Page, person, wants_it):
    person.plays_sound = wants_it
    person.save(update_fields=["plays_sound"])
    page.add_init_script(COUNT_TONES)
    sign_in(page.context, live_server.url, person)
    tell(person, "Urgent")

    page.goto(f"{live_server.url}{reverse('roster')}")

    expect(toasts(page)).to_have_count(1)
    assert page.evaluate("window.tones") == int(wants_it)
