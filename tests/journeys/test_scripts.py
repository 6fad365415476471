"""What the scripts promise to somebody who types: nothing is lost without a word, nothing is sent twice."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests import factories
from tests.journeys.inspection import sign_in

pytestmark = [pytest.mark.urls("tests.journeys.pages"), pytest.mark.django_db(transaction=True)]

PAUSE = 4_000  # longer than autosave waits after a change


@pytest.fixture(autouse=True)
def somebody(transactional_db: None) -> None:
    """Without anybody every page leads to the first set-up."""
    factories.user()


@pytest.fixture
def form(live_server, page: Page) -> Page:
    page.clock.install()
    page.goto(f"{live_server.url}/form/")
    return page


@pytest.fixture
def picker(live_server, page: Page) -> Page:
    page.goto(f"{live_server.url}/picker/")
    return page


def answer(page: Page, status: int, **how: object) -> list[str]:
    """Answers every autosave so; returns what was sent, growing."""
    sent: list[str] = []

    def handle(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=status, **how)

    page.unroute("**/autosave/")
    page.route("**/autosave/", handle)
    return sent


def said(page: Page, sentence: str) -> None:
    expect(page.locator("[data-autosave-status]")).to_contain_text(sentence)


def test_autosave_saves_after_a_pause(form):
    sent = answer(form, 200, json={"saved_at": "10:42", "version": "2"})

    form.get_by_label("Notes").fill("a fact")
    form.clock.fast_forward(PAUSE)

    said(form, "Saved 10:42")
    assert form.locator("[name=version]").input_value() == "2"
    assert ["a fact" in body for body in sent] == [True]


def test_autosave_tries_again_after_a_failure(form):
    answer(form, 503)
    form.get_by_label("Notes").fill("a fact")
    form.clock.fast_forward(PAUSE)
    said(form, "Not saved since")

    sent = answer(form, 200, json={"saved_at": "10:43", "version": "2"})
    form.clock.fast_forward(2 * PAUSE)

    said(form, "Saved 10:43")
    assert ["a fact" in body for body in sent] == [True]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(409, "Somebody else has saved this meanwhile"), (401, "You have been signed out")],
)
def test_autosave_stops_and_says_why(form, status, sentence):
    sent = answer(form, status)
    form.get_by_label("Notes").fill("a fact")
    form.clock.fast_forward(PAUSE)
    said(form, sentence)

    form.get_by_label("Notes").fill("a fact and more")
    form.clock.fast_forward(PAUSE)

    said(form, sentence)
    assert len(sent) == 1


def test_leaving_with_unsaved_text_asks_first(form):
    answer(form, 503)
    form.get_by_label("Notes").press_sequentially("a fact")
    questions: list[str] = []

    def stay(dialog):
        questions.append(dialog.type)
        dialog.dismiss()

    form.on("dialog", stay)
    form.evaluate("location.assign('/picker/')")
    expect(form.get_by_label("Notes")).to_have_value("a fact")

    assert questions == ["beforeunload"]


def test_saving_waits_for_an_autosave_on_its_way(form):
    """It would conflict with it otherwise."""
    on_its_way: list[Route] = []

    def hold(route: Route) -> None:
        on_its_way.append(route)

    form.route("**/autosave/", hold)
    form.get_by_label("Notes").fill("a fact")
    with form.expect_request("**/autosave/"):
        form.clock.fast_forward(PAUSE)

    form.get_by_role("button", name="Save").click()
    said(form, "Saving")
    on_its_way[0].fulfill(json={"saved_at": "10:42", "version": "2"})

    expect(form.locator("body")).to_have_text("2: a fact")


def test_pressing_save_does_not_autosave_first(form):
    sent = answer(form, 200, json={"saved_at": "10:42", "version": "2"})

    form.get_by_label("Notes").fill("a fact")
    form.get_by_role("button", name="Save").click()

    expect(form.locator("body")).to_have_text("1: a fact")
    assert sent == []


def test_second_click_sends_nothing(form):
    answer(form, 200, json={"saved_at": "10:42", "version": "2"})
    posts: list[str] = []
    form.on("request", lambda request: request.url.endswith("/sent/") and posts.append(request.method))

    form.get_by_role("button", name="Save").dblclick()

    expect(form.locator("body")).to_have_text("1:")
    assert posts == ["POST"]


def test_combobox_is_used_by_keyboard_alone(picker):
    field = picker.get_by_role("combobox", name="Customer")

    field.press_sequentially("wang")
    expect(picker.get_by_role("option")).to_have_count(3)
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(picker.get_by_role("option", selected=True)).to_have_text("Wang Wei")
    field.press("Enter")

    expect(field).to_have_value("C-2")
    expect(picker.locator(".combobox-chosen")).to_have_text("Wang Wei")
    expect(picker.get_by_role("listbox")).to_be_hidden()


def test_combobox_forgets_what_was_chosen_when_the_text_changes(picker):
    field = picker.get_by_role("combobox", name="Customer")
    field.press_sequentially("wang")
    picker.get_by_role("option", name="Wang Lihua").click()

    field.press_sequentially("x")

    expect(field).to_have_value("C-1x")
    expect(picker.locator(".combobox-chosen")).to_be_empty()


def test_combobox_opens_the_form_for_a_new_one(picker):
    picker.get_by_role("combobox", name="Customer").press_sequentially("wang")

    picker.get_by_role("option", name="New customer").click()

    expect(picker.get_by_label("Name of the new one")).to_be_focused()


def test_colours_change_without_a_new_page(picker):
    picker.get_by_role("combobox", name="Customer").fill("typed")

    picker.get_by_role("button", name="Dark").click()

    expect(picker.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(picker.get_by_role("combobox", name="Customer")).to_have_value("typed")
    expect(picker.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


@pytest.mark.urls("handover.urls")
def test_new_team_is_offered_the_zone_of_the_machine(live_server, browser):
    context = browser.new_context(base_url=live_server.url, timezone_id="Europe/Berlin")
    sign_in(context, live_server.url, factories.administrator())
    page = context.new_page()

    page.goto("/settings/teams/new/")

    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    context.close()
