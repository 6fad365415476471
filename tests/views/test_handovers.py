import json
from datetime import timedelta

import pytest

from accounts.models import Membership
from handover import canonical
from handover.models import Event, Handover, HandoverLine, Kind, Section, SectionDraft
from tests import factories
from tests.boundary import READ_BACK, Desk
from tests.counting import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def sign(client, address, *, password=factories.PASSWORD):
    """Read the page to sign as a person would, and sign what it shows."""
    seen = client.get(address).context["form"].initial["seen"]
    return client.post(address, {"seen": seen, "password": password})


def submitted(client, desk):
    client.force_login(desk.ada)
    assert sign(client, f"{desk.address}sign/").status_code == 302
    desk.handover.refresh_from_db()


def test_whole_handover_from_draft_to_confirmed(client, desk):
    urgent = desk.item(kind=Kind.URGENT, holder=desk.ada)
    other = desk.item(holder=desk.ada)
    submitted(client, desk)

    client.force_login(desk.bo)
    client.post(f"{desk.line(urgent)}accept/", {"read_back": READ_BACK})
    client.post(f"{desk.address}receive-all/")
    assert sign(client, f"{desk.address}confirm/").status_code == 302

    desk.handover.refresh_from_db()
    urgent.refresh_from_db()
    other.refresh_from_db()
    assert desk.handover.state == Handover.State.CONFIRMED
    assert (urgent.holder, other.holder) == (desk.bo, None)


def test_signed_text_can_be_downloaded_and_hashes_to_its_name(client, desk):
    desk.item(holder=desk.ada)
    submitted(client, desk)
    sha256 = desk.handover.rounds.get().text_id

    text = client.get(f"{desk.address}signed/{sha256}/").content.decode()

    assert canonical.sha256(text) == sha256
    assert json.loads(text)["signature"]["name"] == "Ada"


def test_sign_with_a_wrong_password_signs_nothing(client, desk):
    client.force_login(desk.ada)

    answer = sign(client, f"{desk.address}sign/", password="not mine at all")

    assert answer.context["form"].errors["password"]
    assert "autofocus" in answer.content.decode()
    assert Handover.objects.get().state == Handover.State.DRAFT


def test_sign_what_changed_meanwhile_shows_it_again(client, desk):
    item = desk.item(holder=desk.ada)
    client.force_login(desk.ada)
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    type(item).objects.filter(pk=item.pk).update(progress="Refunded at 15:20; the bank confirms tomorrow.")

    answer = client.post(f"{desk.address}sign/", {"seen": seen, "password": factories.PASSWORD})

    assert answer.status_code == 409
    assert "Refunded at 15:20" in answer.content.decode()
    again = answer.context["form"].data["seen"]
    assert (
        client.post(f"{desk.address}sign/", {"seen": again, "password": factories.PASSWORD}).status_code
        == 302
    )


def test_sign_urgent_without_facts_needs_a_reason(client, desk):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada, progress="registered, to follow up")
    client.force_login(desk.ada)

    before = client.get(f"{desk.address}sign/").content.decode()
    refused = sign(client, f"{desk.address}sign/")
    unsaid = client.post(f"{desk.address}items/{item.pk}/check/", {"missing_reason": " "})
    said = client.post(f"{desk.address}items/{item.pk}/check/", {"missing_reason": "He hung up."})

    assert f'href="{desk.address}edit/#item-{item.pk}"' in before
    assert 'name="password"' not in before
    assert str(item.pk) in refused.context["form"].errors["password"][0]
    assert unsaid.context["form"].errors["missing_reason"]
    assert said.status_code == 302
    assert sign(client, f"{desk.address}sign/").status_code == 302


def test_missing_facts_are_named_once_each(client, desk):
    desk.item(holder=desk.ada, progress="Refund in progress.", key_at=None)
    client.force_login(desk.ada)

    page = client.get(f"{desk.address}edit/")

    assert page.content.decode().count("The progress does not say what was done") == 1


def test_section_saved_by_two_shows_both_and_keeps_both(client, desk):
    client.force_login(desk.ada)
    address = f"{desk.address}sections/notes/"
    client.post(address, {"version": 0, "text": "Printer is empty."})

    client.force_login(desk.dai)
    conflict = client.post(address, {"version": 0, "text": "Line 3 is dead."})
    merged = conflict.context["form"].initial
    saved = client.post(address, {"version": merged["version"], "text": merged["text"]})

    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Printer is empty." in page
    assert "Line 3 is dead." in page
    assert saved.status_code == 302
    assert Section.objects.get().body == {"text": "Printer is empty.\nLine 3 is dead."}
    saved = Event.objects.filter(verb__startswith="section").order_by("pk")
    texts = [event.data["body"]["text"] for event in saved]
    assert sorted(texts) == ["Line 3 is dead.", "Printer is empty.", "Printer is empty.\nLine 3 is dead."]


def test_section_checklist_fault_needs_a_note(client, desk):
    client.force_login(desk.ada)

    answer = client.post(f"{desk.address}sections/equipment/", {"version": 0, "phone": "fault"})

    assert list(answer.context["form"].errors) == ["phone_note"]
    assert not Section.objects.exists()


def test_autosave_keeps_a_draft_that_only_its_author_goes_on_with(client, desk):
    client.force_login(desk.ada)
    kept = client.post(f"{desk.address}sections/notes/draft/", {"version": 0, "text": "Half a sen"})
    own = client.get(f"{desk.address}edit/").content.decode()
    client.force_login(desk.dai)
    others = client.get(f"{desk.address}edit/").content.decode()

    assert kept.status_code == 200
    assert "Half a sen" in own
    assert "Half a sen" not in others
    assert "Typed and not saved yet" in others


def test_finish_saves_what_was_typed_and_goes_on_to_sign(client, desk):
    client.force_login(desk.ada)
    client.post(f"{desk.address}sections/notes/draft/", {"version": 0, "text": "All quiet."})

    answer = client.post(f"{desk.address}finish/")

    assert answer.url == f"{desk.address}sign/"
    assert Section.objects.get().body == {"text": "All quiet."}
    assert not SectionDraft.objects.exists()


def test_finish_with_an_incomplete_section_leads_to_it(client, desk):
    client.force_login(desk.ada)
    client.post(f"{desk.address}sections/equipment/draft/", {"version": 0, "phone": "fault"})

    answer = client.post(f"{desk.address}finish/")

    assert answer.url == f"{desk.address}sections/equipment/"


def test_review_orders_by_what_runs_out_first(client, desk):
    late = desk.item(due_at=desk.now + timedelta(hours=5))
    soon = desk.item(due_at=desk.now + timedelta(minutes=20))
    submitted(client, desk)
    client.force_login(desk.bo)

    shown = client.get(f"{desk.address}review/").context["page"].lines

    assert [line.row.item for line in shown] == [soon, late]


def test_accept_urgent_with_an_empty_phrase_keeps_it_and_says_why(client, desk):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    submitted(client, desk)
    client.force_login(desk.bo)

    answer = client.post(f"{desk.line(item)}accept/", {"read_back": "ok, will do"})

    assert answer.context["form"].errors["read_back"]
    assert "ok, will do" in answer.content.decode()
    assert desk.handover.lines.get().answer == HandoverLine.Answer.NONE


def test_outgoing_signer_cannot_receive_own_handover(client, desk):
    item = desk.item(holder=desk.ada)
    submitted(client, desk)
    factories.assignment(desk.handover.incoming_shift, desk.ada, checked_in_at=desk.then)

    answer = client.post(f"{desk.line(item)}accept/", follow=True)

    assert desk.handover.lines.get().answer == HandoverLine.Answer.NONE
    assert "somebody else must receive it" in answer.content.decode()


def test_refused_line_is_decided_by_a_supervisor_and_not_by_a_party(client, desk):
    desk.item(kind=Kind.URGENT, holder=desk.dai)
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    leader = factories.member(desk.team, leads=desk.post, name="Eva")
    submitted(client, desk)
    client.force_login(desk.bo)
    client.post(f"{desk.line(item)}refuse/", {"text": "Which parcel?"})

    client.force_login(desk.dai)
    refused = client.post(f"{desk.line(item)}decide/", {"reason": "Mine.", "holder": desk.dai.pk})
    page = client.get(f"{desk.address}review/").content.decode()
    client.force_login(leader)
    decided = client.post(f"{desk.line(item)}decide/", {"reason": "Bo has time.", "holder": desk.bo.pk})

    item.refresh_from_db()
    assert (refused.status_code, decided.status_code) == (403, 302)
    assert "somebody else must" in refused.content.decode()
    assert "held one of its items" in page
    assert "It is for: Eva" in page
    assert "Decide who holds it" not in page
    assert item.holder == desk.bo
    assert "held by Bo" in client.get(desk.address).content.decode()


@pytest.mark.parametrize("page", ["take-over/", "return/", "confirm/"])
def test_supervisor_who_worked_the_outgoing_shift_reads_why_not(client, desk, page):
    factories.assignment(desk.handover.outgoing_shift, desk.dai, checked_in=True)
    submitted(client, desk)
    client.force_login(desk.dai)

    answer = client.get(f"{desk.address}{page}")

    assert answer.status_code == 403
    assert "You worked the shift that hands over here" in answer.content.decode()
    assert not client.get(desk.address).context["may_take_over"]


def test_return_makes_a_second_round_and_the_first_stays(client, desk):
    desk.item(holder=desk.ada)
    submitted(client, desk)
    client.force_login(desk.bo)
    client.post(f"{desk.address}return/", {"text": "One parcel is missing."})
    desk.handover.refresh_from_db()
    assert desk.handover.state == Handover.State.DRAFT

    submitted(client, desk)

    page = client.get(f"{desk.address}?round=1").content.decode()
    assert "One parcel is missing." in page
    assert desk.handover.round_count == 2


def test_take_over_lets_a_supervisor_sign_in_place_of_the_shift(client, desk):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    submitted(client, desk)
    client.force_login(desk.dai)

    client.post(f"{desk.address}take-over/", {"text": "Bo is ill."})
    sign(client, f"{desk.address}confirm/")

    desk.handover.refresh_from_db()
    item.refresh_from_db()
    assert (desk.handover.state, desk.handover.taken_over, item.holder) == ("confirmed", True, desk.dai)
    assert desk.handover.sign_offs.get(role="incoming").as_supervisor


def test_answer_back_is_asked_for_and_shown_to_the_sender(client, desk):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    submitted(client, desk)
    client.force_login(desk.bo)
    client.post(f"{desk.line(item)}accept/", {"read_back": READ_BACK})
    sign(client, f"{desk.address}confirm/")
    following = Handover.objects.create(
        team=desk.team,
        post=desk.post,
        outgoing_shift=desk.handover.incoming_shift,
        boundary_at=desk.handover.incoming_shift.ends_at,
        opened_at=desk.now,
    )

    refused = sign(client, f"/handovers/{following.pk}/sign/")
    line = desk.handover.lines.get()
    client.post(f"/handovers/{following.pk}/received/{line.pk}/", {"text": "The depot was shut all day."})
    signed = sign(client, f"/handovers/{following.pk}/sign/")
    late = client.post(f"/handovers/{following.pk}/received/{line.pk}/", {"text": "It was all done."})

    client.force_login(desk.dai)
    assert "This is not possible any more" in late.content.decode()
    assert refused.context["form"].errors["password"]
    assert signed.status_code == 302
    assert "The depot was shut all day." in client.get(desk.address).content.decode()


def test_others_of_a_side_sign_too_and_once(client, desk):
    desk.item(holder=desk.ada)
    eve = factories.member(desk.team, name="Eve")
    factories.assignment(desk.handover.outgoing_shift, eve, checked_in_at=desk.then)
    submitted(client, desk)
    client.force_login(eve)

    assert sign(client, f"{desk.address}join/").status_code == 302
    again = client.get(f"{desk.address}join/")
    client.force_login(desk.bo)
    too_early = client.get(f"{desk.address}join/")

    assert (again.status_code, too_early.status_code) == (403, 403)
    signed = desk.handover.sign_offs.order_by("pk").values_list("user", "role")
    assert list(signed) == [(desk.ada.pk, "outgoing"), (eve.pk, "outgoing")]
    joined = json.loads(desk.handover.sign_offs.get(user=eve).text.text)
    assert joined["joins"] == desk.handover.rounds.get().text_id


def test_print_of_a_draft_says_that_nothing_is_signed(client, desk):
    desk.item(holder=desk.ada)
    client.force_login(desk.ada)

    draft = client.get(f"{desk.address}print/").content.decode()
    submitted(client, desk)
    signed = client.get(f"{desk.address}print/").content.decode()

    assert "nothing on this page is signed" in draft
    assert desk.handover.rounds.get().text_id in signed


PAGES = ["", "edit/", "sign/", "review/", "confirm/", "print/", "add/", "return/", "take-over/", "finish/"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_another_team_do_not_exist(client, desk, page):
    stranger = factories.agent_on_duty(factories.post(), now=desk.now)
    client.force_login(stranger)

    assert client.get(f"{desk.address}{page}").status_code in (404, 405)
    assert client.post(f"{desk.address}{page}").status_code in (404, 405)


@pytest.mark.parametrize("page", ["sign/", "finish/", "sections/notes/", "confirm/", "take-over/"])
def test_auditor_reads_and_does_nothing(client, desk, page):
    client.force_login(factories.member(desk.team, Membership.Role.AUDITOR))

    assert client.get(f"{desk.address}edit/").status_code == 200
    assert client.post(f"{desk.address}{page}").status_code == 403


def test_agent_off_duty_sees_records_of_own_shifts_alone(client, desk):
    off_duty = factories.member(desk.team)
    client.force_login(off_duty)
    assert client.get(desk.address).status_code == 404

    factories.assignment(desk.handover.incoming_shift, off_duty)

    assert client.get(f"{desk.address}edit/").status_code == 200
    assert client.get(f"{desk.address}sign/").status_code == 403


@pytest.mark.parametrize(("page", "queries"), [("edit/", 13), ("sign/", 13)])
@pytest.mark.parametrize("count", [1, 30])
def test_pages_of_a_draft_cost_the_same_for_one_item_and_thirty(client, desk, page, queries, count):
    for _ in range(count):
        desk.item(holder=desk.ada)
    client.force_login(desk.ada)

    assert queries_of(client, f"{desk.address}{page}") == queries


@pytest.mark.parametrize(("page", "queries"), [("review/", 11), ("", 13)])
@pytest.mark.parametrize("count", [1, 30])
def test_pages_of_a_record_cost_the_same_for_one_line_and_thirty(client, desk, page, queries, count):
    for _ in range(count):
        desk.item(holder=desk.ada)
    submitted(client, desk)
    client.force_login(desk.bo)

    assert queries_of(client, f"{desk.address}{page}") == queries
