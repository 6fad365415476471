"""The pages of disputes: raised from the record and its lines, both statements, the decision."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import HeldForm
from handover.models import Dispute, HandoverLine, Kind
from handover.services import holding, lines
from handover.services.disputes import Rule
from tests import factories
from tests.boundary import line_of
from tests.factories import Role
from tests.office import WHY, Office, page_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    return Office(client)


# --- Raising ----------------------------------------------------------------------------------------
def test_line_is_disputed_from_the_record(office):
    record = office.get(office.address, by=office.bo)
    assert f'href="{office.on_line}"' in text(record)
    assert f'href="{office.on_record}"' in text(record)

    answer = office.send(office.on_line, by=office.bo, cause="told", text=WHY)

    dispute = Dispute.objects.get()
    assert answer.url == f"{office.address}review/#item-{office.matter.pk}"  # it is being answered
    assert (dispute.item, dispute.cause, dispute.raised_by) == (office.matter, "told", office.bo)
    record = text(office.get(office.address, by=office.bo))
    assert f'<a class="chip chip-urgent" href="{page_of(dispute)}">' in record
    assert f'href="{office.on_line}"' not in record


def test_line_is_disputed_from_the_review(office):
    review = text(office.get(f"{office.address}review/", by=office.bo))

    assert f'href="{office.on_line}"' in review


def test_whole_record_is_disputed(office):
    office.send(office.on_record, by=office.ada, cause="time", text=WHY)

    dispute = Dispute.objects.get()
    assert (dispute.line, dispute.side) == (None, "outgoing")


def test_record_offers_it_to_neither_third_persons_nor_supervisors(office):
    colleague = factories.agent_on_duty(factories.post(office.team), now=office.now)
    for person in (colleague, office.dai, factories.member(office.team, Role.AUDITOR)):
        assert "dispute/" not in text(office.get(office.address, by=person))
        assert office.get(office.on_line, by=person).status_code == 403


def test_who_worked_the_shift_is_offered_it_when_on_duty_elsewhere(office):
    former = factories.assignment(office.handover.outgoing_shift, checked_in=True).user
    work = factories.shift(factories.post(office.team), starts_at=office.now - timedelta(hours=1))
    factories.assignment(work, former, checked_in=True)

    assert f'href="{office.on_line}"' in text(office.get(office.address, by=former))


def test_what_was_typed_stays_where_something_is_missing(office):
    answer = office.send(office.on_line, by=office.bo, cause="told", text="")

    assert answer.context["form"].errors == {"text": ["This field is required."]}
    assert not Dispute.objects.exists()


def test_text_typed_in_an_expired_session_comes_back(office):
    held = HeldForm.objects.create(
        user=office.bo, path=office.on_line, data=json.dumps({"text": [WHY]}), created_at=timezone.now()
    )

    assert WHY in text(office.get(office.on_line, by=office.bo, held=held.pk))


def test_second_dispute_on_a_line_says_why_not(office):
    office.dispute()
    answer = office.send(office.on_line, by=office.ada, cause="told", text="Not so.")

    assert "A dispute about this is open already." in text(answer)


def test_line_of_another_record_is_not_there(office):
    other = reverse("line_dispute", args=[office.handover.pk, office.item().pk])

    assert office.get(other, by=office.bo).status_code == 404


# --- One dispute ------------------------------------------------------------------------------------
def test_page_shows_both_statements_and_who_decides(office):
    dispute = office.dispute()
    office.send(page_of(dispute, "dispute_state"), by=office.ada, text="It is in the second note.")

    answer = office.get(page_of(dispute), by=office.ada)

    said = {
        side: [each.text for each in each_side] for side, _label, each_side in answer.context["page"].sides
    }
    assert said == {"outgoing": ["It is in the second note."], "incoming": [WHY]}
    assert [person.display_name for person in answer.context["in_charge"]] == ["Dai"]
    assert "Bo has the item and keeps it until this is decided or the shift hands over." in text(answer)
    assert "made a statement on a dispute" in text(answer)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("ada", {"may_state"}),
        ("bo", {"may_state", "may_withdraw"}),
        ("dai", {"may_decide"}),
        ("auditor", set()),
        ("root", set()),
    ],
)
def test_page_offers_each_what_they_may_do(office, who, may):
    dispute = office.dispute()
    person = {
        "auditor": lambda: factories.member(office.team, Role.AUDITOR),
        "root": factories.administrator,
    }.get(who, lambda: getattr(office, who))()

    context = office.get(page_of(dispute), by=person).context

    offered = {name for name in ("may_state", "may_decide", "may_withdraw", "may_finish") if context[name]}
    assert offered == may


def test_party_who_supervises_reads_why_somebody_else_decides(office):
    factories.assignment(office.handover.outgoing_shift, office.dai, checked_in=True)
    dispute = office.dispute()

    assert "You are a party to this matter" in text(office.get(page_of(dispute), by=office.dai))
    assert office.get(page_of(dispute, "dispute_decide"), by=office.dai).status_code == 403


def test_third_agent_reads_that_there_is_one_and_no_more(office):
    dispute = office.dispute()
    colleague = factories.agent_on_duty(factories.post(office.team), now=office.now)

    record = text(office.get(office.address, by=colleague))
    assert ("Disputed" in record, WHY in record, page_of(dispute) in record) == (True, False, False)
    item = text(office.get(f"/items/{office.matter.pk}/", by=colleague))
    assert ("Disputed: whoever has it keeps it" in item, page_of(dispute) in item) == (True, False)
    assert office.get(page_of(dispute), by=colleague).status_code == 404


def readers(office, dispute, people) -> set[str]:
    """Whom the page lets in at all, with whether they read what was said."""
    found = set()
    for person in people:
        answer = office.get(page_of(dispute), by=person)
        if answer.status_code == 200:
            found.add(f"{person} {'heard' if WHY in text(answer) else 'shut out'}")
    return found


def test_statements_are_read_by_both_sides_and_those_in_charge(office):
    signer, worker, receiver = (factories.member(office.team, name=name) for name in ("Sid", "Wes", "Rex"))
    leader = factories.member(office.team, leads=office.post, name="Lea")
    auditor = factories.member(office.team, Role.AUDITOR, name="Aud")
    dispute = office.dispute()
    joined = office.handover.sign_offs.get()
    joined.pk, joined.user, joined.role = None, signer, "supervisor"
    joined.save(force_insert=True)
    factories.assignment(office.handover.outgoing_shift, worker, checked_in=True)
    other = office.item()
    office.handover.lines.create(
        item=other, round_number=1, answer="questioned", answered_by=receiver, answered_at=office.now
    )
    people = (office.ada, office.bo, office.dai, signer, worker, receiver, leader, auditor)

    assert readers(office, dispute, people) == {f"{person} heard" for person in people}


def test_statements_are_not_read_by_who_has_no_part_in_the_record(office):
    """On the roster of its shifts, or a signer of an addendum; leading another post; on duty beside it."""
    rostered, adder = factories.member(office.team, name="Ros"), factories.member(office.team, name="Adam")
    substitute = factories.member(office.team, name="Sub")
    factories.assignment(office.handover.incoming_shift, rostered)
    given = factories.assignment(office.handover.outgoing_shift, rostered)
    factories.assignment(office.handover.outgoing_shift, substitute, substitutes=given)
    dispute = office.dispute()
    joined = office.handover.sign_offs.get()
    joined.pk, joined.user, joined.role = None, adder, "addendum"
    joined.save(force_insert=True)
    closer = factories.member(office.team, name="Clo")
    office.handover.lines.create(
        item=office.item(), round_number=1, answer="ended", answered_by=closer, answered_at=office.now
    )
    other_leader = factories.member(office.team, leads=factories.post(office.team), name="Leo")
    beside = factories.agent_on_duty(factories.post(office.team), now=office.now)

    assert readers(office, dispute, (rostered, adder, substitute, closer, other_leader, beside)) == set()


def test_who_sees_to_the_rule_reads_the_decision_alone(office):
    clerk = factories.member(office.team, name="Cle")
    dispute = office.dispute()
    office.settle(dispute, rule=Rule("Tell refunds orally.", office.now.date(), clerk))

    page = text(office.get(page_of(dispute), by=clerk))

    assert (WHY in page, "Tell refunds orally." in page, "It is changed" in page) == (False, True, True)
    assert "What both sides say is read by them" in page


def test_withdrawn_with_a_reason(office):
    dispute = office.dispute()
    office.send(page_of(dispute, "dispute_withdraw"), by=office.bo, text="We talked.")

    dispute.refresh_from_db()
    assert (dispute.state, dispute.reason) == ("withdrawn", "We talked.")
    assert "We talked." in text(office.get(page_of(dispute), by=office.ada))


# --- The item ---------------------------------------------------------------------------------------
def test_item_page_offers_its_holder_no_way_to_pass_it_on(office):
    url = f"/items/{office.matter.pk}/"
    before = office.get(url, by=office.bo).context["page"].may
    dispute = office.dispute()
    answer = office.get(url, by=office.bo)
    page = answer.context["page"]

    assert (before["release"], before["transfer"]) == (True, True)
    assert (page.may["release"], page.may["transfer"], page.may["work"]) == (False, False, True)
    assert page.dispute == page_of(dispute)
    answer = office.send(f"{url}release/", by=office.bo, text="")
    assert "There is an open dispute about this item." in text(answer)


@pytest.mark.parametrize(("kind", "may"), [(Kind.URGENT, True), (Kind.FOLLOW_UP, False)])
def test_supervisor_is_offered_to_take_over_what_is_urgent(client, kind, may):
    office = Office(client, kind=kind)
    office.dispute()

    assert office.get(f"/items/{office.matter.pk}/", by=office.dai).context["page"].may["take_over"] is may


def test_team_that_gets_the_item_reads_nothing_of_its_dispute(office):
    dispute = office.dispute()
    office.settle(dispute, reason="Bo was careless.")
    theirs = factories.post()
    eve = factories.agent_on_duty(theirs, now=office.now)
    url = f"/items/{office.matter.pk}/"
    at_home = text(office.get(url, by=office.ada))
    item = type(office.matter).objects.get()
    holding.transfer(item=item, to=theirs, reason="Yours.", actor=office.bo, now=office.now)

    abroad = text(office.get(url, by=eve))

    said = ("raised a dispute", "decided a dispute", "Bo was careless.")
    assert [words in at_home for words in said] == [True] * 3
    assert [words in abroad for words in (*said, "Yours.")] == [False] * 3 + [True]


# --- Deciding ---------------------------------------------------------------------------------------
def decision(office, **changes) -> dict:
    facts = {"verdict": "outgoing", "holder": office.bo.pk, "reason": "It was in the second note."}
    return facts | {"rule": "", "rule_due_on": "", "rule_by": ""} | changes


def test_supervisor_decides_with_a_rule(office):
    dispute = office.dispute()
    form = office.get(page_of(dispute, "dispute_decide"), by=office.dai).context["form"]
    assert form["holder"].value() == office.bo.pk
    due_on = (office.now + timedelta(days=3)).astimezone(office.team.zone).date()
    rule = {"rule": "Refunds are told orally.", "rule_due_on": due_on.isoformat(), "rule_by": office.ada.pk}

    answer = office.send(page_of(dispute, "dispute_decide"), by=office.dai, **decision(office, **rule))

    dispute.refresh_from_db()
    assert answer.url == page_of(dispute)
    assert (dispute.state, dispute.verdict, dispute.decided_holder) == ("decided", "outgoing", office.bo)
    assert (dispute.rule, dispute.rule_due_on, dispute.rule_by) == (rule["rule"], due_on, office.ada)
    shown = office.get(page_of(dispute), by=office.ada)
    assert "for the outgoing shift" in text(shown)
    assert shown.context["may_finish"]
    office.send(page_of(dispute, "dispute_rule_done"), by=office.ada)
    assert Dispute.objects.get().rule_done_by == office.ada


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"verdict": ""}, {"verdict"}),
        ({"reason": " "}, {"reason"}),
        ({"holder": "0"}, {"holder"}),
        ({"rule": "Do it."}, {"rule_due_on", "rule_by"}),
        ({"rule_due_on": "2999-01-01"}, {"rule"}),
        ({"rule": "Do it.", "rule_due_on": "2020-01-01", "rule_by": "ada"}, {"rule_due_on"}),
        ({"rule": "Do it.", "rule_due_on": "soon", "rule_by": "ada"}, {"rule_due_on"}),
    ],
)
def test_decision_says_what_is_missing_and_keeps_the_rest(office, changes, errors):
    dispute = office.dispute()
    if changes.get("rule_by") == "ada":
        changes = changes | {"rule_by": office.ada.pk}
    answer = office.send(page_of(dispute, "dispute_decide"), by=office.dai, **decision(office, **changes))

    assert set(answer.context["form"].errors) == errors
    assert Dispute.objects.get().state == "open"


def test_people_of_another_team_are_no_choice(office):
    dispute, stranger = office.dispute(), factories.agent_on_duty(factories.post(), now=office.now)
    changes = {"holder": stranger.pk, "rule": "x", "rule_due_on": "2999-01-01", "rule_by": stranger.pk}
    answer = office.send(page_of(dispute, "dispute_decide"), by=office.dai, **decision(office, **changes))

    assert set(answer.context["form"].errors) == {"holder", "rule_by"}


def test_item_that_has_ended_is_given_to_nobody(office):
    dispute = office.dispute()
    type(office.matter).objects.update(is_open=False, stage="closed", closed_at=office.now)
    form = office.get(page_of(dispute, "dispute_decide"), by=office.dai).context["form"]

    assert "holder" not in form.fields


def test_decided_twice_says_so(office):
    dispute = office.dispute()
    office.settle(dispute)
    answer = office.send(page_of(dispute, "dispute_decide"), by=office.dai, **decision(office))

    assert "This is not possible any more: it is now “Decided”." in text(answer)


# --- Reservation on the record ----------------------------------------------------------------------
def test_record_says_that_its_reservation_is_settled(office):
    dispute = office.dispute()
    seen = office.get(f"{office.address}confirm/", by=office.bo).context["form"].initial["seen"]
    office.send(f"{office.address}confirm/", by=office.bo, seen=seen, password=factories.PASSWORD)
    assert "With reservation" in text(office.get(office.address, by=office.bo))

    office.settle(dispute)

    record = text(office.get(office.address, by=office.bo))
    assert ("With reservation" in record, "Reservation settled" in record) == (False, True)
    assert "Dispute decided" in record


def test_confirming_page_says_that_a_dispute_leaves_a_reservation(office):
    office.dispute()

    assert "the record will say “with reservation” until that is decided" in text(
        office.get(f"{office.address}confirm/", by=office.bo)
    )


# --- The boards -------------------------------------------------------------------------------------
def test_boards_show_what_is_to_be_decided_and_not_to_a_party(office):
    dispute = office.dispute()
    board = office.get("/board/", by=office.dai)
    assert [card.url for card in board.context["disputes"]] == [page_of(dispute)]
    assert "/board/#disputes" in text(office.get("/", by=office.dai))

    factories.assignment(office.handover.outgoing_shift, office.dai, checked_in=True)
    assert office.get("/board/", by=office.dai).context["disputes"] == []


def test_supervision_leads_to_the_disputes_and_says_how_many_wait(office):
    before = office.get("/supervision/", by=office.dai).context["disputes"]
    office.dispute()
    page = office.get("/supervision/", by=office.dai)

    assert 'href="/disputes/"' in text(page)
    assert (before, page.context["disputes"]) == (0, 1)


def test_line_decided_by_a_dispute_leaves_the_review(office):
    line = line_of(office.handover, office.matter)
    lines.undo(line=line, actor=office.bo, now=office.now)
    lines.refuse(line=line_of(office.handover, office.matter), reason="No.", actor=office.bo, now=office.now)
    office.settle(office.dispute())

    assert line_of(office.handover, office.matter).answer == HandoverLine.Answer.DECIDED
