"""What holds of the engine after any sequence of steps of people, rosters, ladders and sweeps."""

from datetime import time, timedelta
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from handover.errors import HandoverError
from handover.ladders import MAY_BE_UNTAKEN, Step
from handover.models import Assignment, HandoverLine, Kind, Outlet, PendingItem, Stage, Target, Waits
from handover.queries import ladders as in_force
from handover.queries.ladders import Place
from handover.services import endings, escalation, holding, items, ladders, lines, promises, snoozing
from tests import escalation_laws as laws
from tests import factories
from tests.boundary import READ_BACK, Boundary
from tests.factories import NOW, Role
from tests.items import EMPTY, NOTE

WHO, WHICH = st.integers(0, 5), st.integers(0, 1)
MINUTES = st.sampled_from([1, 4, 5, 9, 10, 11, 15, 16, 30, 31, 61, 119, 600, 1441, 3000])
HOURS = st.sampled_from([None, (time(8), time(14, 20)), (time(9), time(18)), (time(22), time(6))])
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
TARGETS = st.lists(st.sampled_from(Target.values), min_size=1, max_size=2, unique=True).map(tuple)
STEPS = st.lists(
    st.builds(
        Step,
        minutes=st.integers(0, 90),
        targets=TARGETS,
        outlets=st.sampled_from([(), (Outlet.EMAIL.value,)]),
        only_untaken=st.booleans(),
        repeat_minutes=st.integers(1, 40),
        repeats=st.integers(0, 3),
    ),
    min_size=1,
    max_size=4,
)


class EngineMachine(RuleBasedStateMachine):
    """A shift boundary with all who may be told, some of the time there and some of the time not."""

    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @initialize(zone=ZONES, hours=HOURS, supervised=st.booleans(), bad=st.booleans(), promised=st.booleans())
    def begin(self, zone, hours, supervised, bad, promised):
        self.b = Boundary()
        self.now, self.team = NOW, self.b.post.team
        type(self.team).objects.filter(pk=self.team.pk).update(time_zone=zone)
        self.posts = [self.b.post, factories.post(self.team)]
        for desk in self.posts if hours else []:
            for day in range(7):
                desk.service_hours.create(weekday=day, opens_at=hours[0], closes_at=hours[1])
        self.lee = factories.member(self.team, name="Lee", leads=self.b.post)
        self.eva = factories.member(self.team, Role.SUPERVISOR, name="Eva")
        self.root = factories.administrator(name="Root")
        if supervised:
            factories.assignment(self.b.outgoing, self.b.dai, is_duty_supervisor=True)
        self.people = [self.b.ada, self.b.bo, self.b.dai, self.lee, self.eva, self.root]
        self.issues = [factories.issue_type(self.team, is_complaint=flag) for flag in (False, True)]
        self.customer = factories.customer(self.team)
        self.handover = self.b.open()
        self.create(who=0, kind=Kind.URGENT, bad=bad, due=30, promised=promised)

    def item(self, which):
        rows = list(PendingItem.objects.select_related("post__team", "issue_type", "holder").order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def line(self, which):
        rows = HandoverLine.objects.filter(round_number__gt=0).order_by("pk")
        rows = list(rows.select_related("item__post__team", "handover__incoming_shift"))
        return rows[which % len(rows)] if rows else None

    def do(self, step, subject=True, *, seconds=7):
        """A little later; what is refused changes nothing."""
        self.now += timedelta(seconds=seconds)
        if subject:
            try:
                step()
            except HandoverError:
                return

    def pass_on(self, step, item):
        """I8: what goes on running is looked at no later than before. It wakes up what was snoozed."""
        escalation.sweep(now=self.now)
        before = {} if item.snoozed_until else laws.next_looks(item)
        self.do(step, seconds=0)
        escalation.sweep(now=self.now)
        laws.check_fired_now(self.now)
        still = set(item.clocks.filter(stopped_at__isnull=True).values_list("pk", flat=True))
        after = laws.next_looks(item)
        for pk, at in before.items():
            assert pk not in still or (pk in after and after[pk] <= at), item.clocks.get(pk=pk)

    def by(self, who):
        return {"actor": self.people[who], "now": self.now}

    # --- Items --------------------------------------------------------------------------------------
    @rule(who=WHO, kind=st.sampled_from(Kind.values), bad=st.booleans(), due=MINUTES, promised=st.booleans())
    def create(self, who, kind, bad, due, promised):
        at = self.now + timedelta(minutes=due)
        self.do(
            lambda: items.create(
                post=self.b.post,
                customer=self.customer,
                issue_type=self.issues[bad],
                kind=kind,
                progress=NOTE,
                key_at=at,
                promise=("Refund", at) if promised else None,
                **self.by(who),
            )
        )

    @rule(who=WHO, which=WHICH)
    def take(self, who, which):
        item = self.item(which)
        self.do(lambda: holding.take(item=item, **self.by(who)), item)

    @rule(who=WHO, which=WHICH)
    def release(self, who, which):
        if item := self.item(which):
            self.pass_on(lambda: holding.release(item=item, **self.by(who)), item)

    @rule(who=WHO, which=WHICH, to=WHO)
    def transfer(self, who, which, to):
        places = [*self.people[:4], *self.posts]
        if item := self.item(which):
            self.pass_on(
                lambda: holding.transfer(item=item, to=places[to], reason="Theirs", **self.by(who)), item
            )

    @rule(who=WHO, which=WHICH, kinds=st.lists(st.sampled_from(Kind.values), min_size=1, max_size=2))
    def set_kind(self, who, which, kinds):
        for kind in kinds:
            item = self.item(which)
            step = partial(items.set_kind, item=item, kind=kind, **self.by(who))
            if item and kind == Kind.URGENT:
                self.pass_on(step, item)
            else:
                self.do(step, item)

    @rule(who=WHO, which=WHICH, bad=st.booleans())
    def edit(self, who, which, bad):
        if item := self.item(which):
            self.pass_on(lambda: items.edit(item=item, issue_type=self.issues[bad], **self.by(who)), item)

    @rule(who=WHO, which=WHICH, text=st.sampled_from([NOTE, EMPTY]), wait=st.booleans(), minutes=MINUTES)
    def progress(self, who, which, text, wait, minutes):
        item, until = self.item(which), self.now + timedelta(minutes=minutes)
        facts = {"waiting_for": "Carrier", "waiting_until": until} if wait else {}
        stage = Stage.WAITING if wait else Stage.IN_PROGRESS
        self.do(
            lambda: items.progress(item=item, text=text, stage=stage, key_at=until, **facts, **self.by(who)),
            item,
        )

    @rule(who=WHO, which=WHICH, minutes=MINUTES)
    def promise(self, who, which, minutes):
        item, at = self.item(which), self.now + timedelta(minutes=minutes)
        self.do(lambda: promises.make(item=item, text="Refund", due_at=at, **self.by(who)), item)

    @rule(who=WHO, which=WHICH, minutes=MINUTES)
    def snooze(self, who, which, minutes):
        item, until = self.item(which), self.now + timedelta(minutes=minutes)
        self.do(lambda: snoozing.snooze(item=item, until=until, reason="Asked", **self.by(who)), item)

    @rule(who=WHO, which=WHICH, told=st.booleans())
    def resolve(self, who, which, told):
        item, facts = self.item(which), {"result": "Sent", "customer_told": told, "promise_kept": True}
        self.do(lambda: endings.resolve(item=item, **facts, **self.by(who)), item)

    @rule(who=WHO, which=WHICH)
    def close(self, who, which):
        item = self.item(which)
        self.do(
            lambda: endings.close(item=item, result="Withdrawn", promise_kept=False, **self.by(who)), item
        )

    @rule(who=WHO, which=WHICH)
    def reopen(self, who, which):
        item = self.item(which)
        self.do(lambda: endings.reopen(item=item, reason="Again", **self.by(who)), item)

    # --- The handover -------------------------------------------------------------------------------
    @rule()
    def submit(self):
        self.handover.refresh_from_db()
        self.do(lambda: self.b.submit(self.handover, now=self.now))

    @rule(who=WHO, which=WHICH)
    def refuse(self, who, which):
        line = self.line(which)
        self.do(lambda: lines.refuse(line=line, reason="Not ours", **self.by(who)), line)

    @rule(who=WHO, which=WHICH)
    def accept(self, who, which):
        line, facts = self.line(which), {"read_back": READ_BACK, "heard_orally": False}
        self.do(lambda: lines.accept(line=line, **facts, **self.by(who)), line)

    @rule(who=WHO, which=WHICH)
    def undo(self, who, which):
        line = self.line(which)
        self.do(lambda: lines.undo(line=line, **self.by(who)), line)

    @rule(who=WHO, which=WHICH, to=st.none() | WHO)
    def decide(self, who, which, to):
        line, holder = self.line(which), None if to is None else self.people[to]
        self.do(lambda: lines.decide(line=line, holder=holder, reason="So", **self.by(who)), line)

    @rule()
    def confirm(self):
        self.handover.refresh_from_db()
        self.do(lambda: self.b.confirm(self.handover, now=self.now), self.handover.round_count)

    # --- Who is there, and what is asked -------------------------------------------------------------
    @rule(which=WHO, there=st.booleans())
    def come_or_go(self, which, there):
        rows = list(Assignment.objects.order_by("pk"))
        row = rows[which % len(rows)]
        row.checked_in_at = min(row.checked_in_at or self.now, self.now - timedelta(minutes=1))
        row.checked_out_at = None if there else self.now
        row.save(update_fields=["checked_in_at", "checked_out_at"])

    @rule(who=WHO, which=WHICH)
    def substitute(self, who, which):
        rows = Assignment.objects.filter(substitute__isnull=True).order_by("pk")
        away, person = rows[which % len(rows)], self.people[who]
        if not away.shift.assignments.filter(user=person).exists():
            factories.assignment(
                away.shift,
                person,
                substitutes=away,
                is_duty_supervisor=away.is_duty_supervisor,
                checked_in_at=self.now,
            )

    @rule(who=st.integers(0, 4), works=st.booleans())
    def employ(self, who, works):
        User.objects.filter(pk=self.people[who].pk).update(is_active=works)

    @rule(kind=st.sampled_from(Waits.values), item_kind=st.sampled_from(["", *Kind.values]), steps=STEPS)
    def own_ladder(self, kind, item_kind, steps):
        if kind not in MAY_BE_UNTAKEN:
            steps = [Step(step.minutes, step.targets) for step in steps]
        place = Place(self.team, kind, item_kind)
        current = in_force.own(place)
        facts = {"seen_version": current.version if current else 0, "actor": self.b.dai, "now": self.now}
        self.do(lambda: ladders.change(place=place, steps=steps, **facts))

    # --- The engine ----------------------------------------------------------------------------------
    @rule(minutes=MINUTES, times=st.integers(1, 2))
    def sweep(self, minutes, times):
        self.now += timedelta(minutes=minutes, seconds=13)
        holding.return_left(now=self.now)
        escalation.sweep(now=self.now)
        laws.check_fired_now(self.now)
        before = laws.counts()
        for _time in range(times):
            escalation.sweep(now=self.now)
        assert laws.counts() == before

    @invariant()
    def the_laws_hold(self):
        laws.check_all()


class TestEscalationInvariants(TestCase):
    def test_hold_after_any_sequence_of_steps(self):
        run_state_machine_as_test(
            EngineMachine,
            settings=settings(
                max_examples=10,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


pytestmark = pytest.mark.django_db
