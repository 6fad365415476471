"""What holds after any sequence of operations on an item."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from handover.errors import HandoverError
from handover.models import Clock, ClockKind, Event, Kind, PendingItem, Promise, Stage
from handover.services import endings, holding, items, promises
from tests import factories
from tests.factories import NOW
from tests.items import EMPTY, NOTE

PEOPLE, POSTS = st.integers(0, 3), st.integers(0, 2)
MINUTES = st.integers(1, 3000)
TEXTS = st.sampled_from([NOTE, EMPTY, "已登记,待跟进"])


class ItemMachine(RuleBasedStateMachine):
    """Two posts of one team and one of another, people on duty and off duty, and one item."""

    @initialize(
        kind=st.sampled_from(Kind.values), who=PEOPLE, queue=st.booleans(), promised=st.none() | MINUTES
    )
    def begin(self, kind, who, queue, promised):
        desk = factories.post()
        self.now, self.changes = NOW, 1 + (promised is not None)
        self.posts = [desk, factories.post(desk.team), factories.post()]
        late = NOW - timedelta(minutes=30)
        shifts = [factories.shift(post, starts_at=late, hours=400) for post in self.posts]
        self.people = [factories.assignment(shift, checked_in=True).user for shift in shifts]
        self.people.append(factories.member(desk.team, factories.Role.SUPERVISOR))
        self.item = items.create(
            post=desk,
            customer=factories.customer(desk.team),
            issue_type=factories.issue_type(desk.team),
            kind=kind,
            progress=NOTE,
            key_at=NOW + timedelta(hours=1),
            promise=None if promised is None else ("Refund", NOW + timedelta(minutes=promised)),
            actor=self.people[who],
            now=NOW,
            **({"holder": None} if queue else {}),
        )

    def do(self, service, who, **facts):
        """One step a while later; a refusal changes nothing, and anything else leaves one entry at least."""
        self.now += timedelta(minutes=7)
        item = PendingItem.objects.get(pk=self.item.pk)
        try:
            service(**{"item": item, "actor": self.people[who], "now": self.now} | facts)
        except HandoverError:
            return
        self.changes += 1
        assert Event.objects.filter(item=item, at=self.now, actor=self.people[who]).exists()

    def do_promise(self, service, who, **facts):
        promise = Promise.objects.filter(item=self.item).order_by("-pk").first()
        if promise:
            self.do(lambda item, **rest: service(promise=promise, **rest), who, **facts)

    @rule(who=PEOPLE)
    def take(self, who):
        self.do(holding.take, who)

    @rule(who=PEOPLE)
    def release(self, who):
        self.do(holding.release, who)

    @rule(who=PEOPLE, to=PEOPLE)
    def transfer_to_person(self, who, to):
        self.do(holding.transfer, who, to=self.people[to], reason="Theirs")

    @rule(who=PEOPLE, to=POSTS)
    def transfer_to_post(self, who, to):
        self.do(holding.transfer, who, to=self.posts[to], reason="Theirs")

    @rule(who=PEOPLE, text=TEXTS, minutes=MINUTES)
    def progress(self, who, text, minutes):
        key_at = self.now + timedelta(minutes=minutes)
        self.do(items.progress, who, text=text, stage=Stage.IN_PROGRESS, key_at=key_at)

    @rule(who=PEOPLE, minutes=MINUTES)
    def wait(self, who, minutes):
        until = self.now + timedelta(minutes=minutes)
        waiting = {"waiting_for": "Carrier", "waiting_until": until}
        self.do(items.progress, who, text=NOTE, stage=Stage.WAITING, key_at=until, **waiting)

    @rule(who=PEOPLE)
    def call_again(self, who):
        self.do(items.call_again, who, text="Where is it?")

    @rule(who=PEOPLE, kind=st.sampled_from(Kind.values))
    def set_kind(self, who, kind):
        self.do(items.set_kind, who, kind=kind)

    @rule(who=PEOPLE, minutes=MINUTES)
    def edit(self, who, minutes):
        self.do(items.edit, who, key_at=self.now + timedelta(minutes=minutes), plan=f"Plan {self.now}")

    @rule(who=PEOPLE, minutes=MINUTES)
    def promise(self, who, minutes):
        self.do(promises.make, who, text="Refund", due_at=self.now + timedelta(minutes=minutes, hours=1))

    @rule(who=PEOPLE)
    def keep(self, who):
        self.do_promise(promises.keep, who)

    @rule(who=PEOPLE)
    def break_(self, who):
        self.do_promise(promises.break_, who)

    @rule(who=PEOPLE, minutes=MINUTES)
    def move(self, who, minutes):
        due_at = self.now + timedelta(minutes=minutes, hours=1)
        self.do_promise(promises.move, who, due_at=due_at, reason="Bank")

    @rule(who=PEOPLE, told=st.booleans(), kept=st.none() | st.booleans())
    def resolve(self, who, told, kept):
        self.do(endings.resolve, who, result="Sent again", customer_told=told, promise_kept=kept)

    @rule(who=PEOPLE, kept=st.none() | st.booleans())
    def close(self, who, kept):
        self.do(endings.close, who, result="Withdrawn", promise_kept=kept)

    @rule(who=PEOPLE, kept=st.none() | st.booleans())
    def cancel(self, who, kept):
        self.do(endings.cancel, who, reason="Twice", promise_kept=kept)

    @rule(who=PEOPLE)
    def reopen(self, who):
        self.do(endings.reopen, who, reason="It came back")

    @invariant()
    def the_earliest_running_clock_stands_beside_the_item(self):
        item = PendingItem.objects.get(pk=self.item.pk)
        clocks = Clock.objects.filter(item=item, kind__in=ClockKind.values, stopped_at__isnull=True)
        running = dict(clocks.values_list("kind", "due_at"))
        assert item.next_due_at == min(running.values(), default=None)
        assert running.get(item.next_clock) == item.next_due_at
        assert item.is_open == (ClockKind.DONE in running)
        assert item.is_open or not running

    @invariant()
    def one_post_of_its_team_and_one_holder_or_the_queue(self):
        item = PendingItem.objects.select_related("post", "customer", "issue_type").get(pk=self.item.pk)
        assert {item.post.team_id, item.customer.team_id, item.issue_type.team_id} == {item.team_id}
        assert item.first_contact_id == self.item.first_contact_id
        waits = Clock.objects.filter(item=item, kind=ClockKind.TAKEN, stopped_at__isnull=True).exists()
        assert waits or not (item.is_open and item.is_urgent and item.holder_id is None)
        assert item.is_urgent or not waits

    @invariant()
    def the_promise_clock_runs_while_a_promise_is_open(self):
        promised = Promise.objects.filter(item=self.item, state=Promise.State.OPEN)
        running = Clock.objects.filter(item=self.item, kind=ClockKind.PROMISE, stopped_at__isnull=True)
        assert list(promised.values_list("due_at")) == list(running.values_list("due_at"))

    @invariant()
    def every_change_left_an_entry_and_every_refusal_none(self):
        entries = Event.objects.filter(item=self.item)
        assert entries.values("at").distinct().count() <= self.changes <= entries.count()


class TestItemInvariants(TestCase):
    def test_hold_after_any_sequence_of_operations(self):
        run_state_machine_as_test(
            ItemMachine,
            settings=settings(
                max_examples=25,
                stateful_step_count=15,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


pytestmark = pytest.mark.django_db
