"""What holds after any sequence of steps of two shift boundaries of a post."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from handover import canonical, seal_key
from handover.errors import HandoverError
from handover.models import (
    ClockKind,
    Event,
    Handover,
    HandoverLine,
    Kind,
    PendingItem,
    SignedText,
    SignOff,
    Stage,
)
from handover.queries import cut, parties, verification
from handover.services import confirmation, endings, holding, items, ledger, lines, opening, submission
from tests import factories
from tests.boundary import READ_BACK, Boundary
from tests.factories import NOW

Answer, State = HandoverLine.Answer, Handover.State
NOTE = "Rang Ms Zhao in the warehouse at 13:40: she checks the shelf and rings back by 15:00."
WHO, WHICH = st.integers(0, 3), st.integers(0, 5)


class HandoverMachine(RuleBasedStateMachine):
    """Ada hands over to Bo, Bo to Cui; Dai supervises. All are checked in, and time moves on a little."""

    @initialize()
    def begin(self):
        self.boundary = Boundary()
        night = factories.shift(self.boundary.post, starts_at=NOW + timedelta(hours=9), name="Night")
        cui = factories.assignment(night, checked_in_at=NOW).user
        self.boundary.incoming.assignments.update(checked_in_at=NOW)
        self.people = [self.boundary.ada, self.boundary.bo, cui, self.boundary.dai]
        self.now, self.signed = NOW, {}
        self.customer = factories.customer(self.boundary.post.team)
        self.issue_type = factories.issue_type(self.boundary.post.team)
        self.handover_pk = self.boundary.open().pk

    @property
    def handover(self):
        return Handover.objects.select_related(
            "team", "post__team", "outgoing_shift__post", "incoming_shift__post"
        ).get(pk=self.handover_pk)

    def line(self, which):
        rows = self.handover.lines.filter(round_number__gt=0).order_by("pk")
        rows = list(rows.select_related("item", "handover__incoming_shift"))
        return rows[which % len(rows)] if rows else None

    def item(self, which):
        rows = list(PendingItem.objects.order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def do(self, step, *subjects):
        """One step a while later; a refusal changes nothing, and anything else leaves an entry."""
        if None in subjects:
            return
        self.now += timedelta(minutes=2)
        before = Event.objects.count()
        try:
            changed = step()
        except HandoverError:
            assert Event.objects.count() == before
            return
        assert changed == 0 or Event.objects.count() > before

    @rule(who=WHO, kind=st.sampled_from(Kind.values), queue=st.booleans())
    def create(self, who, kind, queue):
        self.do(
            lambda: items.create(
                post=self.boundary.post,
                customer=self.customer,
                issue_type=self.issue_type,
                kind=kind,
                progress=NOTE,
                key_at=self.now + timedelta(hours=2),
                actor=self.people[who],
                now=self.now,
                **({"holder": None} if queue else {}),
            )
        )

    @rule(who=WHO, which=WHICH)
    def take(self, who, which):
        item = self.item(which)
        self.do(lambda: holding.take(item=item, actor=self.people[who], now=self.now), item)

    @rule(who=WHO, which=WHICH)
    def progress(self, who, which):
        item = self.item(which)
        facts = {"text": NOTE, "stage": Stage.IN_PROGRESS, "key_at": self.now + timedelta(hours=1)}
        self.do(lambda: items.progress(item=item, actor=self.people[who], now=self.now, **facts), item)

    @rule(who=WHO, which=WHICH)
    def close(self, who, which):
        item = self.item(which)
        self.do(
            lambda: endings.close(item=item, result="Refunded.", actor=self.people[who], now=self.now), item
        )

    @rule(who=WHO, which=WHICH, kind=st.sampled_from(Kind.values))
    def set_kind(self, who, which, kind):
        item = self.item(which)
        if item and item.kind != kind:
            self.do(lambda: items.set_kind(item=item, kind=kind, actor=self.people[who], now=self.now))

    @rule(who=WHO)
    def submit(self, who):
        self.do(lambda: self.boundary.submit(self.handover, by=self.people[who], now=self.now))

    @rule(who=WHO, which=WHICH, said=st.sampled_from(["", READ_BACK]))
    def accept(self, who, which, said):
        line = self.line(which)
        facts = {"read_back": said, "heard_orally": False, "actor": self.people[who]}
        self.do(lambda: lines.accept(line=line, now=self.now, **facts), line)

    @rule(who=WHO)
    def receive_all(self, who):
        self.do(lambda: lines.receive_all(handover=self.handover, actor=self.people[who], now=self.now))

    @rule(who=WHO, which=WHICH)
    def read_back(self, who, which):
        line = self.line(which)
        self.do(
            lambda: lines.read_back(line=line, text=READ_BACK, actor=self.people[who], now=self.now), line
        )

    @rule(who=WHO, which=WHICH)
    def question(self, who, which):
        line = self.line(which)
        self.do(lambda: lines.question(line=line, text="Which?", actor=self.people[who], now=self.now), line)

    @rule(who=WHO, which=WHICH)
    def refuse(self, who, which):
        line = self.line(which)
        self.do(lambda: lines.refuse(line=line, reason="No.", actor=self.people[who], now=self.now), line)

    @rule(who=WHO, which=WHICH)
    def undo(self, who, which):
        line = self.line(which)
        self.do(lambda: lines.undo(line=line, actor=self.people[who], now=self.now), line)

    @rule(who=WHO, which=WHICH, to=st.none() | WHO)
    def decide(self, who, which, to):
        line = self.line(which)
        holder = None if to is None else self.people[to]
        facts = {"holder": holder, "reason": "So.", "actor": self.people[who]}
        self.do(lambda: lines.decide(line=line, now=self.now, **facts), line)

    @rule(who=WHO)
    def send_back(self, who):
        self.do(
            lambda: submission.send_back(
                handover=self.handover, reason="A parcel is missing.", actor=self.people[who], now=self.now
            )
        )

    @rule()
    def take_over(self):
        self.do(
            lambda: confirmation.take_over(
                handover=self.handover, reason="Bo is ill.", actor=self.people[3], now=self.now
            )
        )

    @rule(who=WHO)
    def confirm(self, who):
        if self.handover.round_count:
            facts = {"by": self.people[who], "as_supervisor": who == 3, "now": self.now}
            self.do(lambda: self.boundary.confirm(self.handover, **facts))

    @rule()
    def next_boundary(self):
        opened = opening.open_for(shift=self.boundary.incoming, now=self.now)
        self.handover_pk = opened.pk

    @invariant()
    def an_item_is_unanswered_in_one_handover_at_most(self):
        rows = HandoverLine.objects.filter(round_number__gt=0, answer__in=cut.OPEN_ANSWERS)
        waiting = list(rows.values_list("item", flat=True))
        assert len(waiting) == len(set(waiting))
        assert not rows.filter(handover__state=State.LAPSED).exists()
        assert not rows.filter(item__is_open=False).exists()

    @invariant()
    def what_waits_for_an_answer_stands_in_the_queue(self):
        rows = HandoverLine.objects.filter(round_number__gt=0, answer__in=cut.OPEN_ANSWERS)
        assert not rows.filter(item__holder__isnull=False).exists()

    @invariant()
    def what_is_confirmed_is_answered_and_signed_by_two(self):
        for handover in Handover.objects.filter(state=State.CONFIRMED):
            rows = handover.lines.filter(round_number__gt=0)
            open_rows = rows.filter(answer__in=cut.OPEN_ANSWERS)
            assert not rows.filter(answer=Answer.NONE).exists()
            assert not open_rows.filter(kind=Kind.URGENT).exists()
            assert handover.with_reservation or not open_rows.exists()
            outgoing = parties.signers(handover, SignOff.Role.OUTGOING)
            incoming = parties.signers(handover, SignOff.Role.INCOMING)
            assert len(outgoing) == len(incoming) == 1
            assert outgoing != incoming

    @rule()
    def seal(self):
        """In the midst of it; whatever happened, the ledger fits."""
        key = seal_key.load()
        ledger.seal(key=key, now=self.now)
        assert verification.verify(key.public_key(), []).waiting == 0

    @invariant()
    def signed_bytes_never_change(self):
        now = dict(SignedText.objects.values_list("sha256", "text"))
        assert {key: now[key] for key in self.signed} == self.signed
        assert all(canonical.sha256(text) == key for key, text in now.items())
        self.signed = now

    @invariant()
    def clocks_and_due_instants_agree(self):
        for item in PendingItem.objects.open().prefetch_related("clocks"):
            running = [
                clock.due_at
                for clock in item.clocks.all()
                if clock.stopped_at is None and clock.kind in ClockKind.values
            ]
            assert item.next_due_at == min(running)


class TestHandoverMachine(TestCase):
    @pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
    def test_invariants_hold_after_any_sequence_of_steps(self):
        run_state_machine_as_test(
            HandoverMachine,
            settings=settings(
                max_examples=30,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
