"""What a handover promises at each of its states, sentence by sentence."""

from datetime import time, timedelta

import pytest

from handover.errors import Conflict, HandoverError, InvalidMove, NotAllowed
from handover.models import Clock, Event, Handover, HandoverLine, Kind
from handover.queries import cut, duty, record, review
from handover.services import confirmation, endings, holding, items, lines, opening, shifts, submission
from tests import factories
from tests.boundary import READ_BACK, SOON, Boundary, line_of
from tests.factories import NOW

pytestmark = pytest.mark.django_db
Answer, State = HandoverLine.Answer, Handover.State


@pytest.fixture
def boundary():
    return Boundary()


def handed_over(boundary, **fields):
    """A submitted handover and its one line."""
    item = factories.item(boundary.post, **{"holder": boundary.ada} | fields)
    handover = boundary.open()
    boundary.submit(handover)
    return handover, line_of(handover, item)


def accept(line, person, *, now=SOON):
    lines.accept(line=line, read_back=READ_BACK, heard_orally=False, actor=person, now=now)


def state_of(handover) -> tuple[str, bool]:
    return Handover.objects.values_list("state", "with_reservation").get(pk=handover.pk)


# --- opening and the cut ---------------------------------------------------------------------------


def test_a_record_opens_filled_with_items_promises_and_who_comes(boundary):
    factories.item(boundary.post, holder=boundary.ada)
    promised = factories.item(boundary.post)
    promised.promises.create(text="We ring back", due_at=NOW + timedelta(hours=1), made_at=NOW)

    content = record.outgoing_content(record.load_draft(boundary.open()))

    assert [(line["holder"], line["promise"] and line["promise"]["text"]) for line in content["lines"]] == [
        ("Ada", None),
        ("", "We ring back"),
    ]
    assert content["incoming_shift"]["people"] == [{"name": "Bo", "duty_supervisor": False}]


def test_who_works_on_carries_on_by_an_event_without_a_line(boundary):
    both = factories.assignment(boundary.outgoing, checked_in=True).user
    factories.assignment(boundary.incoming, both, checked_in_at=SOON)
    own = factories.item(boundary.post, holder=both)
    handover = boundary.open()

    first = boundary.submit(handover)

    own.refresh_from_db()
    signed = record.signed_content(first.text)
    carried = Event.objects.filter(verb=Event.Verb.CARRIED_ON)
    assert (own.holder, handover.lines.count()) == (both, 0)
    assert [(row["item"], row["holder"]) for row in signed["staying"]] == [(own.pk, both.display_name)]
    assert list(carried.values_list("actor", "handover")) == [(both.pk, handover.pk)]


def test_what_comes_after_the_cut_stands_beside_the_record_and_in_the_next_cut(boundary):
    handover, _line = handed_over(boundary)
    late = factories.item(boundary.post, now=NOW + timedelta(minutes=5))
    following = opening.open_for(shift=boundary.incoming, now=NOW)

    page = review.read(handover, duty.access(boundary.bo, SOON))
    read_off_duty = review.read(handover, duty.access(boundary.ada, NOW + timedelta(days=1)))

    assert [row["id"] for row in page.arrived] == [late.pk]
    assert read_off_duty.arrived == []
    assert late.pk not in [line.row.item_id for line in page.lines]
    assert late in cut.cut(following)


def test_a_check_by_somebody_else_is_not_one_by_the_holder(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    facts = {"handover": handover, "item": item, "told_orally": False, "missing_reason": "", "now": NOW}

    checked = []
    for person in (boundary.dai, boundary.ada):
        lines.check(actor=person, **facts)
        (line,) = record.outgoing_content(record.load_draft(handover))["lines"]
        checked.append(line["checked"])

    assert checked == [False, True]


def test_the_clock_of_taking_waits_for_the_post_to_open(boundary):
    boundary.post.service_hours.create(weekday=1, opens_at=time(9), closes_at=time(14, 30))
    boundary.post.service_hours.create(weekday=2, opens_at=time(9), closes_at=time(18))
    _handover, line = handed_over(boundary, kind=Kind.URGENT)  # Tuesday; the evening begins at 15:00

    taken = Clock.objects.get(item=line.item, kind="taken", stopped_at=None)

    assert f"{taken.due_at.astimezone(boundary.post.team.zone):%a %H:%M}" == "Wed 09:10"


# --- receiving -------------------------------------------------------------------------------------


def test_a_substitute_receives_and_confirms(boundary):
    away = factories.assignment(boundary.incoming, factories.member(boundary.post.team))
    eve = factories.member(boundary.post.team, name="Eve")
    place = shifts.substitute(assignment=away, user=eve, reason="Ill", actor=boundary.dai, now=NOW)
    handover, line = handed_over(boundary)
    shifts.check_in(assignment=place, now=SOON)

    accept(line, eve)
    with pytest.raises(NotAllowed):
        boundary.confirm(handover, by=away.user)
    boundary.confirm(handover, by=eve)

    line.item.refresh_from_db()
    assert (state_of(handover), line.item.holder) == ((State.CONFIRMED, False), eve)


def test_only_who_is_on_duty_for_the_incoming_shift_confirms(boundary):
    handover = boundary.open()
    boundary.submit(handover)
    elsewhere = factories.agent_on_duty(factories.post(boundary.post.team), now=SOON)

    with pytest.raises(NotAllowed):
        boundary.confirm(handover, by=elsewhere)

    assert state_of(handover) == (State.SUBMITTED, False)


def test_an_empty_handover_is_confirmed(boundary):
    handover = boundary.open()
    boundary.submit(handover)

    boundary.confirm(handover)

    assert (handover.lines.count(), state_of(handover)) == (0, (State.CONFIRMED, False))


def test_an_acceptance_is_taken_back_for_five_minutes_and_by_oneself(boundary):
    handover, line = handed_over(boundary)
    other = factories.assignment(boundary.incoming, checked_in_at=SOON).user
    accept(line, boundary.bo)

    for person, later in ((boundary.bo, timedelta(minutes=5, seconds=1)), (other, timedelta(0))):
        with pytest.raises(InvalidMove):
            lines.undo(line=line_of(handover, line.item), actor=person, now=SOON + later)

    assert line_of(handover, line.item).answer == Answer.ACCEPTED


def take(item, actor):
    holding.take(item=item, actor=actor, now=SOON)


def close(item, actor):
    endings.close(item=item, result="Refunded.", actor=actor, now=SOON)


def pass_on(item, actor):
    holding.transfer(item=item, to=factories.post(item.team), reason="Theirs.", actor=actor, now=SOON)


@pytest.mark.parametrize("step", [take, close, pass_on])
def test_what_was_received_is_not_taken_back_once_something_became_of_it(boundary, step):
    handover, line = handed_over(boundary)
    lines.receive_all(handover=handover, actor=boundary.bo, now=SOON)
    line.item.refresh_from_db()
    step(line.item, boundary.bo)

    with pytest.raises(Conflict):
        lines.undo(line=line_of(handover, line.item), actor=boundary.bo, now=SOON)

    assert line_of(handover, line.item).answer == Answer.RECEIVED


def test_an_urgent_item_is_taken_before_the_paperwork_and_read_back_after(boundary):
    handover, line = handed_over(boundary, kind=Kind.URGENT)
    line.item.refresh_from_db()

    holding.take(item=line.item, actor=boundary.bo, now=SOON)
    with pytest.raises(NotAllowed):
        boundary.confirm(handover)
    lines.read_back(line=line_of(handover, line.item), text=READ_BACK, actor=boundary.bo, now=SOON)
    boundary.confirm(handover)

    assert line_of(handover, line.item).answer == Answer.ACCEPTED
    assert state_of(handover) == (State.CONFIRMED, False)


@pytest.mark.parametrize("end", [close, pass_on])
def test_closing_or_passing_on_an_item_answers_its_line_and_the_text_stays(boundary, end):
    handover, line = handed_over(boundary, kind=Kind.URGENT)
    line.item.refresh_from_db()
    signed = record.latest_round(handover).text.text

    end(line.item, boundary.bo)
    page = review.read(handover, duty.access(boundary.bo, SOON))

    assert line_of(handover, line.item).answer == Answer.ENDED
    assert len(page.lines[0].since) == 1
    assert page.lines[0].frozen.progress == line.item.progress
    assert record.latest_round(handover).text.text == signed
    boundary.confirm(handover)


# --- confirming ------------------------------------------------------------------------------------


def ask(line, actor):
    lines.question(line=line, text="Which parcel?", actor=actor, now=SOON)


def refuse(line, actor):
    lines.refuse(line=line, reason="Not ours.", actor=actor, now=SOON)


@pytest.mark.parametrize("dispute", [ask, refuse])
def test_an_urgent_line_in_dispute_waits_for_a_decision(boundary, dispute):
    handover, line = handed_over(boundary, kind=Kind.URGENT)
    dispute(line, boundary.bo)

    with pytest.raises(NotAllowed):
        boundary.confirm(handover)
    line = line_of(handover, line.item)
    lines.decide(line=line, holder=boundary.bo, reason="Bo has time.", actor=boundary.dai, now=SOON)
    boundary.confirm(handover)

    line.item.refresh_from_db()
    assert (state_of(handover), line.item.holder) == ((State.CONFIRMED, False), boundary.bo)


@pytest.mark.parametrize("dispute", [ask, refuse])
def test_any_other_line_in_dispute_leaves_a_reservation_until_it_is_decided(boundary, dispute):
    handover, line = handed_over(boundary)
    dispute(line, boundary.bo)

    boundary.confirm(handover)
    line = line_of(handover, line.item)
    lines.decide(line=line, holder=None, reason="Theirs.", actor=boundary.dai, now=SOON)

    assert state_of(handover) == (State.CONFIRMED, True)
    assert line_of(handover, line.item).answer == Answer.DECIDED


def test_after_the_confirmation_nothing_moves_any_more(boundary):
    handover, line = handed_over(boundary)
    accept(line, boundary.bo)
    boundary.confirm(handover)
    line, who = line_of(handover, line.item), {"actor": boundary.bo, "now": SOON}

    steps = (
        lambda: accept(line, boundary.bo),
        lambda: ask(line, boundary.bo),
        lambda: refuse(line, boundary.bo),
        lambda: lines.undo(line=line, **who),
        lambda: lines.reply(line=line, text="So.", **who),
        lambda: lines.read_back(line=line, text=READ_BACK, **who),
        lambda: lines.receive_all(handover=handover, **who),
        lambda: lines.check(handover=handover, item=line.item, told_orally=True, missing_reason="", **who),
        lambda: submission.send_back(handover=handover, reason="So.", **who),
        lambda: boundary.submit(handover),
        lambda: boundary.confirm(handover),
        lambda: confirmation.take_over(handover=handover, reason="So.", actor=boundary.dai, now=SOON),
        lambda: lines.decide(line=line, holder=None, reason="So.", actor=boundary.dai, now=SOON),
    )
    before = Event.objects.count()
    for step in steps:
        with pytest.raises(HandoverError):
            step()

    assert Event.objects.count() == before


# --- returning and lapsing -------------------------------------------------------------------------


def test_returned_only_while_the_signer_is_on_duty(boundary):
    handover, line = handed_over(boundary)
    assignment = boundary.outgoing.assignments.get(user=boundary.ada)
    shifts.check_out(assignment=assignment, now=NOW + timedelta(minutes=5))

    with pytest.raises(NotAllowed, match="Ada"):
        submission.send_back(handover=handover, reason="Which?", actor=boundary.bo, now=SOON)
    refuse(line, boundary.bo)
    line = line_of(handover, line.item)
    lines.decide(line=line, holder=boundary.bo, reason="Yours.", actor=boundary.dai, now=SOON)

    assert state_of(handover) == (State.SUBMITTED, False)


def test_a_returned_line_begins_anew(boundary):
    handover, line = handed_over(boundary, kind=Kind.URGENT)
    lines.read_back(line=line, text=READ_BACK, actor=boundary.bo, now=SOON)
    refuse(line_of(handover, line.item), boundary.bo)
    submission.send_back(handover=handover, reason="Which?", actor=boundary.bo, now=SOON)

    boundary.submit(handover, now=SOON)

    line = line_of(handover, line.item)
    assert (line.answer, line.reason, line.read_back, line.read_back_by) == (Answer.NONE, "", "", None)


def test_what_the_sender_took_back_is_in_the_next_round(boundary):
    handover, line = handed_over(boundary, kind=Kind.URGENT)
    line.item.refresh_from_db()
    holding.take(item=line.item, actor=boundary.ada, now=NOW)
    submission.send_back(handover=handover, reason="Which?", actor=boundary.bo, now=SOON)

    boundary.submit(handover, now=SOON)

    line = line_of(handover, line.item)
    assert (line.answer, line.round_number, line.item.holder) == (Answer.NONE, 2, None)


def test_a_refusal_that_became_an_acceptance_keeps_no_reason(boundary):
    handover, line = handed_over(boundary)
    refuse(line, boundary.bo)

    accept(line_of(handover, line.item), boundary.bo)

    assert line_of(handover, line.item).reason == ""
    assert Event.objects.filter(verb=Event.Verb.LINE_REFUSED, text="Not ours.").exists()


def test_the_next_cut_lapses_a_draft_and_takes_what_nobody_handed_over(boundary):
    forgotten = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    factories.shift(boundary.post, starts_at=boundary.incoming.ends_at, name="Night")
    later = boundary.incoming.ends_at - timedelta(minutes=30)
    following = opening.open_for(shift=boundary.incoming, now=later)

    boundary.submit(following, by=boundary.bo, now=later)

    assert state_of(handover) == (State.LAPSED, False)
    assert line_of(following, forgotten).former_holder == boundary.ada


# --- answer-back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.URGENT, Kind.FOLLOW_UP])
def test_what_was_received_is_answered_back_by_its_progress_or_a_reason(boundary, kind):
    handover, line = handed_over(boundary, kind=kind)
    accept(line, boundary.bo)
    boundary.confirm(handover)
    later = boundary.incoming.ends_at - timedelta(minutes=30)
    following = opening.open_for(shift=boundary.incoming, now=later)
    hindered = len(record.hindrances(record.load_draft(following)))
    line.item.refresh_from_db()
    items.progress(
        item=line.item,
        text="Rang Ms Zhao: the parcel is found.",
        stage="in_progress",
        key_at=line.item.key_at,
        actor=boundary.bo,
        now=later,
    )

    draft = record.load_draft(following)

    assert hindered == (kind == Kind.URGENT)
    assert record.hindrances(draft) == []
    (answered,) = record.outgoing_content(draft)["answer_backs"]
    assert (answered["became"], answered["progress"]) == ("progressed", "Rang Ms Zhao: the parcel is found.")
