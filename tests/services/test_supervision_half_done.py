"""The same for supervision and the roster: what moves and its entry of the trail stand or fall together."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from handover.check_template import KEYS
from handover.ladders import BUILT_IN as LADDERS
from handover.models import (
    CalendarFeed,
    Dispute,
    Draw,
    DrawnRecord,
    Finding,
    SpotCheck,
    Swap,
    WeeklyAction,
    WeeklyReport,
)
from handover.queries import spot_checks as candidates
from handover.queries.ladders import Place
from handover.queries.plan import Places, Wish
from handover.queries.score import BUILT_IN, Weight
from handover.services import (
    calendars,
    disputes,
    findings,
    ladders,
    plans,
    score_rules,
    spot_checks,
    swaps,
    weekly,
)
from handover.services.disputes import Decision, Rule
from tests import factories
from tests.disputes import LATER, WHY, Case
from tests.factories import NOW, Role
from tests.half_done import written_at_once
from tests.records import BEGIN, END, open_week, signed

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TEXT = "Set a reminder for each promise."


class Disputed(Case):
    """A record with a line that both sides may dispute; Dai decides."""

    @property
    def dispute(self):
        people = ("team", "post__team", "handover", "line", "item__customer", "item__holder", "raised_by")
        return Dispute.objects.select_related(*people).get()

    def raised(self):
        self.raise_()

    def decided(self):
        self.raise_()
        self.settle()

    def settle(self):
        rule = Rule("Refunds are told orally.", LATER.date(), self.ada)
        decision = Decision("outgoing", "It stands there.", self.ada, rule)
        disputes.decide(dispute=self.dispute, decision=decision, actor=self.dai, now=LATER)


class Checked:
    """A week with three signed records, of which two are drawn; Dai checks, Ada puts right."""

    def __init__(self):
        self.post = factories.post()
        self.dai = factories.member(self.post.team, Role.SUPERVISOR, name="Dai")
        self.ada = factories.member(self.post.team, name="Ada")
        for hours in range(3):
            signed(self.post, self.ada, at=BEGIN + timedelta(hours=9 * hours))
        self.by = {"actor": self.dai, "now": END}

    def opened(self):
        open_week(self.post.team)

    @property
    def week(self):
        return Draw.objects.select_related("team").get(starts_at=BEGIN)

    def draw(self):
        spot_checks.draw(week=self.week, **self.by)

    def drawn(self):
        self.opened()
        self.draw()

    def add(self):
        chosen = candidates.unchosen(self.week)[0]
        spot_checks.add(week=self.week, handover=chosen, reason="Late.", **self.by)

    @property
    def record(self):
        return DrawnRecord.objects.select_related("handover__post__team").order_by("pk").first()

    def score(self, **corrects):
        scores = dict.fromkeys(KEYS, 3)
        spot_checks.score(drawn=self.record, scores=scores, remarks="", **corrects, **self.by)

    def scored(self):
        self.drawn()
        self.score()

    def file(self):
        facts = {"text": "Missing.", "correction": "Add it.", "responsible": self.ada, "due_at": END + DAY}
        findings.file(check=SpotCheck.objects.get(), facts=facts, **self.by)

    def filed(self):
        self.scored()
        self.file()

    @property
    def finding(self):
        return Finding.objects.select_related("team", "post__team", "handover", "responsible").get()

    def answer(self):
        findings.answer(finding=self.finding, text="Done.", actor=self.ada, now=END)

    def answered(self):
        self.filed()
        self.answer()


class Planned:
    """Amy on Wednesday, Bob on Thursday at a post that Lea leads; Dai supervises the team."""

    def __init__(self):
        self.desk = factories.post()
        self.team = self.desk.team
        self.amy, self.bob = (factories.member(self.team, name=name) for name in ("Amy", "Bob"))
        self.lea = factories.member(self.team, leads=self.desk, name="Lea")
        self.dai = factories.member(self.team, Role.SUPERVISOR, name="Dai")
        days = [factories.shift(self.desk, starts_at=NOW + number * DAY) for number in (1, 2)]
        self.given = factories.assignment(days[0], self.amy, is_duty_supervisor=True)
        self.taken = factories.assignment(days[1], self.bob)
        self.rules = BUILT_IN | {"key_time": Weight(40)}
        self.place = Place(self.team, "taken")
        self.by = {"actor": self.dai, "now": NOW}

    def ask(self):
        swaps.ask(
            place=self.given, colleague=self.bob, in_return=self.taken, note="", actor=self.amy, now=NOW
        )

    @property
    def swap(self):
        people = ("team", "asker", "colleague", "given_shift__post__team", "taken_shift__post__team")
        return Swap.objects.select_related(*people).get()

    def agree(self):
        swaps.agree(swap=self.swap, actor=self.bob, now=NOW)

    def agreed(self):
        self.ask()
        self.agree()

    def plan(self):
        seen = Places(frozenset({self.amy.pk}), self.amy.pk)
        wanted = Places(frozenset({self.bob.pk}), self.bob.pk)
        plans.carry_out(wishes=[Wish(self.given.shift, seen, wanted)], actor=self.lea, now=NOW)

    def weigh(self):
        score_rules.change(team=self.team, weights=self.rules, seen_version=0, **self.by)

    def climb(self):
        ladders.change(place=self.place, steps=LADDERS["taken", ""][1:], seen_version=0, **self.by)

    def subscribe(self):
        calendars.make(post=self.desk, **self.by)

    def reported(self):
        WeeklyReport.objects.create(team=self.team, week=date(2026, 3, 2), body={}, prepared_at=NOW)

    def note(self):
        report = WeeklyReport.objects.select_related("team").get()
        weekly.note(report=report, text=TEXT, responsible=self.amy, due_date=date(2026, 3, 18), **self.by)

    def noted(self):
        self.reported()
        self.note()


def fresh(_scene):
    """Nothing has happened yet."""


Do = Callable[..., object]
STEPS: dict[str, tuple[type, Do, Do]] = {
    "raise a dispute": (Disputed, fresh, Disputed.raise_),
    "make a statement": (
        Disputed,
        Disputed.raised,
        lambda s: disputes.state(dispute=s.dispute, text=WHY, actor=s.ada, now=LATER),
    ),
    "decide a dispute": (Disputed, Disputed.raised, Disputed.settle),
    "withdraw a dispute": (
        Disputed,
        Disputed.raised,
        lambda s: disputes.withdraw(dispute=s.dispute, reason="We talked.", actor=s.bo, now=LATER),
    ),
    "tick a rule": (
        Disputed,
        Disputed.decided,
        lambda s: disputes.finish_rule(dispute=s.dispute, actor=s.ada, now=LATER),
    ),
    "plan spot checks": (
        Checked,
        fresh,
        lambda s: spot_checks.change_plan(team=s.post.team, per_week=3, **s.by),
    ),
    "draw": (Checked, Checked.opened, Checked.draw),
    "add a record": (Checked, Checked.drawn, Checked.add),
    "score": (Checked, Checked.drawn, Checked.score),
    "correct a score": (
        Checked,
        Checked.scored,
        lambda s: s.score(corrects=SpotCheck.objects.get(), reason="Misread."),
    ),
    "file a finding": (Checked, Checked.scored, Checked.file),
    "answer a finding": (Checked, Checked.filed, Checked.answer),
    "accept an answer": (
        Checked,
        Checked.answered,
        lambda s: findings.accept(finding=s.finding, text="Thank you.", **s.by),
    ),
    "ask again": (
        Checked,
        Checked.answered,
        lambda s: findings.ask_again(finding=s.finding, text="And this?", due_at=END + 2 * DAY, **s.by),
    ),
    "ask for a swap": (Planned, fresh, Planned.ask),
    "agree to a swap": (Planned, Planned.ask, Planned.agree),
    "decline a swap": (
        Planned,
        Planned.ask,
        lambda s: swaps.decline(swap=s.swap, reason="Busy.", actor=s.bob, now=NOW),
    ),
    "withdraw a swap": (Planned, Planned.ask, lambda s: swaps.withdraw(swap=s.swap, actor=s.amy, now=NOW)),
    "approve a swap": (Planned, Planned.agreed, lambda s: swaps.approve(swap=s.swap, actor=s.lea, now=NOW)),
    "refuse a swap": (
        Planned,
        Planned.agreed,
        lambda s: swaps.refuse(swap=s.swap, reason="Too few.", actor=s.lea, now=NOW),
    ),
    "let a swap lapse": (Planned, Planned.ask, lambda s: swaps.lapse(now=s.given.shift.starts_at)),
    "plan a week": (Planned, fresh, Planned.plan),
    "change the score rules": (Planned, fresh, Planned.weigh),
    "go back to the built-in score": (
        Planned,
        Planned.weigh,
        lambda s: score_rules.go_back(team=s.team, seen_version=1, **s.by),
    ),
    "change a ladder": (Planned, fresh, Planned.climb),
    "go back to the built-in ladder": (
        Planned,
        Planned.climb,
        lambda s: ladders.go_back(place=s.place, seen_version=1, **s.by),
    ),
    "make a calendar address": (Planned, fresh, Planned.subscribe),
    "revoke a calendar address": (
        Planned,
        Planned.subscribe,
        lambda s: calendars.revoke(feed=CalendarFeed.objects.select_related("post__team").get(), **s.by),
    ),
    "note on the weekly figures": (Planned, Planned.reported, Planned.note),
    "tick what was noted": (
        Planned,
        Planned.noted,
        lambda s: weekly.finish(
            action=WeeklyAction.objects.select_related("report__team").get(), actor=s.amy, now=NOW
        ),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_fails_at_any_statement_leaves_nothing_and_can_be_repeated(name):
    kind, prepare, run = STEPS[name]
    scene = kind()
    prepare(scene)

    assert "Event" in written_at_once(lambda: run(scene))
