from datetime import timedelta

import pytest

from handover.errors import InvalidMove, NotAllowed
from handover.models import Event, Handover, HandoverLine, Kind, Message, PendingItem, SignOff
from handover.queries import record
from handover.queries.record import Signature
from handover.services import confirmation, lines, opening, signing, submission
from tests import factories
from tests.boundary import SOON, Boundary, line_of
from tests.factories import NOW

pytestmark = pytest.mark.django_db
Answer = HandoverLine.Answer


@pytest.fixture
def boundary():
    return Boundary()


def test_open_due_opens_once_an_hour_before_the_end(boundary):
    assert opening.open_due(now=NOW - timedelta(minutes=1)) == 0

    assert opening.open_due(now=NOW) == 1
    assert opening.open_due(now=NOW) == 0

    handover = Handover.objects.get()
    assert (handover.outgoing_shift, handover.incoming_shift) == (boundary.outgoing, boundary.incoming)


def test_open_due_gives_a_draft_the_shift_that_came_onto_the_roster_later(boundary):
    boundary.incoming.delete()
    opening.open_due(now=NOW)
    assert Handover.objects.get().incoming_shift is None
    later = factories.shift(boundary.post, starts_at=boundary.outgoing.ends_at, name="Evening")

    opening.open_due(now=NOW)

    assert Handover.objects.get().incoming_shift == later


def test_open_for_one_person_alone_on_both_shifts_is_an_event(boundary):
    boundary.incoming.assignments.all().delete()
    factories.assignment(boundary.incoming, boundary.ada)

    assert boundary.open() is None
    assert opening.open_due(now=NOW) == 0

    assert Handover.objects.count() == 0
    assert list(Event.objects.values_list("verb", "actor")) == [("carried_on", boundary.ada.pk)]


def test_open_for_somebody_who_joined_before_the_boundary_is_a_handover(boundary):
    assigned = boundary.incoming.assignments.get()
    assigned.user = boundary.ada
    assigned.save(update_fields=["user"])
    assert boundary.open() is None
    factories.assignment(boundary.incoming, boundary.bo)

    assert opening.open_due(now=boundary.outgoing.ends_at) == 0
    assert opening.open_due(now=SOON) == 1

    boundary.outgoing.refresh_from_db()
    assert not boundary.outgoing.carried_on
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True)) == [
        "carried_on",
        "handover_opened",
    ]


def test_submit_takes_the_cut_and_starts_the_clock_of_taking(boundary):
    urgent = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    queued = factories.item(boundary.post)
    staying = factories.item(boundary.post, holder=boundary.bo)
    handover = boundary.open()

    boundary.submit(handover)

    handover.refresh_from_db()
    assert handover.state == Handover.State.SUBMITTED
    assert list(handover.lines.order_by("position").values_list("item", "former_holder", "answer")) == [
        (urgent.pk, boundary.ada.pk, "none"),
        (queued.pk, None, "none"),
    ]
    urgent.refresh_from_db()
    staying.refresh_from_db()
    assert (urgent.holder, urgent.handover_count, staying.holder) == (None, 1, boundary.bo)
    taken = urgent.clocks.get(kind="taken")
    assert taken.due_at == boundary.incoming.starts_at + timedelta(minutes=10)


def test_submit_what_changed_since_it_was_seen_signs_nothing(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    signature = Signature(boundary.ada, SignOff.Role.OUTGOING, "I hand over.")

    with pytest.raises(signing.SeenChanged):
        submission.submit_signed(handover=handover, signature=signature, seen_sha256="0" * 64, now=NOW)

    item.refresh_from_db()
    assert (Handover.objects.get().state, item.holder) == ("draft", boundary.ada)
    assert not SignOff.objects.exists()


def test_submit_twice_is_refused(boundary):
    handover = boundary.open()
    boundary.submit(handover)

    with pytest.raises(InvalidMove):
        boundary.submit(handover)


def test_accept_urgent_needs_a_read_back(boundary):
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    line = line_of(handover, item)

    with pytest.raises(NotAllowed):
        lines.accept(line=line, read_back="", heard_orally=False, actor=boundary.bo, now=SOON)
    lines.accept(
        line=line,
        read_back="I call the warehouse by 15:00.",
        heard_orally=True,
        actor=boundary.bo,
        now=SOON,
    )

    item.refresh_from_db()
    assert (item.holder, line_of(handover, item).answer) == (boundary.bo, Answer.ACCEPTED)
    assert item.clocks.get(kind="taken").outcome == "met"


def test_undo_puts_the_item_back_and_the_clock_runs_on(boundary):
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    line = line_of(handover, item)
    lines.accept(
        line=line, read_back="I call them by 15:00.", heard_orally=False, actor=boundary.bo, now=SOON
    )

    lines.undo(line=line, actor=boundary.bo, now=SOON + timedelta(minutes=5))

    item.refresh_from_db()
    clock = item.clocks.get(kind="taken")
    assert (item.holder, line_of(handover, item).answer) == (None, Answer.NONE)
    assert (clock.stopped_at, clock.due_at) == (None, boundary.incoming.starts_at + timedelta(minutes=10))


def test_confirm_signs_over_all_answers(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)

    with pytest.raises(NotAllowed):
        boundary.confirm(handover)
    lines.receive_all(handover=handover, actor=boundary.bo, now=SOON)
    handover.refresh_from_db()
    boundary.confirm(handover)

    handover.refresh_from_db()
    assert (handover.state, handover.with_reservation) == (Handover.State.CONFIRMED, False)
    assert list(handover.sign_offs.order_by("pk").values_list("role", "user")) == [
        ("outgoing", boundary.ada.pk),
        ("incoming", boundary.bo.pk),
    ]
    assert line_of(handover, item).answer == Answer.RECEIVED


def test_send_back_returns_what_nobody_accepted(boundary):
    kept = factories.item(boundary.post, holder=boundary.ada)
    returned = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    first = boundary.submit(handover)
    lines.accept(line=line_of(handover, kept), read_back="", heard_orally=False, actor=boundary.bo, now=SOON)
    lines.refuse(line=line_of(handover, returned), reason="Which parcel is it?", actor=boundary.bo, now=SOON)

    submission.send_back(handover=handover, reason="The parcel is missing.", actor=boundary.bo, now=SOON)
    second = boundary.submit(handover, now=SOON)

    kept.refresh_from_db()
    assert (kept.holder, line_of(handover, kept).answer) == (boundary.bo, Answer.ACCEPTED)
    assert [line["item"] for line in record.signed_content(second.text)["lines"]] == [returned.pk]
    assert [line["item"] for line in record.signed_content(first.text)["lines"]] == [kept.pk, returned.pk]


def test_send_back_keeps_the_checks_of_items_that_did_not_change(boundary):
    same, changed, unchecked = (factories.item(boundary.post, holder=boundary.ada) for _ in range(3))
    handover = boundary.open()
    for item in (same, changed):
        lines.check(
            handover=handover, item=item, told_orally=True, missing_reason="", actor=boundary.ada, now=NOW
        )
    boundary.submit(handover)
    PendingItem.objects.filter(pk=changed.pk).update(changed_at=NOW + timedelta(minutes=20))

    submission.send_back(handover=handover, reason="The parcel is missing.", actor=boundary.bo, now=SOON)

    draft = record.outgoing_content(record.load_draft(handover))["lines"]
    assert {line["item"]: line["checked"] for line in draft} == {
        same.pk: True,
        changed.pk: False,
        unchecked.pk: False,
    }


def test_submit_of_the_next_boundary_lapses_the_unconfirmed(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    factories.shift(boundary.post, starts_at=boundary.incoming.ends_at, name="Night")
    later = boundary.incoming.ends_at - timedelta(minutes=30)
    following = opening.open_for(shift=boundary.incoming, now=later)

    boundary.submit(following, by=boundary.bo, now=later)

    handover.refresh_from_db()
    assert handover.state == Handover.State.LAPSED
    assert line_of(handover, item).answer == Answer.CARRIED
    assert line_of(following, item).answer == Answer.NONE


def test_take_over_lets_the_supervisor_confirm(boundary):
    urgent = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    other = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)

    confirmation.take_over(handover=handover, reason="Bo is ill.", actor=boundary.dai, now=SOON)
    boundary.confirm(handover, by=boundary.dai, as_supervisor=True)

    urgent.refresh_from_db()
    other.refresh_from_db()
    handover.refresh_from_db()
    assert (urgent.holder, other.holder) == (boundary.dai, None)
    assert (handover.state, handover.taken_over) == (Handover.State.CONFIRMED, True)


def test_question_reply_and_refusal_are_told_to_the_other_side(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)

    lines.question(line=line_of(handover, item), text="Which one?", actor=boundary.bo, now=SOON)
    lines.reply(line=line_of(handover, item), text="The blue one.", actor=boundary.ada, now=SOON)
    lines.refuse(line=line_of(handover, item), reason="It is not ours.", actor=boundary.bo, now=SOON)

    told = Message.objects.order_by("pk").values_list("recipient", "text")
    assert [(who, text.rsplit(": ")[-1]) for who, text in told] == [
        (boundary.ada.pk, "Which one?"),
        (boundary.bo.pk, "The blue one."),
        (boundary.ada.pk, "It is not ours."),
    ]
    paths = set(Message.objects.values_list("path", flat=True))
    assert paths == {f"/handovers/{handover.pk}/review/#item-{item.pk}"}
