"""What is disputed, checked by chance and proved, in the browsers of those whose matter it is."""

import re
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from handover.check_template import CRITERIA
from handover.models import Dispute, Draw, Finding
from handover.services import lines
from tests import factories
from tests.boundary import Boundary, line_of
from tests.evidence import signed_record, verified
from tests.factories import Role
from tests.office import Office
from tests.records import open_week

pytestmark = pytest.mark.django_db(transaction=True)

BO_SAYS = "The refund of Monday is not in the text, and nobody told me of it."
ADA_SAYS = "I told Bo at the desk at 14:50, before he checked in."
REASON = "What is only told is easily lost; Bo could not know of it."
RULE = "A refund is written into the item before anybody is told."
CORRECTION = "Add the order number to the item."
ANSWER = "It is added, and I read it out when I hand over."


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def follow(page: Page, link: str) -> None:
    page.get_by_role("main").get_by_role("link", name=link, exact=True).click()


# --- A dispute ------------------------------------------------------------------------------------
@pytest.fixture
def office(transactional_db, client) -> Office:
    return Office(client)


def dispute_line(page: Page, office: Office) -> None:
    page.goto(office.address)
    page.locator(f"#item-{office.matter.pk}").get_by_role("link", name="Dispute").click()
    page.get_by_label(re.compile("^What is it about")).select_option(label="what was told orally")
    page.get_by_label(re.compile("^What happened")).fill(BO_SAYS)
    press(page, "Raise the dispute")
    follow(page, "Disputed")
    kept = "Bo has the item and keeps it until this is decided or the shift hands over."
    expect(page.get_by_text(kept)).to_be_visible()


def state_other_side(page: Page) -> None:
    page.goto("/disputes/")
    page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_text(BO_SAYS).first).to_be_visible()
    page.get_by_label(re.compile("^Your statement")).fill(ADA_SAYS)
    press(page, "Make a statement")
    expect(page.get_by_text("Your statement stands in the dispute.")).to_be_visible()


def decide(page: Page, address: str) -> None:
    page.goto(address)
    for said in (BO_SAYS, ADA_SAYS):
        expect(page.get_by_text(said).first).to_be_visible()
    follow(page, "Decide")
    page.get_by_label("for the incoming shift").check()
    page.get_by_label(re.compile("^Who has the item")).select_option(label="Ada")
    page.get_by_label(re.compile("^Reason")).fill(REASON)
    page.get_by_label(re.compile("^Rule to change")).fill(RULE)
    page.get_by_label(re.compile("^Until when")).fill("2099-12-31")
    page.get_by_label(re.compile("^Who sees to it")).select_option(label="Dai")
    press(page, "Decide the dispute")
    expect(page.get_by_text("Decided. Both sides see your reason.")).to_be_visible()


def test_disputed_line_is_decided_after_both_sides_have_spoken(office, open_page):
    ada, bo, dai = (open_page(person) for person in (office.ada, office.bo, office.dai))

    dispute_line(bo, office)
    state_other_side(ada)
    decide(dai, bo.url)

    for page in (ada, bo):
        page.goto(bo.url)
        decision = page.get_by_role("region", name="The decision")
        expect(decision).to_contain_text(REASON)
        expect(decision).to_contain_text("for the incoming shift")
        expect(page.get_by_role("region", name="Rule to change")).to_contain_text(RULE)
    bo.goto(office.address)
    expect(bo.get_by_role("link", name="Dispute decided")).to_be_visible()
    assert Dispute.objects.get().state == Dispute.State.DECIDED
    office.matter.refresh_from_db()
    assert office.matter.holder == office.ada


# --- A spot check ---------------------------------------------------------------------------------
@pytest.fixture
def place(transactional_db) -> Boundary:
    """A confirmed record of a week that is over, however the days of today's week fall."""
    place = Boundary(timezone.now() - timedelta(days=8))
    open_week(place.post.team, count=1, now=place.incoming.starts_at)
    item = factories.item(place.post, now=place.now, holder=place.ada)
    handover = place.open()
    place.submit(handover)
    line = line_of(handover, item)
    lines.accept(line=line, read_back="", heard_orally=False, actor=place.bo, now=place.soon)
    place.confirm(handover)
    return place


def draw_week(page: Page, place: Boundary) -> None:
    page.goto("/supervision/")
    follow(page, "Spot checks")
    follow(page, str(Draw.objects.get().week))
    press(page, "Draw now")
    expect(page.get_by_text("The records of the week are drawn.")).to_be_visible()
    expect(page.get_by_text("Drawn as number 1")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=place.post.name).click()


def score_record(page: Page) -> None:
    follow(page, "Check it")
    for criterion in CRITERIA:
        points = page.get_by_role("group", name=re.compile(f"^{criterion.title}"))
        points.get_by_label(re.compile("^4 ·")).check()
    page.get_by_label("Remarks").fill("Clear, but for the order.")
    press(page, "Keep the check")
    expect(page.get_by_text("The check is kept.")).to_be_visible()


def file_finding(page: Page) -> None:
    follow(page, "File a finding")
    page.get_by_label(re.compile("^What was found")).fill("The order number is missing.")
    page.get_by_label(re.compile("^What is to be put right")).fill(CORRECTION)
    page.get_by_label(re.compile("^Who puts it right")).select_option(label="Ada")
    press(page, "File the finding")
    expect(page.get_by_text("The finding is filed, and the person is told.")).to_be_visible()


def answer_finding(page: Page) -> None:
    page.goto("/spot-checks/")
    page.get_by_role("region", name="For you to put right").get_by_role("link").click()
    expect(page.get_by_text(CORRECTION)).to_be_visible()
    follow(page, "Say what you did")
    page.get_by_label(re.compile("^What you did")).fill(ANSWER)
    press(page, "Send the answer")
    expect(page.get_by_text("Somebody who leads the post takes a second look.")).to_be_visible()


def accept_answer(page: Page) -> None:
    page.goto("/spot-checks/")
    page.get_by_role("region", name="Findings that wait").get_by_role("link").click()
    expect(page.get_by_text(ANSWER)).to_be_visible()
    follow(page, "Take the second look")
    page.get_by_label("Yes, it is put right").check()
    press(page, "Save")
    expect(page.get_by_text("Noted, and the person is told.")).to_be_visible()


def test_drawn_record_is_scored_and_its_finding_put_right(place, open_page):
    ada, dai = open_page(place.ada), open_page(place.dai)

    draw_week(dai, place)
    score_record(dai)
    file_finding(dai)
    answer_finding(ada)
    accept_answer(dai)

    ada.reload()
    expect(ada.get_by_role("main").locator(".chip-ok")).to_be_visible()
    finding = Finding.objects.get()
    assert (finding.state, finding.responsible) == (Finding.State.ACCEPTED, place.ada)
    assert finding.spot_check.scores == {criterion.key: 4 for criterion in CRITERIA}


# --- The proof ------------------------------------------------------------------------------------
@pytest.mark.usefixtures("transactional_db")
def test_record_is_exported_with_a_proof_that_one_changed_character_breaks(evidence_files, open_page):
    handover = signed_record()
    page = open_page(factories.member(handover.team, Role.AUDITOR))

    page.goto(f"/handovers/{handover.pk}/")
    follow(page, "Record with proof")
    with page.expect_download() as export:
        press(page, "Export")
    pack = evidence_files / "pack"
    with zipfile.ZipFile(export.value.path()) as archive:
        archive.extractall(pack)

    code, said = verified(pack)
    assert (code, "ACCEPTED" in said) == (0, True), said
    signed = next(path for path in sorted(pack.glob("texts/*")) if "13:40" in path.read_text())
    signed.write_text(signed.read_text().replace("13:40", "13:41"))
    code, said = verified(pack)
    assert (code, f"REJECTED. texts/{signed.name} was changed after the export." in said) == (1, True), said
