"""Two people at the same handover at once: one wins, the other is told, nothing is written twice."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, InvalidMove
from handover.models import Event, Handover, HandoverLine, Kind, PendingItem, Section, SignOff
from handover.services import holding, lines, opening, sections
from handover.services.signing import SeenChanged
from tests import factories
from tests.boundary import READ_BACK, SOON, Boundary, line_of
from tests.factories import NOW
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def boundary():
    return Boundary()


def loaded(handover) -> Handover:
    return Handover.objects.select_related(
        "team", "post__team", "outgoing_shift__post", "incoming_shift__post"
    ).get(pk=handover.pk)


def test_open_twice_at_once_makes_one_record(boundary):
    at_once(boundary.open, boundary.open)

    assert Handover.objects.count() == 1
    assert list(Event.objects.values_list("verb", flat=True)) == ["handover_opened"]


def test_submit_twice_at_once_signs_once(boundary):
    factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    first, second = loaded(handover), loaded(handover)

    refused = at_once(lambda: boundary.submit(first), lambda: boundary.submit(second))

    assert refused == [Conflict]
    assert SignOff.objects.count() == 1
    assert loaded(handover).round_count == 1


def test_confirm_twice_at_once_signs_once(boundary):
    handover = boundary.open()
    boundary.submit(handover)
    first, second = loaded(handover), loaded(handover)

    refused = at_once(lambda: boundary.confirm(first), lambda: boundary.confirm(second))

    assert refused in ([Conflict], [InvalidMove])
    assert list(SignOff.objects.filter(role="incoming").values_list("user", flat=True)) == [boundary.bo.pk]


def test_accept_by_two_at_once_gives_it_to_one(boundary):
    cui = factories.assignment(boundary.incoming, checked_in_at=SOON).user
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)

    def accept(person):
        line = line_of(handover, item)
        return lambda: lines.accept(
            line=line, read_back=READ_BACK, heard_orally=False, actor=person, now=SOON
        )

    refused = at_once(accept(boundary.bo), accept(cui))

    line = line_of(handover, item)
    assert refused == [Conflict]
    assert line.answered_by_id == line.item.holder_id
    assert Event.objects.filter(verb="line_accepted").count() == 1


def test_accept_and_take_at_once_gives_it_to_one(boundary):
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    line, seen = line_of(handover, item), PendingItem.objects.get(pk=item.pk)

    refused = at_once(
        lambda: lines.accept(line=line, read_back="", heard_orally=False, actor=boundary.bo, now=SOON),
        lambda: holding.take(item=seen, actor=boundary.ada, now=SOON),
    )

    line = line_of(handover, item)
    assert refused == [Conflict]
    assert (line.item.holder, line.answer) in [
        (boundary.bo, HandoverLine.Answer.ACCEPTED),
        (boundary.ada, HandoverLine.Answer.ENDED),
    ]


def test_submit_while_an_item_is_taken_signs_what_was_seen_or_nothing(boundary):
    item = factories.item(boundary.post)
    handover = boundary.open()
    seen = PendingItem.objects.get(pk=item.pk)

    refused = at_once(
        lambda: boundary.submit(loaded(handover)),
        lambda: holding.take(item=seen, actor=boundary.bo, now=NOW),
    )

    state = loaded(handover).state
    item.refresh_from_db()
    assert refused in ([], [Conflict], [SeenChanged])
    if state == Handover.State.SUBMITTED and refused:
        assert (item.holder, line_of(handover, item).answer) == (None, HandoverLine.Answer.NONE)
    if state == Handover.State.DRAFT:
        assert item.holder == boundary.bo


def test_two_who_save_a_section_at_once_both_stand_in_the_trail(boundary):
    handover = boundary.open()

    def write(person, text):
        body = {"text": text}
        return lambda: sections.write(
            handover=handover, key="notes", body=body, version=0, actor=person, now=NOW
        )

    refused = at_once(write(boundary.ada, "Quiet."), write(boundary.dai, "Loud."))

    assert refused == [sections.SectionConflict]
    assert Section.objects.count() == 1
    saved = Event.objects.filter(verb__startswith="section_").order_by("verb")
    assert {event.data["body"]["text"] for event in saved} == {"Quiet.", "Loud."}
    assert [event.verb for event in saved] == ["section_conflict", "section_saved"]


def test_open_due_at_once_with_the_next_boundary_lapses_once(boundary):
    handover = boundary.open()
    boundary.submit(handover)
    factories.shift(boundary.post, starts_at=boundary.incoming.ends_at, name="Night")
    later = boundary.incoming.ends_at - timedelta(minutes=30)
    following = opening.open_for(shift=boundary.incoming, now=later)
    first, second = loaded(following), loaded(following)

    at_once(
        lambda: boundary.submit(first, by=boundary.bo, now=later),
        lambda: boundary.submit(second, by=boundary.bo, now=later),
    )

    assert loaded(handover).state == Handover.State.LAPSED
    assert Event.objects.filter(verb="lapsed").count() == 1
