"""Who would like to sign, take or decide what is not theirs, and by which detour."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, NotAllowed
from handover.models import Addendum, Clock, ClockKind, Handover, HandoverLine, Kind, SignOff
from handover.queries import cut, record
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
