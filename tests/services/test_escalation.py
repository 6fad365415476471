"""Every ladder fires its steps, each once, at its instant, to whom is there then."""

from datetime import timedelta

import pytest

from handover.models import Clock, Escalation, Event, Handover, HandoverLine, Kind, Message, Waits
from handover.services import clocks, escalation, holding
from tests import factories
from tests.factories import NOW, Role

MINUTE = timedelta(minutes=1)


class Desk:
    """A post with somebody at every step of the chain."""

    def __init__(self):
        self.post = factories.post(name="Front line")
        self.shift = factories.shift(self.post)
        team = self.post.team
        self.ada = factories.member(team, name="Ada")
        self.bo = factories.member(team, name="Bo")
        for person in (self.ada, self.bo):
            factories.assignment(self.shift, person, checked_in=True)
        self.dai = factories.member(team, Role.SUPERVISOR, name="Dai")
        factories.assignment(self.shift, self.dai, is_duty_supervisor=True)
        self.eva = factories.member(team, Role.SUPERVISOR, name="Eva")
        self.lee = factories.member(team, leads=self.post, name="Lee")
        self.root = factories.administrator(name="Root")

    def item(self, **fields):
        return factories.item(self.post, **{"kind": Kind.URGENT} | fields)


@pytest.fixture
def desk(db):
    return Desk()


def told(after=None) -> list[str]:
    """Who has a message, by name; only those that came at `after`."""
    messages = Message.objects.filter(at=after) if after else Message.objects.all()
    return sorted(messages.values_list("recipient__display_name", flat=True))


def fired() -> list[tuple[str, int]]:
    found = Escalation.objects.order_by("due_at", "clock__kind").values_list("due_at", "clock__kind")
    return [(round((due_at - NOW) / MINUTE), kind) for due_at, kind in found]


def run(until: int, *, start: int = 0, step: int = 1) -> None:
    for minute in range(start, until + 1, step):
        escalation.sweep(now=NOW + minute * MINUTE)


def test_untaken_urgent_item_goes_up_step_by_step(desk):
    desk.item()

    for minute, people in {
        9: [],
        10: ["Dai"],
        19: [],
        20: ["Ada", "Bo"],
        30: ["Dai"],
        45: ["Dai", "Eva"],
        60: ["Root"],
        600: [],
    }.items():
        now = NOW + minute * MINUTE
        escalation.sweep(now=now)
        assert told(now) == people, minute

    assert fired() == [
        (10, "taken"),
        (20, "response"),
        (20, "taken"),
        (30, "response"),
        (30, "taken"),
        (45, "response"),
        (45, "taken"),
        (60, "response"),
        (60, "taken"),
    ]


def test_held_urgent_item_warns_holder_and_post_first(desk):
    desk.item(holder=desk.ada)

    run(20)
    assert told() == ["Ada", "Bo"]
    run(60, start=21)
    assert fired() == [(20, "response"), (30, "response"), (45, "response"), (60, "response")]


def test_taking_it_stops_the_clock_of_taking(desk):
    item = desk.item()
    run(9)
    holding.take(item=item, actor=desk.ada, now=NOW + 9 * MINUTE)
    run(30, start=10)

    assert fired() == [(20, "response"), (30, "response")]


def test_sweep_twice_tells_once(desk):
    desk.item()
    run(10)
    before = Message.objects.count(), Escalation.objects.count(), Event.objects.count()

    escalation.sweep(now=NOW + 10 * MINUTE)
    escalation.sweep(now=NOW + 10 * MINUTE)

    assert (Message.objects.count(), Escalation.objects.count(), Event.objects.count()) == before


def test_steps_that_come_at_once_are_all_written_and_told_as_one(desk):
    desk.item()
    late = NOW + 40 * MINUTE
    escalation.sweep(now=late)

    assert [minute for minute, _kind in fired()] == [10, 20, 20, 30, 30]
    assert told(late) == ["Ada", "Bo", "Dai"]


def test_what_is_a_day_old_is_told_once_and_says_so(desk):
    desk.item()
    escalation.sweep(now=NOW)
    escalation.sweep(now=NOW + timedelta(days=2))

    assert fired() == [(60, "response"), (60, "taken")]
    assert told() == ["Root"]
    assert "late" in Message.objects.get().text


def test_duty_supervisor_who_holds_the_item_is_passed_over(desk):
    desk.item(holder=desk.dai)
    run(30)

    assert told(NOW + 30 * MINUTE) == ["Lee"]


@pytest.mark.parametrize("involved", [True, False])
def test_a_refused_line_is_told_to_nobody_of_the_outgoing_side(desk, involved):
    earlier = factories.shift(desk.post, starts_at=NOW - timedelta(hours=9), name="Night")
    signer = factories.assignment(earlier, checked_in=True).user
    if involved:
        factories.assignment(earlier, desk.dai, checked_in=True)
    item = desk.item()
    item.clocks.all().delete()
    record = Handover.objects.create(
        team=desk.post.team,
        post=desk.post,
        outgoing_shift=earlier,
        incoming_shift=desk.shift,
        boundary_at=earlier.ends_at,
        opened_at=NOW,
    )
    HandoverLine.objects.create(
        handover=record,
        item=item,
        round_number=1,
        former_holder=signer,
        answer=HandoverLine.Answer.REFUSED,
        answered_by=desk.bo,
        answered_at=NOW,
    )
    clocks.start(item=item, kind=Waits.REFUSED, now=NOW, due_at=NOW)

    escalation.sweep(now=NOW)

    assert told() == (["Lee"] if involved else ["Dai"])


def test_a_substitute_is_told_at_the_next_step(desk):
    desk.item()
    run(10)
    away = desk.shift.assignments.get(user=desk.dai)
    factories.assignment(desk.shift, desk.eva, is_duty_supervisor=True, substitutes=away)
    run(30, start=11)

    assert told(NOW + 30 * MINUTE) == ["Eva"]


def test_nobody_on_duty_leads_to_who_is_in_charge(desk):
    desk.shift.assignments.all().delete()
    desk.item(holder=None)
    run(20)

    assert told(NOW + 20 * MINUTE) == ["Lee"]


def test_reminder_is_told_once_to_the_queue(desk):
    desk.item(kind=Kind.REMINDER, due_at=NOW + 5 * MINUTE)
    run(90, step=5)

    assert fired() == [(5, "done")]
    assert told() == ["Ada", "Bo"]


def test_follow_up_pages_nobody(desk):
    desk.item(kind=Kind.FOLLOW_UP, due_at=NOW + 5 * MINUTE)
    run(90, step=5)

    assert told() == []
    assert not Clock.objects.filter(next_at__isnull=False).exists()


def test_a_row_that_fails_holds_up_no_other_and_is_reported(desk):
    broken, fine = desk.item(holder=desk.ada), desk.item(holder=desk.bo)
    ladder = factories.ladder(
        desk.post.team, clock=Waits.RESPONSE, steps=[{"no": "step"}], retired_at=NOW, made_by=desk.root
    )
    broken.clocks.filter(kind=Waits.RESPONSE).update(ladder=ladder, armed_at=NOW)
    run(120)

    assert set(Escalation.objects.values_list("clock__item", flat=True)) == {fine.pk}
    clock = broken.clocks.get(kind=Waits.RESPONSE)
    assert clock.failures >= escalation.FAILURES_TO_REPORT
    assert clock.next_at > NOW + 110 * MINUTE
    reports = Message.objects.filter(key__startswith=f"failed.{clock.pk}.")
    assert [report.recipient for report in reports] == [desk.root]


def test_trail_says_who_was_told(desk):
    item = desk.item()
    run(10)

    event = Event.objects.get(item=item, verb=Event.Verb.ESCALATED)
    assert event.data == {"clock": "taken", "step": 0, "repeat": 0, "told": ["Dai"]}
    assert event.actor is None
