"""Promises, complaints, service hours, and a team's own ladders: each step at its instant, and no other."""

from datetime import time, timedelta

import pytest
from django.utils.dateparse import parse_datetime

from handover.ladders import ADMINISTRATORS, DUTY_SUPERVISOR, HOLDER, LEADERS, POST, SUPERVISORS, Step
from handover.models import Clock, Escalation, Kind, Message, Waits
from handover.queries.ladders import Place
from handover.services import escalation, holding, items, ladders, promises
from tests import factories
from tests.factories import NOW, Role
from tests.items import register

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Desk:
    """A post with somebody at every step of the chain, for days."""

    def __init__(self, zone="Asia/Shanghai"):
        self.post = factories.post(factories.team(time_zone=zone))
        self.team = self.post.team
        self.shift = factories.shift(self.post, starts_at=NOW - 60 * 24 * HOUR, hours=90 * 24)
        self.ada = factories.member(self.team, name="Ada")
        factories.assignment(self.shift, self.ada, checked_in=True)
        self.dai = factories.member(self.team, Role.SUPERVISOR, name="Dai")
        factories.assignment(self.shift, self.dai, is_duty_supervisor=True)
        self.lee = factories.member(self.team, leads=self.post, name="Lee")
        self.root = factories.administrator(name="Root")

    def open_between(self, opens: time, closes: time) -> None:
        for day in range(7):
            self.post.service_hours.create(weekday=day, opens_at=opens, closes_at=closes)

    def own(self, clock, *steps, item_kind="", issue_type=None, seen=0, now=NOW):
        place = Place(self.team, clock, item_kind, issue_type)
        return ladders.change(place=place, steps=steps, seen_version=seen, actor=self.dai, now=now)


@pytest.fixture
def desk():
    return Desk()


def told(*, by: str = "") -> list[tuple[int, str]]:
    """(minute, name) of each message, in order; of one kind of clock."""
    rows = Escalation.objects.filter(clock__kind=by) if by else Escalation.objects.all()
    minutes = rows.values_list("fired_at", flat=True)
    found = Message.objects.filter(at__in=minutes).order_by("at", "recipient__display_name")
    return [((m.at - NOW) // MINUTE, m.recipient.display_name) for m in found.select_related("recipient")]


def run(*minutes: int) -> None:
    for minute in minutes:
        escalation.sweep(now=NOW + minute * MINUTE)


# --- Promises ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "people"), [(Kind.FOLLOW_UP, [(45, "Ada")]), (Kind.URGENT, [(45, "Ada"), (60, "Dai")])]
)
def test_promise_warns_the_holder_before_and_goes_up_only_where_urgent(desk, kind, people):
    item = factories.item(desk.post, kind=kind, holder=desk.ada)
    item.clocks.filter(kind=Waits.RESPONSE).delete()
    promises.make(item=item, text="Refund", due_at=NOW + HOUR, actor=desk.ada, now=NOW)
    run(0, 44, 45, 59, 60, 61, 90)

    assert told() == people


def test_promise_kept_in_time_goes_up_to_nobody(desk):
    item = factories.item(desk.post, kind=Kind.URGENT, holder=desk.ada)
    promise = promises.make(item=item, text="Refund", due_at=NOW + HOUR, actor=desk.ada, now=NOW)
    run(45)
    promises.keep(promise=promise, actor=desk.ada, now=NOW + 50 * MINUTE)
    run(60, 61)

    assert Escalation.objects.filter(clock__kind=Waits.PROMISE).count() == 1


def test_promise_is_told_at_the_customers_time_though_the_post_is_closed(desk):
    desk.open_between(time(9), time(14, 30))  # open until half an hour after NOW
    item = factories.item(desk.post, holder=desk.ada)
    promises.make(item=item, text="Refund", due_at=NOW + HOUR, actor=desk.ada, now=NOW)
    run(44, 45)

    assert told() == [(45, "Ada")]


def test_promise_for_sooner_than_the_warning_warns_at_once(desk):
    item = factories.item(desk.post, holder=desk.ada)
    promises.make(item=item, text="Refund", due_at=NOW + 5 * MINUTE, actor=desk.ada, now=NOW)
    run(0, 5)

    assert told() == [(0, "Ada")]


# --- Complaints -------------------------------------------------------------------------------------
def test_complaint_goes_to_the_leader_to_the_duty_supervisor_and_back_to_the_leader(desk):
    register(desk.post, desk.ada, issue_type=factories.issue_type(desk.team, is_complaint=True), holder=None)
    run(0, 4, 5, 119, 120, 500)

    assert told() == [(0, "Lee"), (5, "Dai"), (120, "Lee")]


def test_complaint_taken_in_time_skips_the_duty_supervisor_alone(desk):
    kind = factories.issue_type(desk.team, is_complaint=True)
    item = register(desk.post, desk.ada, issue_type=kind, holder=None)
    run(0)
    holding.take(item=item, actor=desk.ada, now=NOW + 4 * MINUTE)
    run(5, 120)

    assert told() == [(0, "Lee"), (120, "Lee")]


# --- Service hours ----------------------------------------------------------------------------------
def test_steps_wait_for_the_opening(desk):
    desk.open_between(time(15), time(20))
    register(desk.post, desk.dai, kind=Kind.URGENT, holder=None)
    run(0, 10, 59, 60, 69, 70)

    assert told() == [(70, "Dai")]


def test_steps_after_the_closing_come_with_the_next_opening_as_one(desk):
    desk.open_between(time(9), time(14, 25))  # closes 25 minutes after NOW, opens 19 hours after it
    register(desk.post, desk.dai, kind=Kind.URGENT, holder=None)
    opening = 19 * 60
    run(0, 10, 20, 25, 30, 45, 60, opening - 1, opening)

    fired = Escalation.objects.filter(clock__kind=Waits.TAKEN).order_by("pk")
    assert [(row.due_at - NOW) // MINUTE for row in fired] == [10, 20, opening, opening, opening]
    assert told() == [(10, "Dai"), (20, "Ada"), (opening, "Dai"), (opening, "Root")]


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Berlin", "2026-03-28T23:00Z"),  # 02:00 to 03:00 does not exist
        ("Europe/Berlin", "2026-10-24T22:00Z"),  # 02:00 to 03:00 comes twice
        ("America/New_York", "2026-03-08T05:00Z"),
        ("America/New_York", "2026-11-01T04:00Z"),
    ],
)
@pytest.mark.parametrize("hours", [None, (time(1, 30), time(5)), (time(2, 15), time(2, 45))])
def test_steps_of_a_night_when_the_clocks_change_come_once_in_order_and_while_open(zone, start, hours):
    start, desk = parse_datetime(start), Desk(zone)
    desk.shift.ends_at = start + 48 * HOUR
    desk.shift.save(update_fields=["ends_at"])
    if hours:
        desk.open_between(*hours)
    register(desk.post, desk.dai, kind=Kind.URGENT, holder=None, now=start)
    for number in range(4 * 30):
        escalation.sweep(now=start + number * 15 * MINUTE)

    for kind, count in ((Waits.TAKEN, 5), (Waits.RESPONSE, 4)):
        fired = list(Escalation.objects.filter(clock__kind=kind).order_by("pk"))
        assert [row.step for row in fired] == list(range(count))
        assert [row.due_at for row in fired] == sorted(row.due_at for row in fired)
        for row in fired:
            assert row.fired_at - row.due_at < 15 * MINUTE
            local = row.due_at.astimezone(desk.team.zone).time()
            assert hours is None or hours[0] <= local < hours[1] or local == time(3) or local.fold, local


# --- A team's own ladders ---------------------------------------------------------------------------
def test_the_most_specific_ladder_counts(desk):
    refund, other = factories.issue_type(desk.team), factories.issue_type(desk.team)
    desk.own(Waits.PROMISE, Step(-40, (HOLDER,)))
    desk.own(Waits.PROMISE, Step(-30, (HOLDER,)), item_kind=Kind.REMINDER)
    desk.own(Waits.PROMISE, Step(-20, (HOLDER,)), issue_type=refund)
    desk.own(Waits.PROMISE, Step(-10, (HOLDER,)), issue_type=refund, item_kind=Kind.REMINDER)
    due_at = NOW + HOUR
    for kind, issue_type in (
        (Kind.FOLLOW_UP, other),
        (Kind.REMINDER, other),
        (Kind.FOLLOW_UP, refund),
        (Kind.REMINDER, refund),
    ):
        item = factories.item(desk.post, kind=kind, issue_type=issue_type, holder=desk.ada)
        promises.make(item=item, text="Refund", due_at=due_at, actor=desk.ada, now=NOW)
    run(*range(60))

    fired = Escalation.objects.order_by("clock__item")
    assert [(row.fired_at - NOW) // MINUTE for row in fired] == [20, 30, 40, 50]


def test_another_teams_ladder_counts_for_nothing_here(desk):
    other = Desk()
    other.own(Waits.TAKEN, Step(1, (ADMINISTRATORS,)))
    factories.item(desk.post, kind=Kind.URGENT)
    run(0, 1, 9)

    assert told() == []


def test_a_step_is_repeated_as_often_as_it_says(desk):
    desk.own(Waits.TAKEN, Step(5, (DUTY_SUPERVISOR,), repeat_minutes=3, repeats=2), Step(9, (SUPERVISORS,)))
    item = factories.item(desk.post, kind=Kind.URGENT)
    item.clocks.filter(kind=Waits.RESPONSE).delete()
    run(*range(60))

    fired = Escalation.objects.order_by("pk")
    assert [((row.fired_at - NOW) // MINUTE, row.step, row.repeat) for row in fired] == [
        (5, 0, 0),
        (8, 0, 1),
        (9, 1, 0),
        (11, 0, 2),
    ]
    assert [minute for minute, _name in told()] == [5, 8, 9, 11]


def test_a_repeat_stops_with_its_clock(desk):
    desk.own(Waits.TAKEN, Step(5, (DUTY_SUPERVISOR,), repeat_minutes=3, repeats=9))
    item = factories.item(desk.post, kind=Kind.URGENT)
    run(*range(9))
    holding.take(item=item, actor=desk.ada, now=NOW + 10 * MINUTE)
    run(*range(10, 19))

    assert told() == [(5, "Dai"), (8, "Dai")]


def test_a_running_clock_keeps_the_version_it_was_armed_with(desk):
    desk.own(Waits.TAKEN, Step(5, (LEADERS,)))
    before = factories.item(desk.post, kind=Kind.URGENT)
    run(0)
    desk.own(Waits.TAKEN, Step(7, (ADMINISTRATORS,)), seen=1, now=NOW + MINUTE)
    after = factories.item(desk.post, kind=Kind.URGENT)
    run(2, 5, 7, 9)

    found = Clock.objects.filter(kind=Waits.TAKEN).values_list("item", "ladder__version")
    assert set(found) == {(before.pk, 1), (after.pk, 2)}
    assert told() == [(5, "Lee"), (7, "Root")]


def test_a_reminder_can_be_told_before_its_time_to_more_than_its_holder(desk):
    desk.own(Waits.DONE, Step(-20, (HOLDER,)), Step(10, (POST, LEADERS)), item_kind=Kind.REMINDER)
    factories.item(desk.post, kind=Kind.REMINDER, holder=desk.ada, due_at=NOW + HOUR)
    run(0, 39, 40, 60, 70)

    assert told() == [(40, "Ada"), (70, "Ada"), (70, "Lee")]


def test_a_follow_up_that_becomes_urgent_is_told_by_the_ladder_of_the_urgent(desk):
    item = factories.item(desk.post, holder=None)
    run(0, 30)
    items.set_kind(item=item, kind=Kind.URGENT, actor=desk.ada, now=NOW + 30 * MINUTE)
    run(39, 40)

    assert told() == [(40, "Dai")]
