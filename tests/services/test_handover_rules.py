"""Who would like to sign, take or decide what is not theirs, and by which detour."""

from datetime import timedelta

import pytest

from handover import canonical
from handover.errors import Conflict, NotAllowed
from handover.models import Addendum, Clock, ClockKind, Handover, HandoverLine, Kind, SignOff
from handover.queries import cut, duty, parties, record
from handover.services import confirmation, endings, holding, items, lines, opening, submission
from tests import factories
from tests.boundary import READ_BACK, SOON, Boundary, line_of
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def boundary():
    return Boundary()


def test_who_signed_an_earlier_round_as_outgoing_cannot_confirm(boundary):
    handover = boundary.open()
    boundary.submit(handover)
    submission.send_back(handover=handover, reason="Which order?", actor=boundary.bo, now=NOW)
    boundary.submit(handover, by=boundary.dai)
    factories.assignment(boundary.incoming, boundary.ada, checked_in_at=SOON)

    with pytest.raises(NotAllowed):
        boundary.confirm(handover, by=boundary.ada)

    assert not SignOff.objects.filter(role=SignOff.Role.INCOMING).exists()


def works_the_day(boundary):
    factories.assignment(boundary.outgoing, boundary.dai, checked_in=True)


def holds_an_item(boundary):
    factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.dai)


@pytest.mark.parametrize("involve", [works_the_day, holds_an_item])
def test_supervisor_who_is_a_party_cannot_supervise_the_record(boundary, involve):
    involve(boundary)
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    lines.refuse(line=line_of(handover, item), reason="Not ours.", actor=boundary.bo, now=SOON)
    other = factories.member(boundary.post.team, leads=boundary.post)

    for step in (
        lambda: confirmation.take_over(handover=handover, reason="So.", actor=boundary.dai, now=SOON),
        lambda: decide(line_of(handover, item), boundary.dai),
        lambda: boundary.confirm(handover, by=boundary.dai, as_supervisor=True),
    ):
        with pytest.raises(NotAllowed):
            step()
    involved = parties.outgoing(handover)

    assert duty.in_charge(boundary.post, SOON, parties=involved) == (other,)
    confirmation.take_over(handover=handover, reason="Nobody came.", actor=other, now=SOON)
    boundary.confirm(handover, by=other, as_supervisor=True)


def test_administrator_supervises_where_everybody_else_is_a_party(boundary):
    works_the_day(boundary)
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    root = factories.administrator()
    assert duty.in_charge(boundary.post, SOON, parties=parties.outgoing(handover)) == (root,)

    confirmation.take_over(handover=handover, reason="Nobody came.", actor=root, now=SOON)
    boundary.confirm(handover, by=root, as_supervisor=True)

    item.refresh_from_db()
    assert (item.holder, Handover.objects.get().state) == (root, Handover.State.CONFIRMED)


def test_supervisor_on_the_roster_who_did_not_come_is_no_party(boundary):
    factories.assignment(boundary.outgoing, boundary.dai)
    handover = boundary.open()
    boundary.submit(handover)

    confirmation.take_over(handover=handover, reason="Bo is ill.", actor=boundary.dai, now=SOON)

    assert parties.outgoing(handover) == {boundary.ada.pk}


def decide(line, actor):
    lines.decide(line=line, holder=None, reason="So.", actor=actor, now=SOON)


def join(handover, person, role):
    signature = record.joining_signature(person, role=role)
    seen = canonical.content_hash(record.joining_content(handover, signature))
    words = {"password": factories.PASSWORD, "address": "", "seen_sha256": seen}
    confirmation.join(handover=handover, signature=signature, now=SOON, **words)


def on_both_shifts(boundary):
    person = factories.assignment(boundary.outgoing, checked_in=True).user
    factories.assignment(boundary.incoming, person, checked_in_at=SOON)
    return person


def receives_one(line, person, _other):
    lines.accept(line=line, read_back="", heard_orally=False, actor=person, now=SOON)


def receives_all(line, person, _other):
    lines.receive_all(handover=line.handover, actor=person, now=SOON)


def reads_back(line, person, other):
    receives_one(line, other, person)
    lines.read_back(line=line, text=READ_BACK, actor=person, now=SOON)


@pytest.mark.parametrize("receive", [receives_one, receives_all, reads_back])
def test_who_has_received_a_line_cannot_sign_that_it_is_handed_over(boundary, receive):
    both = on_both_shifts(boundary)
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    receive(line_of(handover, item), both, boundary.bo)

    with pytest.raises(NotAllowed):
        join(handover, both, SignOff.Role.OUTGOING)
    submission.send_back(handover=handover, reason="Which order?", actor=boundary.bo, now=NOW)
    with pytest.raises(NotAllowed):
        boundary.submit(handover, by=both)

    assert list(handover.sign_offs.values_list("user", flat=True)) == [boundary.ada.pk]


@pytest.mark.parametrize("role", [SignOff.Role.OUTGOING, SignOff.Role.INCOMING])
def test_nobody_signs_on_both_sides(boundary, role):
    both = on_both_shifts(boundary)
    handover = boundary.open()
    boundary.submit(handover)
    if role == SignOff.Role.INCOMING:
        join(handover, both, SignOff.Role.OUTGOING)
        boundary.confirm(handover)
    else:
        boundary.confirm(handover, by=both)

    with pytest.raises(NotAllowed):
        join(handover, both, role)

    assert SignOff.objects.filter(user=both).count() == 1


def test_nobody_returns_what_they_signed(boundary):
    both = on_both_shifts(boundary)
    handover = boundary.open()
    boundary.submit(handover, by=both)

    with pytest.raises(NotAllowed):
        submission.send_back(handover=handover, reason="A slip.", actor=both, now=NOW)


def test_who_refused_a_line_cannot_take_the_handover_over(boundary):
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    factories.assignment(boundary.incoming, boundary.dai, checked_in_at=SOON)
    line = line_of(handover, item)
    lines.refuse(line=line, reason="Not ours.", actor=boundary.dai, now=SOON)

    with pytest.raises(NotAllowed):
        confirmation.take_over(handover=handover, reason="Nobody came.", actor=boundary.dai, now=SOON)

    assert line_of(handover, item).answer == HandoverLine.Answer.REFUSED
    assert not Handover.objects.get(pk=handover.pk).taken_over


def test_an_item_received_and_then_passed_to_another_team_cannot_be_accepted(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    lines.receive_all(handover=handover, actor=boundary.bo, now=SOON)
    item.refresh_from_db()
    holding.transfer(item=item, to=factories.post(), reason="Theirs.", actor=boundary.bo, now=SOON)
    line = line_of(handover, item)

    with pytest.raises(Conflict):
        lines.accept(line=line, read_back="", heard_orally=False, actor=boundary.bo, now=SOON)

    item.refresh_from_db()
    assert item.holder is None


def test_an_acceptance_of_an_item_that_was_closed_cannot_be_taken_back(boundary):
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    line = line_of(handover, item)
    lines.accept(line=line, read_back=READ_BACK, heard_orally=False, actor=boundary.bo, now=SOON)
    item.refresh_from_db()
    endings.close(item=item, result="Sold out.", promise_kept=None, actor=boundary.bo, now=SOON)

    with pytest.raises(Conflict):
        lines.undo(line=line_of(handover, item), actor=boundary.bo, now=SOON + timedelta(minutes=1))

    assert not Clock.objects.filter(kind=ClockKind.TAKEN, stopped_at=None).exists()


def test_the_same_addendum_sent_twice_is_signed_once(boundary):
    handover = boundary.open()
    boundary.submit(handover)
    signature = record.addendum_signature(boundary.ada)
    words = {"text": "The key is in the safe.", "password": factories.PASSWORD, "address": ""}
    words["seen_sha256"] = record.addendum_ground(handover, signature)

    added = [
        confirmation.add_addendum(handover=handover, signature=signature, now=NOW, **words) for _ in range(2)
    ]

    assert added[0] == added[1]
    assert Addendum.objects.count() == 1


def test_a_refused_urgent_line_stands_in_the_way_whatever_becomes_of_its_item(boundary):
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    lines.refuse(line=line_of(handover, item), reason="Not ours.", actor=boundary.bo, now=SOON)
    item.refresh_from_db()

    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=boundary.bo, now=SOON)

    with pytest.raises(NotAllowed):
        boundary.confirm(handover)
    assert cut.blocking(cut.open_lines(handover)) == [line_of(handover, item)]


def test_a_line_signed_as_urgent_is_received_as_urgent(boundary):
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    other = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    item.refresh_from_db()
    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=boundary.bo, now=SOON)
    line = line_of(handover, item)

    received = lines.receive_all(handover=handover, actor=boundary.bo, now=SOON)
    with pytest.raises(NotAllowed):
        lines.accept(line=line, read_back="", heard_orally=False, actor=boundary.bo, now=SOON)
    holding.take(item=line.item, actor=boundary.bo, now=SOON)

    assert (received, line_of(handover, other).answer) == (1, HandoverLine.Answer.RECEIVED)
    assert cut.lacks_read_back(line_of(handover, item))


def test_an_item_that_became_urgent_is_not_received_with_the_follow_ups(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    item.refresh_from_db()
    items.set_kind(item=item, kind=Kind.URGENT, actor=boundary.bo, now=SOON, reason="He is angry.")

    assert lines.receive_all(handover=handover, actor=boundary.bo, now=SOON) == 0
    with pytest.raises(NotAllowed):
        boundary.confirm(handover)


def test_take_over_holds_what_was_signed_as_urgent(boundary):
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    item.refresh_from_db()
    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=boundary.bo, now=SOON)

    confirmation.take_over(handover=handover, reason="Bo is ill.", actor=boundary.dai, now=SOON)

    item.refresh_from_db()
    assert item.holder == boundary.dai


def test_what_was_received_as_urgent_is_answered_back_before_it_goes_on(boundary):
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    line = line_of(handover, item)
    lines.accept(line=line, read_back=READ_BACK, heard_orally=False, actor=boundary.bo, now=SOON)
    boundary.confirm(handover)
    item.refresh_from_db()
    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=boundary.bo, now=SOON)
    later = boundary.incoming.ends_at - timedelta(minutes=30)
    following = opening.open_for(shift=boundary.incoming, now=later)

    with pytest.raises(NotAllowed):
        boundary.submit(following, by=boundary.bo, now=later)
