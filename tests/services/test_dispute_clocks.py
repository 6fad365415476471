"""A dispute that waits, and a rule that was to be changed, are told by the engine; never to a party."""

from datetime import date, timedelta

import pytest

from handover.models import Clock, Escalation, Event, Message, Waits
from handover.queries.ladders import Place
from handover.services import disputes, escalation, rehearsal, supervision
from handover.services.disputes import Rule
from tests import escalation_laws, factories
from tests.boundary import SOON
from tests.disputes import LATER, Case, fresh
from tests.factories import Role

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def case(db):
    case = Case()
    case.lea = factories.member(case.post.team, leads=case.post, name="Lea")
    case.root = factories.administrator("Root")
    return case


def told(kind: str = Waits.DISPUTE) -> list[tuple]:
    """How long after the beginning, and whom."""
    found = Escalation.objects.filter(clock__kind=kind).select_related("clock").order_by("due_at")
    names = dict(Message.objects.values_list("recipient", "recipient__display_name"))
    return [(row.due_at - row.clock.started_at, sorted(names[pk] for pk in row.told)) for row in found]


def sweep(*moments):
    for now in moments:
        escalation.sweep(now=now)


def test_leaders_at_once_supervisors_later_administrators_at_the_end(case):
    case.raise_()
    sweep(SOON, SOON + 4 * HOUR, SOON + 24 * HOUR)

    assert told() == [(0 * HOUR, ["Lea"]), (4 * HOUR, ["Dai"]), (24 * HOUR, ["Root"])]
    escalation_laws.check_all()


def test_nothing_is_told_before_its_time_or_twice(case):
    case.raise_()
    sweep(SOON, SOON, SOON + 4 * HOUR - MINUTE, SOON + 4 * HOUR - MINUTE)

    assert told() == [(0 * HOUR, ["Lea"])]


@pytest.mark.parametrize("role", ["leader", "supervisor"])
def test_a_party_is_passed_over(case, role):
    party = {"leader": case.lea, "supervisor": case.dai}[role]
    factories.assignment(case.outgoing, party, checked_in=True)
    case.raise_()
    sweep(SOON, SOON + 4 * HOUR)

    passed = {"leader": ["Dai"], "supervisor": ["Root"]}
    expected = {"leader": [["Dai"], ["Dai"]], "supervisor": [["Lea"], ["Root"]]}
    assert [people for _at, people in told()] == expected[role]
    assert passed[role] in expected[role]


def test_who_holds_the_item_is_a_party_too(case):
    type(case.item).objects.filter(pk=case.item.pk).update(holder=case.lea)
    case.raise_()
    sweep(SOON)

    assert told() == [(0 * HOUR, ["Dai"])]


def test_what_is_told_says_what_it_is_about_and_leads_to_the_record(case):
    case.raise_()
    sweep(SOON, SOON + 4 * HOUR)

    thing = f"#{case.item.pk}, {case.item.customer} ({case.post}, Day)"
    mails = Message.objects.filter(key__gt="").order_by("pk")
    assert [(mail.text, mail.item, mail.handover) for mail in mails] == [
        (f"A dispute waits for your decision: {thing}.", None, case.handover),
        (f"A dispute waits for a decision for 4 h: {thing}.", None, case.handover),
    ]
    said = Event.objects.filter(verb=Event.Verb.ESCALATED, handover=case.handover)
    assert [event.data["told"] for event in said.order_by("pk")] == [["Lea"], ["Dai"]]


def test_two_disputes_of_one_record_are_told_both(case):
    case.raise_()
    case.raise_(line=None)
    sweep(SOON)

    assert Message.objects.filter(recipient=case.lea).count() == 2


@pytest.mark.parametrize("end", ["decided", "withdrawn"])
def test_a_settled_dispute_is_silent(case, end):
    dispute = case.raise_()
    if end == "decided":
        case.decide(dispute, now=SOON)
    else:
        disputes.withdraw(dispute=dispute, reason="We talked.", actor=case.bo, now=SOON)
    sweep(SOON, SOON + 4 * HOUR)

    assert told() == []


def test_administrator_whom_it_has_reached_decides_though_others_could(case):
    dispute = case.raise_()
    sweep(SOON, SOON + 4 * HOUR, SOON + 24 * HOUR)
    case.decide(dispute, by=case.root, now=SOON + 25 * HOUR)

    assert fresh(dispute).settled_by == case.root
    assert Clock.objects.get(dispute=dispute).outcome == Clock.Outcome.LATE


def test_saying_what_is_done_about_it_stands_at_the_record(case):
    case.raise_()
    sweep(SOON)
    supervision.acknowledge(
        escalation=Escalation.objects.get(), text="I talk to both.", actor=case.lea, now=LATER
    )

    said = Event.objects.get(verb=Event.Verb.ACKNOWLEDGED)
    assert (said.handover, said.team, said.text) == (case.handover, case.post.team, "I talk to both.")


def test_rule_is_told_to_who_does_it_and_a_day_later_to_the_supervisors(case):
    day = date(2026, 3, 12)
    dispute = case.raise_()
    case.decide(dispute, rule=Rule("Type promises at once.", day, case.ada))
    ends_at = Clock.objects.get(kind=Waits.RULE).due_at
    assert ends_at.astimezone(case.post.team.zone).date() in {day, day + timedelta(days=1)}
    sweep(ends_at - MINUTE)
    assert told(Waits.RULE) == []
    sweep(ends_at, ends_at + 24 * HOUR)

    assert [people for _at, people in told(Waits.RULE)] == [["Ada"], ["Ada", "Dai"]]
    mails = Message.objects.filter(at=ends_at).values_list("text", flat=True)
    assert list(mails) == ["This rule is to be changed by now: “Type promises at once.” Ada does it."]
    disputes.finish_rule(dispute=dispute, actor=case.ada, now=ends_at + 25 * HOUR)
    assert Clock.objects.get(kind=Waits.RULE).outcome == Clock.Outcome.LATE


def test_a_team_s_own_ladder_of_disputes_can_be_played_through(case):
    place = Place(case.post.team, Waits.DISPUTE)
    eva = factories.member(case.post.team, Role.SUPERVISOR, name="Eva")
    play = rehearsal.of_place(place, post=case.post, at=SOON, now=SOON)

    people = [[person for telling in each.tellings for person in telling.people] for each in play.rounds]
    assert people == [[case.lea], [case.dai, eva], [case.root]]
