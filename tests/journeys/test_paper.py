"""Blank forms on paper, and a shift that wrote by hand."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from handover.models import Handover
from handover.services import paper
from tests.boundary import Desk
from tests.factories import PASSWORD
from tests.journeys.inspection import DESK, PHONE, Mode, inspector

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.mark.parametrize("mode", [DESK, PHONE], ids=str)
def test_each_blank_form_takes_one_page(live_server, browser, mode: Mode):
    desk = Desk()
    desk.post.name = "After-sales desk for large appliances and their spare parts, second floor"
    desk.post.save(update_fields=["name"])
    paper.print_forms(post=desk.post, first=1, count=3, actor=desk.ada, now=desk.then)

    with inspector(browser, live_server.url, mode, desk.ada) as eye:
        eye.page.goto(reverse("paper_form_print", args=[desk.post.pk, 1, 3]))
        pdf = eye.page.pdf(format="A4")

    assert len(PAGE.findall(pdf)) == 3


def test_handover_written_by_hand_is_typed_in_and_signed(live_server, browser):
    desk = Desk()
    (sheet,) = paper.print_forms(
        post=desk.post, first=1, count=1, actor=desk.ada, now=desk.now - timedelta(hours=6)
    )
    written_at = timezone.localtime(desk.now, desk.team.zone) - timedelta(hours=1)

    with inspector(browser, live_server.url, DESK, desk.ada) as eye:
        page = eye.page
        page.goto(reverse("handover_edit", args=[desk.handover.pk]))
        page.get_by_role("link", name="Type it from a paper form").click()
        page.get_by_label("Serial number of the sheet").fill(f"{sheet.serial}9")
        page.get_by_label("Written at").fill(written_at.strftime("%Y-%m-%dT%H:%M"))
        page.get_by_role("button", name="Mark as from paper").click()
        expect(page.locator("main")).to_contain_text("No form with this serial number was printed")
        page.get_by_label("Serial number of the sheet").fill(sheet.serial)
        page.get_by_role("button", name="Mark as from paper").click()
        page.get_by_role("button", name="Review and sign").click()
        expect(page.locator("main")).to_contain_text(
            f"form {sheet.serial}, written {written_at:%Y-%m-%d %H:%M}"
        )
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign", exact=True).click()
        expect(page.locator("main")).to_contain_text("Waits for the incoming shift")

    assert Handover.objects.get().paper_forms.get() == sheet
