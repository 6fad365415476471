"""Sweeps and people at the same rows at once: each step once, and none after what stopped its clock."""

from collections import Counter
from datetime import timedelta
from functools import partial
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connection, transaction

from handover.ladders import ADMINISTRATORS, Step
from handover.models import (
    Clock,
    Delivery,
    Escalation,
    Event,
    Kind,
    Ladder,
    Message,
    PendingItem,
    Stage,
    Waits,
)
from handover.queries.ladders import Place
from handover.services import endings, escalation, holding, items, ladders, shifts
from tests import factories
from tests.commands.serving import eventually
from tests.factories import NOW, Role
from tests.items import NOTE
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)
LATE = NOW + 10 * MINUTE


class Desk:
    def __init__(self):
        self.post = factories.post()
        self.team = self.post.team
        self.shift = factories.shift(self.post)
        self.ada = factories.member(self.team, name="Ada")
        factories.assignment(self.shift, self.ada, checked_in=True)
        self.dai = factories.member(self.team, Role.SUPERVISOR, name="Dai")
        self.eva = factories.member(self.team, Role.SUPERVISOR, name="Eva")
        self.duty = factories.assignment(self.shift, self.dai, is_duty_supervisor=True)
        factories.administrator(name="Root")

    def items(self, count):
        """Urgent ones that nobody has taken; one step of each is due at LATE."""
        made = [factories.item(self.post, kind=Kind.URGENT) for _number in range(count)]
        escalation.sweep(now=NOW)
        return made


@pytest.fixture
def desk():
    return Desk()


def sweep(now=LATE):
    return lambda: escalation.sweep(now=now)


def fired_of(item) -> int:
    return Escalation.objects.filter(clock__item=item, clock__kind=Waits.TAKEN).count()


def each(made, step) -> list:
    """The step with each of the items, as a request has loaded it."""
    people = PendingItem.objects.select_related("post__team", "holder", "issue_type", "customer")
    return [partial(step, item) for item in people.filter(pk__in=[item.pk for item in made])]


# --- Sweeps at once -----------------------------------------------------------------------------------
@pytest.mark.parametrize("sweeps", [2, 4])
def test_sweeps_at_once_fire_each_step_once(desk, monkeypatch, sweeps):
    monkeypatch.setattr(escalation, "BATCH", 7)
    factories.webhook(desk.team, url="https://example.org/hook")
    desk.items(30)

    at_once(*[sweep()] * sweeps)
    escalation.sweep(now=LATE)

    assert Escalation.objects.count() == 30
    assert Message.objects.filter(recipient=desk.dai).count() == Message.objects.count() == 30
    assert Event.objects.filter(verb=Event.Verb.ESCALATED).count() == 30
    assert Delivery.objects.filter(webhook__isnull=False).count() == 30
    assert set(Clock.objects.filter(kind=Waits.TAKEN).values_list("position", "next_at", "failures")) == {
        (1, NOW + 20 * MINUTE, 0)
    }


def test_sweeps_at_once_of_many_steps_fire_each_once(desk, monkeypatch):
    monkeypatch.setattr(escalation, "BATCH", 5)
    desk.items(20)
    late = NOW + 61 * MINUTE

    at_once(*[sweep(late)] * 3)
    escalation.sweep(now=late)

    assert Escalation.objects.count() == 20 * 9
    assert not Clock.objects.filter(kind__in=(Waits.TAKEN, Waits.RESPONSE), next_at__isnull=False).exists()


def test_sweeps_at_once_tell_nobody_twice_of_one_item_by_two_ladders(desk, monkeypatch):
    monkeypatch.setattr(escalation, "BATCH", 1)
    made = desk.items(12)
    both_fall = NOW + 20 * MINUTE
    escalation.sweep(now=LATE)

    at_once(*[sweep(both_fall)] * 4)
    escalation.sweep(now=both_fall)

    assert Escalation.objects.filter(due_at=both_fall).count() == 2 * len(made)
    told = Message.objects.filter(at=both_fall).values_list("recipient", "item")
    assert sorted(told) == [(desk.ada.pk, item.pk) for item in made]


# --- A sweep and a person at once ---------------------------------------------------------------------
STOPS = {
    "take": lambda desk, item: holding.take(item=item, actor=desk.ada, now=LATE),
    "close": lambda desk, item: endings.close(item=item, result="Sent.", actor=desk.ada, now=LATE),
    "not urgent": lambda desk, item: items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=desk.ada, now=LATE),
    "transfer": lambda desk, item: holding.transfer(
        item=item, to=desk.ada, reason="Hers.", actor=desk.ada, now=LATE
    ),
}


@pytest.mark.parametrize("name", STOPS)
def test_a_step_fires_before_its_clock_is_stopped_or_never(desk, name):
    made = desk.items(8)
    stops = each(made, partial(STOPS[name], desk))

    refused = at_once(sweep(), *stops, sweep())
    fired = [fired_of(item) for item in made]
    escalation.sweep(now=LATE + MINUTE)

    assert refused == []
    assert [fired_of(item) for item in made] == fired
    assert set(fired) <= {0, 1}
    assert not Clock.objects.filter(kind=Waits.TAKEN, stopped_at__isnull=True).exists()
    # The position that the sweep wrote is that of what it told: no update of one overwrote the other. Who is
    # handed an item of which somebody was told already has a new run.
    positions = Counter()
    for item, position in Clock.objects.filter(kind=Waits.TAKEN).values_list("item", "position"):
        positions[item] += position
    assert [positions[item.pk] for item in made] == fired


def test_progress_at_once_with_a_sweep_stops_the_clock_of_response(desk):
    made = desk.items(8)
    due = NOW + 20 * MINUTE

    def progress(item):
        facts = {"text": NOTE, "stage": Stage.IN_PROGRESS, "key_at": item.key_at}
        items.progress(item=item, actor=desk.ada, now=due, **facts)

    assert at_once(sweep(due), *each(made, progress)) == []
    told = Escalation.objects.filter(clock__kind=Waits.RESPONSE).count()
    escalation.sweep(now=NOW + 35 * MINUTE)

    assert Escalation.objects.filter(clock__kind=Waits.RESPONSE).count() == told
    assert not Clock.objects.filter(kind=Waits.RESPONSE, stopped_at__isnull=True).exists()


def test_a_ladder_made_while_clocks_are_armed_counts_for_a_clock_whole_or_not_at_all(desk):
    for _number in range(8):
        factories.item(desk.post, kind=Kind.URGENT)
    place = Place(desk.team, Waits.TAKEN)
    steps = [Step(5, (ADMINISTRATORS,))]

    at_once(
        sweep(NOW),
        lambda: ladders.change(place=place, steps=steps, seen_version=0, actor=desk.dai, now=NOW),
        sweep(NOW),
    )
    escalation.sweep(now=LATE)

    ladder = Ladder.objects.get()
    for clock in Clock.objects.filter(kind=Waits.TAKEN).prefetch_related("escalations"):
        (fired,) = clock.escalations.all()
        assert fired.targets == (["administrators"] if clock.ladder_id == ladder.pk else ["duty_supervisor"])


def test_a_substitute_at_once_with_a_sweep_is_told_or_who_was_on_before_never_both(desk):
    made = desk.items(8)

    at_once(
        sweep(),
        lambda: shifts.substitute(
            assignment=desk.duty, user=desk.eva, reason="Ill.", actor=desk.dai, now=LATE
        ),
    )
    escalation.sweep(now=NOW + 30 * MINUTE)

    for item in made:
        (first,) = Escalation.objects.filter(clock__item=item, due_at=LATE)
        assert first.told in ([desk.dai.pk], [desk.eva.pk])
    later = Escalation.objects.filter(due_at=NOW + 30 * MINUTE).exclude(told=[])
    assert {tuple(row.told) for row in later} == {(desk.eva.pk,)}


# --- Somebody holds rows for long ---------------------------------------------------------------------
class Holder:
    """Another transaction that has locked the clocks of some items until it is let go."""

    def __init__(self, items):
        self.items, self.held, self.let_go = items, Signal(), Signal()
        self.thread = Thread(target=self.hold)

    def hold(self):
        try:
            with transaction.atomic():
                Clock.objects.filter(item__in=self.items).update(failures=0)
                self.held.set()
                self.let_go.wait(timeout=30)
        finally:
            connection.close()

    def __enter__(self):
        self.thread.start()
        self.held.wait(timeout=30)

    def __exit__(self, *_):
        self.let_go.set()
        self.thread.join()


@pytest.mark.parametrize("locked", [1, 3, 6])
def test_locked_rows_hold_up_no_others_and_are_told_later(desk, monkeypatch, locked):
    monkeypatch.setattr(escalation, "BATCH", 3)
    made = desk.items(10)

    with Holder(made[:locked]):
        escalation.sweep(now=LATE)
        assert [fired_of(item) for item in made] == [0] * locked + [1] * (10 - locked)

    escalation.sweep(now=LATE + MINUTE)
    assert [fired_of(item) for item in made] == [1] * 10


def test_a_row_that_fails_and_is_locked_is_left_alone(desk):
    (item,) = desk.items(1)
    clock = item.clocks.get(kind=Waits.TAKEN)

    with Holder([item]):
        escalation._set_back(clock.pk, LATE)

    clock.refresh_from_db()
    assert (clock.next_at, clock.failures) == (LATE, 0)


def test_rows_of_whoever_stands_still_in_a_sweep_are_told_by_another(desk):
    (item,) = desk.items(1)
    frozen = connection.copy()
    with frozen.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("30s",)
        cursor.execute("SET idle_in_transaction_session_timeout = 300")
        cursor.execute("BEGIN; UPDATE handover_clock SET failures = 0")

    escalation.sweep(now=LATE)
    assert fired_of(item) == 0

    eventually(lambda: escalation.sweep(now=LATE) or fired_of(item))
    assert fired_of(item) == 1
    frozen.close()
