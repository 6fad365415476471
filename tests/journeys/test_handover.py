"""One shift hands over to the next in the browser, as the people who do it."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from handover.models import Handover
from tests import factories
from tests.boundary import Desk

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def desk(transactional_db) -> Desk:
    desk = Desk()
    factories.issue_type(desk.team, "Parcel delayed")
    return desk


def type_in(page: Page, person) -> None:
    page.locator("input[name=username]").fill(person.username)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def sign_in(page: Page, person) -> None:
    page.goto("/login/")
    type_in(page, person)


def sign(page: Page) -> None:
    page.locator("#sign input[type=password]").fill(factories.PASSWORD)
    page.locator("#sign button").click()
    page.wait_for_url(re.compile(r"/handovers/\d+/$"))


def register_urgent(page: Page) -> None:
    page.goto("/items/new/")
    page.get_by_text("New customer", exact=True).first.click()
    page.get_by_label(re.compile("^Name")).fill("Wang Lihua")
    page.get_by_label(re.compile("^Special communication need")).select_option("text_only")
    page.get_by_text("Urgent: respond within 30 min").click()
    page.get_by_label(re.compile("^Issue type")).select_option(label="Parcel delayed")
    page.get_by_label(re.compile("^Current progress")).fill(
        "The carrier says the parcel is at the depot; Mr Luo rings back by 17:00."
    )
    page.locator("#div_id_key_at .form-check-label").first.click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is registered")).to_be_visible()


def hand_over(page: Page, desk: Desk) -> None:
    page.goto("/handovers/")
    page.get_by_role("main").get_by_role("link", name=desk.post.name).first.click()
    expect(page.locator(".need").first).to_contain_text("Hard of hearing")
    for _ in range(2):
        page.get_by_role("button", name="Checked", exact=True).first.click()
    page.locator("#section-notes textarea").fill("Line 3 was repaired at noon.")
    page.get_by_role("button", name="Review and sign").click()
    expect(page.get_by_text("Line 3 was repaired at noon.")).to_be_visible()
    sign(page)
    expect(page.get_by_text("Waits for the incoming shift")).to_be_visible()


def question_and_read_back(page: Page, desk: Desk) -> None:
    page.goto("/handovers/")
    page.get_by_role("main").get_by_role("link", name=desk.post.name).first.click()
    page.get_by_role("link", name="Line by line").click()
    urgent, other = page.locator("article.line").nth(0), page.locator("article.line").nth(1)
    expect(urgent.locator(".need")).to_contain_text("Hard of hearing: text only")
    other.get_by_role("link", name="Ask").click()
    page.get_by_label(re.compile("Your question")).fill("Which parcel is it, the one of Monday?")
    page.get_by_role("button", name="Ask").click()
    urgent.get_by_label(re.compile("Read back")).fill(
        "I write to her by chat before 17:30 with what Mr Luo said."
    )
    urgent.get_by_role("button", name="Accept: it is mine").click()
    expect(urgent.locator(".readback")).to_contain_text("before 17:30")


def test_from_an_urgent_item_to_a_confirmed_handover(desk, open_page):
    other = desk.item(holder=desk.ada)
    ada, bo, dai = open_page(), open_page(), open_page()
    for page, person in ((ada, desk.ada), (bo, desk.bo), (dai, desk.dai)):
        sign_in(page, person)

    register_urgent(ada)
    hand_over(ada, desk)
    question_and_read_back(bo, desk)
    ada.goto(f"{desk.address}review/")
    ada.locator(f"#item-{other.pk}").get_by_role("link", name="Reply").click()
    ada.get_by_label(re.compile("Your reply")).fill("Yes, Monday's.")
    ada.get_by_role("button", name="Reply").click()
    bo.reload()
    expect(bo.get_by_text("Yes, Monday's.")).to_be_visible()
    bo.locator(f"#item-{other.pk}").get_by_role("button", name="Accept: it is mine").click()
    bo.get_by_role("link", name="Confirm and sign").click()
    sign(bo)

    dai.goto("/handovers/?state=confirmed")
    dai.get_by_role("link", name=desk.post.name).first.click()
    expect(dai.locator(".chip-ok", has_text="Confirmed").first).to_be_visible()
    expect(dai.locator(".readback").first).to_contain_text("I write to her by chat before 17:30")
    assert Handover.objects.get().sign_offs.count() == 2


def test_in_chinese_on_a_phone(desk, open_page):
    desk.item(holder=desk.ada, kind="urgent")
    ada = open_page(locale="zh-CN", viewport=PHONE)
    sign_in(ada, desk.ada)
    ada.goto(f"{desk.address}edit/")
    ada.locator("article.line button").first.click()
    ada.locator(".page-actions button").click()
    sign(ada)

    bo = open_page(locale="zh-CN", viewport=PHONE)
    sign_in(bo, desk.bo)
    bo.goto(f"{desk.address}review/")
    expect(bo.get_by_text("最紧急的在前")).to_be_visible()
    bo.locator("textarea[name=read_back]").fill("我17:30前给仓库打电话并回复客户。")
    bo.locator("article.line form button").first.click()
    bo.locator(".page-actions .btn-primary").click()
    sign(bo)

    assert Handover.objects.get().state == Handover.State.CONFIRMED
    assert bo.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_two_browsers_save_one_section(desk, open_page):
    ada, dai = open_page(), open_page()
    for page, person in ((ada, desk.ada), (dai, desk.dai)):
        sign_in(page, person)
        page.goto(f"{desk.address}sections/notes/")
    for page, text in ((ada, "The printer is empty."), (dai, "Line 3 is dead.")):
        page.locator("textarea[name=text]").fill(text)
        page.get_by_role("button", name="Save").click()

    expect(dai.get_by_text("Two people wrote here at the same time")).to_be_visible()
    expect(dai.locator("textarea[name=text]")).to_have_value("The printer is empty.\nLine 3 is dead.")
    dai.get_by_role("button", name="Save").click()

    expect(dai.locator("#section-notes textarea")).to_have_value("The printer is empty.\nLine 3 is dead.")


def test_text_typed_in_an_ended_session_comes_back_to_its_writer_alone(desk, open_page):
    text = "The customer says: " + "it rattles when shaken. " * 85
    item = desk.item(holder=desk.ada)
    ada = open_page()
    sign_in(ada, desk.ada)
    ada.goto(f"/items/{item.pk}/progress/")
    ada.locator("textarea[name=text]").fill(text)
    Session.objects.all().delete()

    ada.locator("main form button.btn-primary").first.click()
    ada.wait_for_url(re.compile("/login/"))
    address = ada.url
    type_in(ada, desk.dai)
    assert "rattles" not in ada.content()

    ada.context.clear_cookies()
    ada.goto(address)
    type_in(ada, desk.ada)
    expect(ada.locator("textarea[name=text]")).to_have_value(text)
    assert ada.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_reply_reaches_the_page_that_the_receiver_has_open(open_page, desk):
    item = desk.item(holder=desk.ada)
    sender, receiver = open_page(), open_page()
    sign_in(sender, desk.ada)
    sender.goto(f"{desk.address}sign/")
    sign(sender)
    sign_in(receiver, desk.bo)
    receiver.goto(f"{desk.line(item)}question/")
    receiver.get_by_label(re.compile("Your question")).fill("Which parcel is it?")
    receiver.get_by_role("button", name="Ask").click()
    expect(receiver.locator(".thread")).to_contain_text("Which parcel is it?")

    sender.goto(f"{desk.line(item)}reply/")
    sender.get_by_label(re.compile("Your reply")).fill("The one of Monday.")
    sender.get_by_role("button", name="Reply").click()

    line = receiver.locator("article.line")
    expect(line).to_contain_text("The one of Monday.", timeout=20_000)
    expect(line).to_contain_text("it waits for the receiver’s answer again")
