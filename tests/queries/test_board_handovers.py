"""Which handover waits for whom, in words and with the one thing to do."""

from datetime import time, timedelta

import pytest

from handover.models import Handover, HandoverLine, ServiceHours
from handover.queries import board_handovers, duty
from handover.services import lines
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def outgoing(desk):
    return factories.shift(desk, starts_at=NOW - 8 * HOUR, hours=9, name="Early")


@pytest.fixture
def incoming(desk):
    return factories.shift(desk, starts_at=NOW - HOUR, name="Late")


def handover(outgoing, incoming, state: str = "draft", **fields) -> Handover:
    facts = {"boundary_at": outgoing.ends_at, "opened_at": NOW - 2 * HOUR, "state": state} | fields
    if state != "draft":
        facts |= {"submitted_at": NOW - HOUR, "round_count": 1}
    return Handover.objects.create(
        team=outgoing.post.team,
        post=outgoing.post,
        outgoing_shift=outgoing,
        incoming_shift=incoming,
        **facts,
    )


def on(shift, *, checked_in: bool = True):
    return factories.assignment(shift, checked_in=checked_in).user


def cards(person) -> list[tuple[str, str, bool]]:
    found = board_handovers.of_my_shifts(duty.access(person, NOW))
    return [(card.title, card.url, card.is_pressing) for card in found]


def test_outgoing_agent_is_asked_to_write_and_sign(outgoing, incoming) -> None:
    record = handover(outgoing, incoming)

    assert cards(on(outgoing)) == [("Hand over Front, Early", f"/handovers/{record.pk}/edit/", True)]


def test_outgoing_agent_is_told_when_the_shift_is_over(outgoing, incoming) -> None:
    person = on(outgoing)
    handover(outgoing, incoming, boundary_at=NOW - HOUR)

    (card,) = board_handovers.of_my_shifts(duty.access(person, NOW))

    assert (card.text, card.label) == (
        "Not signed. The shift ended at 05:00 (1 h ago).",
        "Write and sign",
    )


def test_incoming_agent_is_asked_to_receive(outgoing, incoming) -> None:
    record = handover(outgoing, incoming, "submitted")

    assert cards(on(incoming)) == [
        ("Receive the handover of Front, Early", f"/handovers/{record.pk}/review/", True)
    ]


def test_incoming_agent_is_told_that_it_is_being_written(outgoing, incoming) -> None:
    handover(outgoing, incoming)

    assert cards(on(incoming)) == [("Coming to you: Front, Early", "", False)]


def test_incoming_agent_before_checking_in_may_look(outgoing, incoming) -> None:
    record = handover(outgoing, incoming, "submitted")

    assert cards(on(incoming, checked_in=False)) == [
        ("Receive the handover of Front, Early", f"/handovers/{record.pk}/review/", False)
    ]


def test_outgoing_agent_off_duty_cannot_sign(outgoing, incoming) -> None:
    handover(outgoing, incoming)

    assert cards(on(outgoing, checked_in=False)) == [("Not signed: Front, Early", "", False)]


def test_somebody_on_both_shifts_has_one_card(outgoing, incoming) -> None:
    record = handover(outgoing, incoming)
    person = on(outgoing)
    factories.assignment(incoming, person, checked_in=True)

    assert cards(person) == [("Hand over Front, Early", f"/handovers/{record.pk}/edit/", True)]


def test_whose_place_a_substitute_has_taken_has_no_card(outgoing, incoming) -> None:
    record = handover(outgoing, incoming)
    planned = factories.assignment(incoming)
    substitute = factories.assignment(incoming, substitutes=planned).user

    assert cards(planned.user) == []
    assert cards(substitute) == [("Coming to you: Front, Early", "", False)]
    assert record.incoming_shift == incoming


def test_who_works_on_alone_is_told_why_no_handover_comes(outgoing) -> None:
    outgoing.carried_on = True
    outgoing.save(update_fields=["carried_on"])
    person = on(outgoing)

    (card,) = board_handovers.of_my_shifts(duty.access(person, NOW))

    assert (card.title, card.text, card.url) == (
        "You work on alone: Front, Early",
        "Nobody else is on the next shift, so nothing is handed over at 07:00. Your items stay with you.",
        "",
    )
    assert board_handovers.of_my_shifts(duty.access(person, outgoing.ends_at)) == []


def test_outgoing_agent_after_the_shift_sees_questions(outgoing, incoming) -> None:
    record = handover(outgoing, incoming, "submitted")
    HandoverLine.objects.create(
        handover=record,
        item=factories.item(outgoing.post),
        round_number=1,
        answer=HandoverLine.Answer.QUESTIONED,
        answered_at=NOW,
    )

    (card,) = board_handovers.of_my_shifts(duty.access(on(outgoing, checked_in=False), NOW))

    assert (card.title, card.text) == ("Handed over: Front, Early", "A question waits for your answer.")


def being_received(outgoing, incoming, *, answer):
    """A submitted handover of two lines, one of which Bo has answered so."""
    record = handover(outgoing, incoming, "submitted", boundary_at=NOW - HOUR)
    bo = factories.member(outgoing.post.team, name="Bo")
    factories.assignment(incoming, bo, checked_in=True)
    first, _second = (
        HandoverLine.objects.create(handover=record, item=factories.item(outgoing.post), round_number=1)
        for _ in range(2)
    )
    HandoverLine.objects.filter(pk=first.pk).update(answer=answer, answered_by=bo, answered_at=NOW)
    return first, bo


def texts(found) -> list[str]:
    return [card.text for card in found]


@pytest.mark.parametrize("answer", ["accepted", "received", "refused", "decided"])
def test_a_handover_that_is_being_received_says_by_whom_and_how_far(desk, outgoing, incoming, answer) -> None:
    being_received(outgoing, incoming, answer=answer)
    sender, supervisor = on(outgoing, checked_in=False), factories.member(desk.team, Role.SUPERVISOR)

    told = [
        texts(board_handovers.of_my_shifts(duty.access(sender, NOW))),
        texts(board_handovers.late(duty.access(supervisor, NOW))),
    ]

    assert told == [["Being received by Bo: 1 of 2 answered."]] * 2


def test_a_handover_that_nobody_has_received_says_so(desk, outgoing, incoming) -> None:
    handover(outgoing, incoming, "submitted", boundary_at=NOW - HOUR)
    supervisor = factories.member(desk.team, Role.SUPERVISOR)

    assert texts(board_handovers.late(duty.access(supervisor, NOW))) == [
        "Signed, but nobody has received it since 05:00 (1 h ago)."
    ]


def test_a_reply_waits_for_the_receiver_and_no_more_for_the_sender(outgoing, incoming) -> None:
    line, bo = being_received(outgoing, incoming, answer="questioned")
    sender = on(outgoing, checked_in=False)
    before = texts(board_handovers.of_my_shifts(duty.access(sender, NOW)))
    lines.reply(line=line, text="The blue one.", actor=sender, now=NOW)

    after = [texts(board_handovers.of_my_shifts(duty.access(person, NOW))) for person in (sender, bo)]

    assert before == ["A question waits for your answer."]
    assert after == [
        ["Being received by Bo: 1 of 2 answered."],
        ["Your question was answered. Answer the item again."],
    ]


def test_what_the_asker_adds_is_no_reply(outgoing, incoming) -> None:
    line, bo = being_received(outgoing, incoming, answer="questioned")
    lines.reply(line=line, text="I mean the parcel.", actor=bo, now=NOW)

    found = board_handovers.of_my_shifts(duty.access(on(outgoing, checked_in=False), NOW))

    assert texts(found) == ["A question waits for your answer."]


def test_ended_and_foreign_handovers_are_left_out(outgoing, incoming) -> None:
    handover(outgoing, incoming, "confirmed", ended_at=NOW)
    foreign = factories.shift(starts_at=NOW - 8 * HOUR)
    handover(foreign, None)

    assert cards(on(outgoing)) == []


def test_late_ones_are_told_to_who_leads_the_post(desk, outgoing, incoming) -> None:
    record = handover(outgoing, incoming, boundary_at=NOW - HOUR)
    foreign = factories.shift(starts_at=NOW - 8 * HOUR)
    handover(foreign, None, boundary_at=NOW - HOUR)
    people = [
        factories.member(desk.team, Role.SUPERVISOR),
        factories.member(desk.team, leads=desk),
        factories.member(desk.team, leads=factories.post(desk.team)),
        factories.member(desk.team),
    ]

    told = [[card.url for card in board_handovers.late(duty.access(person, NOW))] for person in people]

    address = f"/handovers/{record.pk}/edit/"
    assert told == [[address], [address], [], []]


def test_on_time_is_not_late(desk, outgoing, incoming) -> None:
    handover(outgoing, incoming, boundary_at=NOW + HOUR)
    supervisor = factories.member(desk.team, Role.SUPERVISOR)

    assert board_handovers.late(duty.access(supervisor, NOW)) == []


def test_boundary_of_a_closed_post_is_late_from_its_next_opening(desk, outgoing, incoming) -> None:
    record = handover(outgoing, incoming, boundary_at=NOW - HOUR)
    supervisor = factories.member(desk.team, Role.SUPERVISOR)
    opening = NOW + HOUR  # 15:00 in Shanghai, on a Tuesday
    ServiceHours.objects.create(
        post=desk, weekday=ServiceHours.Weekday.TUESDAY, opens_at=time(15), closes_at=time(20)
    )

    assert board_handovers.late(duty.access(supervisor, opening - timedelta(minutes=1))) == []
    (card,) = board_handovers.late(duty.access(supervisor, opening))
    assert card.url == f"/handovers/{record.pk}/edit/"
