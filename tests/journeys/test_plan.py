"""A week planned without a mouse, with a mouse, and without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from handover.models import Assignment
from tests import factories
from tests.factories import Role
from tests.journeys.inspection import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


class Week:
    """Three people and two shifts on the first three days of next week."""

    def __init__(self) -> None:
        self.desk = factories.post()
        today = timezone.now().astimezone(self.desk.team.zone).replace(hour=0, minute=0, second=0)
        self.monday = today + (7 - today.weekday()) * DAY
        for number in range(3):
            for name, hours in (("Early", 7), ("Late", 15)):
                at = self.monday + number * DAY + timedelta(hours=hours)
                factories.shift(self.desk, name=name, starts_at=at)
        self.people = [factories.member(self.desk.team, name=name) for name in ("Amy", "Bob")]
        self.chief = factories.member(self.desk.team, Role.SUPERVISOR, name="Chief")

        self.address = f"/posts/{self.desk.pk}/plan/?day={self.monday.date()}"

    def planned(self) -> list[tuple[str, str, int]]:
        rows = Assignment.objects.order_by("user__display_name", "shift__starts_at")
        found = rows.values_list("user__display_name", "shift__name", "shift__starts_at")
        return [(name, shift, (at - self.monday).days) for name, shift, at in found]


@pytest.fixture
def week(transactional_db) -> Week:
    return Week()


@pytest.fixture
def plan(live_server, context, page: Page, week: Week) -> Page:
    sign_in(context, live_server.url, week.chief)
    page.goto(f"{live_server.url}{week.address}")
    return page


def boxes(page: Page, person: str, shift: str):
    row = page.locator("tbody tr", has=page.get_by_role("rowheader", name=person, exact=True))
    return row.get_by_role("checkbox", name=shift)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_text("The plan is saved.")).to_be_visible()


def test_plan_is_made_with_the_arrow_keys(plan: Page, week: Week):
    boxes(plan, "Amy", "Early").first.focus()
    for key in ("Space", "ArrowRight", "ArrowDown", "Space", "ArrowDown", "ArrowDown", "Space"):
        plan.keyboard.press(key)
    expect(boxes(plan, "Bob", "Late").nth(1)).to_be_focused()
    for key in ("End", "Space", "Home", "ArrowUp", "ArrowUp", "ArrowLeft"):
        plan.keyboard.press(key)
    expect(boxes(plan, "Amy", "Late").first).to_be_focused()
    save(plan)

    assert week.planned() == [("Amy", "Early", 0), ("Amy", "Late", 1), ("Bob", "Late", 1), ("Bob", "Late", 2)]


def test_plan_is_drawn_with_the_mouse(plan: Page, week: Week):
    cells = boxes(plan, "Amy", "Early")
    cells.nth(0).hover()
    plan.mouse.down()
    for number in (1, 2, 1):
        cells.nth(number).hover()
    plan.mouse.up()
    boxes(plan, "Bob", "Late").first.click()
    save(plan)

    assert week.planned() == [*(("Amy", "Early", day) for day in range(3)), ("Bob", "Late", 0)]


def test_plan_that_is_not_saved_is_not_left_without_a_word(plan: Page):
    asked = []
    plan.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    boxes(plan, "Amy", "Early").first.check()

    plan.get_by_role("link", name="Week after").click(no_wait_after=True)
    expect(boxes(plan, "Amy", "Early").first).to_be_checked()

    assert asked == ["beforeunload"]


def test_plan_is_made_without_scripts(live_server, browser: Browser, week: Week):
    bare = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    sign_in(bare, live_server.url, week.chief)
    plan = bare.new_page()
    plan.goto(f"{live_server.url}{week.address}")
    boxes(plan, "Amy", "Early").first.check()
    plan.get_by_role("combobox", name="Duty supervisor of Late").first.select_option("Bob")
    save(plan)
    bare.close()

    assert week.planned() == [("Amy", "Early", 0), ("Bob", "Late", 0)]
