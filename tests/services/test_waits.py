"""What starts and stops the clocks that only the engine watches."""

from datetime import timedelta

import pytest

from handover.models import Clock, Event, Kind, Message, Stage, Waits
from handover.services import endings, escalation, holding, items, lines, promises, submission
from tests import factories
from tests.boundary import READ_BACK, SOON, Boundary, line_of
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
REAL = "Rang the warehouse; they ship the new kettle today at 17:00."
Outcome = Clock.Outcome


@pytest.fixture
def boundary(db):
    return Boundary()


def running(thing, kind: str) -> Clock | None:
    return thing.clocks.filter(kind=kind, stopped_at__isnull=True).first()


def outcome(thing, kind: str) -> str:
    return thing.clocks.filter(kind=kind).latest("pk").outcome


def told_at(now) -> list[str]:
    return sorted(Message.objects.filter(at=now).values_list("recipient__display_name", flat=True))


def urgent(boundary, **fields):
    return factories.item(boundary.post, kind=Kind.URGENT, **fields)


def progress(item, *, by, now=NOW, **fields):
    items.progress(
        item=item, text=REAL, stage=Stage.IN_PROGRESS, key_at=item.key_at, actor=by, now=now, **fields
    )


# --- Taken, but idle --------------------------------------------------------------------------------
def test_idle_begins_with_the_first_response_and_anew_with_each_progress(boundary):
    item = urgent(boundary, holder=boundary.ada)
    assert running(item, Waits.IDLE) is None

    progress(item, by=boundary.ada)
    assert running(item, Waits.IDLE).due_at == NOW + 30 * MINUTE
    items.progress(
        item=item,
        text=REAL + " Again.",
        stage=Stage.IN_PROGRESS,
        key_at=item.key_at,
        actor=boundary.ada,
        now=NOW + 20 * MINUTE,
    )
    assert running(item, Waits.IDLE).due_at == NOW + 50 * MINUTE


def test_idle_ends_with_what_ends_holding_it(boundary):
    item = urgent(boundary, holder=boundary.ada)
    progress(item, by=boundary.ada)
    holding.release(item=item, actor=boundary.ada, now=NOW + MINUTE)

    assert running(item, Waits.IDLE) is None
    assert running(item, Waits.TAKEN) is not None


def test_idle_ends_with_the_handover_and_begins_anew_where_it_comes_back(boundary):
    item = urgent(boundary, holder=boundary.ada)
    progress(item, by=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    assert running(item, Waits.IDLE) is None

    submission.send_back(handover=handover, reason="Who called?", actor=boundary.bo, now=NOW + MINUTE)
    assert running(item, Waits.IDLE).due_at == NOW + 31 * MINUTE


def test_idle_ends_with_an_acceptance_that_is_taken_back(boundary):
    item = urgent(boundary, holder=boundary.ada)
    progress(item, by=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    line = line_of(handover, item)
    lines.accept(line=line, read_back=READ_BACK, heard_orally=True, actor=boundary.bo, now=SOON)
    assert running(item, Waits.IDLE) is not None

    lines.undo(line=line_of(handover, item), actor=boundary.bo, now=SOON + MINUTE)
    assert running(item, Waits.IDLE) is None
    assert running(item, Waits.TAKEN) is not None


def test_idle_comes_back_to_the_holder_then_goes_up(boundary):
    item = urgent(boundary, holder=boundary.ada)
    progress(item, by=boundary.ada)
    told = []
    for minute in (29, 30, 45):
        now = NOW + minute * MINUTE
        escalation.sweep(now=now)
        told.append(told_at(now))

    assert told == [[], ["Ada"], ["Dai"]]


def test_waiting_for_somebody_is_not_idle_before_that_time(boundary):
    item = urgent(boundary, holder=boundary.ada)
    until = NOW + 90 * MINUTE
    items.progress(
        item=item,
        text=REAL,
        stage=Stage.WAITING,
        key_at=item.key_at,
        actor=boundary.ada,
        now=NOW,
        waiting_for="the warehouse",
        waiting_until=until,
    )
    assert running(item, Waits.IDLE).due_at == until + 30 * MINUTE


# --- Complaints -------------------------------------------------------------------------------------
def complaint(boundary, holder=None):
    kind = factories.issue_type(boundary.post.team, is_complaint=True)
    return items.create(
        post=boundary.post,
        actor=boundary.ada,
        now=NOW,
        customer=factories.customer(boundary.post.team),
        issue_type=kind,
        kind=Kind.FOLLOW_UP,
        progress=REAL,
        key_at=NOW + timedelta(hours=3),
        holder=holder,
    )


def test_complaint_tells_leaders_at_once_and_in_two_hours(boundary):
    factories.member(boundary.post.team, leads=boundary.post, name="Lee")
    complaint(boundary)
    told = {}
    for minute in (0, 4, 5, 119, 120):
        now = NOW + minute * MINUTE
        escalation.sweep(now=now)
        told[minute] = told_at(now)

    assert told == {0: ["Lee"], 4: [], 5: ["Lee"], 119: [], 120: ["Lee"]}


def test_complaint_that_somebody_has_skips_the_step_of_assigning(boundary):
    factories.member(boundary.post.team, leads=boundary.post, name="Lee")
    item = complaint(boundary, holder=boundary.ada)
    escalation.sweep(now=NOW)
    escalation.sweep(now=NOW + 5 * MINUTE)

    assert list(running(item, Waits.COMPLAINT).escalations.values_list("step", flat=True)) == [0]


def test_complaint_is_watched_until_it_is_closed(boundary):
    item = complaint(boundary)
    endings.close(item=item, result="Refunded.", actor=boundary.ada, now=NOW + 3 * 60 * MINUTE)

    assert outcome(item, Waits.COMPLAINT) == Outcome.LATE


def test_complaint_becomes_none_by_another_issue_type(boundary):
    item = complaint(boundary)
    other = factories.issue_type(boundary.post.team)
    items.edit(item=item, actor=boundary.ada, now=NOW, issue_type=other)

    assert outcome(item, Waits.COMPLAINT) == Outcome.VOID


# --- Handovers --------------------------------------------------------------------------------------
def test_unsigned_handover_goes_to_the_duty_supervisor_after_15_minutes(boundary):
    handover = boundary.open()
    late = handover.boundary_at + 15 * MINUTE
    escalation.sweep(now=late - MINUTE)
    assert not handover.team.escalations.exists()
    escalation.sweep(now=late)

    assert list(boundary.dai.inbox.values_list("handover", flat=True)) == [handover.pk]


def test_submitting_stops_one_wait_and_starts_the_other(boundary):
    handover = boundary.open()
    boundary.submit(handover)

    assert outcome(handover, Waits.SIGN) == Outcome.MET
    assert running(handover, Waits.CONFIRM).due_at == handover.boundary_at


def test_confirming_stops_the_last_wait(boundary):
    handover = boundary.open()
    boundary.submit(handover)
    boundary.confirm(handover)

    assert not handover.clocks.filter(stopped_at__isnull=True).exists()


def test_nobody_receives_is_told_and_somebody_who_does_is_left_alone(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    late = handover.boundary_at + 15 * MINUTE
    line = line_of(handover, item)
    lines.accept(line=line, read_back="", heard_orally=True, actor=boundary.bo, now=SOON)
    escalation.sweep(now=late)

    assert not handover.team.escalations.exists()


def test_refused_urgent_line_goes_to_a_supervisor_at_once(boundary):
    item = urgent(boundary, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    line = line_of(handover, item)
    lines.refuse(line=line, reason="This belongs to the shop.", actor=boundary.bo, now=SOON)
    escalation.sweep(now=SOON)
    assert running(item, Waits.REFUSED).escalations.get().told == [boundary.dai.pk]

    line = line_of(handover, item)
    lines.decide(line=line, holder=boundary.bo, reason="Bo can.", actor=boundary.dai, now=SOON)
    assert outcome(item, Waits.REFUSED) != ""


# --- Holders who left -------------------------------------------------------------------------------
def test_urgent_item_of_somebody_who_left_stands_in_the_queue(boundary):
    item = urgent(boundary, holder=boundary.ada)
    boundary.outgoing.assignments.update(checked_out_at=NOW + MINUTE)
    assert holding.return_left(now=NOW) == 0

    assert holding.return_left(now=NOW + MINUTE) == 1
    item.refresh_from_db()
    assert item.holder is None
    assert running(item, Waits.TAKEN).due_at == NOW + 11 * MINUTE
    assert Event.objects.get(verb=Event.Verb.LEFT).person == boundary.ada
    assert holding.return_left(now=NOW + 2 * MINUTE) == 0


def test_what_a_supervisor_holds_off_duty_stays(boundary):
    urgent(boundary, holder=boundary.dai)

    assert holding.return_left(now=NOW) == 0


# --- No way round the ladder ------------------------------------------------------------------------
def test_an_item_that_becomes_urgent_again_is_watched_although_it_was_answered(boundary):
    item = urgent(boundary, holder=boundary.ada)
    progress(item, by=boundary.ada)
    for kind in (Kind.FOLLOW_UP, Kind.URGENT):
        items.set_kind(item=item, kind=kind, actor=boundary.ada, now=NOW + MINUTE)

    assert running(item, Waits.IDLE).due_at == NOW + 31 * MINUTE


def test_resolved_without_telling_the_customer_is_watched(boundary):
    item = urgent(boundary, holder=boundary.ada)
    endings.resolve(item=item, result="Refunded.", customer_told=False, actor=boundary.ada, now=NOW)

    assert running(item, Waits.IDLE).due_at == NOW + 30 * MINUTE


def test_a_promise_of_an_item_that_becomes_urgent_after_its_warning_goes_up(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    due_at = NOW + 20 * MINUTE
    promises.make(item=item, text="We call back.", due_at=due_at, actor=boundary.ada, now=NOW)
    escalation.sweep(now=NOW + 6 * MINUTE)
    items.set_kind(item=item, kind=Kind.URGENT, actor=boundary.ada, now=NOW + 7 * MINUTE)
    escalation.sweep(now=NOW + 7 * MINUTE)
    escalation.sweep(now=due_at)

    assert list(running(item, Waits.PROMISE).escalations.order_by("pk").values_list("due_at")) == [
        (NOW + 5 * MINUTE,),
        (due_at,),
    ]


def test_passing_on_what_nobody_has_taken_puts_off_nothing(boundary):
    item = urgent(boundary)
    other = factories.post(boundary.post.team)
    for minute, to in enumerate([other, boundary.post] * 5):
        now = NOW + minute * MINUTE
        escalation.sweep(now=now)
        holding.transfer(item=item, to=to, reason="Theirs.", actor=boundary.ada, now=now)
    escalation.sweep(now=NOW + 10 * MINUTE)

    assert told_at(NOW + 10 * MINUTE) == ["Dai"]
    holding.transfer(item=item, to=other, reason="Theirs.", actor=boundary.ada, now=NOW + 11 * MINUTE)
    assert running(item, Waits.TAKEN).due_at == NOW + 21 * MINUTE


def test_undoing_what_became_urgent_meanwhile_waits_to_be_taken(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    line = line_of(handover, item)
    lines.accept(line=line, read_back="", heard_orally=True, actor=boundary.bo, now=SOON)
    item.refresh_from_db()
    items.set_kind(item=item, kind=Kind.URGENT, actor=boundary.bo, now=SOON + MINUTE)
    lines.undo(line=line_of(handover, item), actor=boundary.bo, now=SOON + 2 * MINUTE)

    assert running(item, Waits.TAKEN).started_at == SOON + 2 * MINUTE
