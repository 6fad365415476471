"""Scores and findings: who may judge, what is kept, who is told when, and how a finding ends."""

from datetime import timedelta

import pytest

from handover.check_template import KEYS
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Clock, Event, Finding, Message, SpotCheck
from handover.services import escalation, findings, lines, spot_checks
from tests import factories
from tests.boundary import SOON, Boundary, line_of
from tests.factories import Role
from tests.records import END, drawn_week

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DUE = END + 7 * DAY
GOOD = dict.fromkeys(KEYS, 4)
FACTS = {"text": "The order number is missing.", "correction": "Add it to the item.", "due_at": DUE}


@pytest.fixture
def place():
    return Boundary()


@pytest.fixture
def drawn(place):
    """Ada's record, which Bo has confirmed and a draw has chosen."""
    item = factories.item(place.post, holder=place.ada)
    handover = place.open()
    place.submit(handover)
    lines.accept(line=line_of(handover, item), read_back="", heard_orally=False, actor=place.bo, now=SOON)
    place.confirm(handover)
    return drawn_week(place.post.team).records.get()


@pytest.fixture
def leader(place):
    return factories.member(place.post.team, leads=place.post, name="Lee")


def score(drawn, actor, *, now=END + DAY, **facts):
    return spot_checks.score(
        drawn=drawn, actor=actor, now=now, **{"scores": GOOD, "remarks": "Clear.", **facts}
    )


@pytest.fixture
def finding(place, drawn):
    return file(score(drawn, place.dai), place)


def file(check, place, *, now=END + DAY, **facts):
    return findings.file(
        check=check, facts={"responsible": place.ada, **FACTS, **facts}, actor=place.dai, now=now
    )


def running(thing):
    found = Clock.objects.filter(stopped_at__isnull=True, **thing).order_by("pk")
    return list(found.values_list("kind", "due_at"))


def told(person):
    return list(Message.objects.filter(recipient=person).order_by("pk").values_list("text", flat=True))


def swept(person, *, at):
    """What the engine tells the person at an instant."""
    before = len(told(person))
    escalation.sweep(now=at)
    return told(person)[before:]


def verbs():
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))


# --- Scores ---------------------------------------------------------------------------------------
def test_score_is_kept_with_the_text_and_the_version_of_the_form(place, drawn):
    check = score(drawn, place.dai)

    assert (check.scores, check.remarks, check.supersedes) == (GOOD, "Clear.", None)
    assert (check.template, check.template_version) == ("spot_check", 1)
    assert check.text == drawn.handover.rounds.get().text
    event = Event.objects.get(verb="spot_checked")
    assert (event.actor, event.handover, event.data) == (
        place.dai,
        drawn.handover,
        {"check": check.pk, "scores": GOOD},
    )
    assert running({"handover": drawn.handover}) == []


@pytest.mark.parametrize("who", ["ada", "bo"])
def test_nobody_checks_a_record_in_which_they_have_a_part(place, drawn, who):
    with pytest.raises(NotAllowed, match="Nobody checks a record"):
        score(drawn, getattr(place, who))

    assert SpotCheck.objects.count() == 0


def test_a_leader_cannot_check_a_handover_that_he_signed(place, leader):
    handover = place.open()
    place.submit(handover, by=leader)
    drawn = drawn_week(place.post.team).records.get()

    with pytest.raises(NotAllowed, match="You signed this record"):
        score(drawn, leader)

    assert score(drawn, place.dai).checked_by == place.dai


def test_who_held_an_item_of_the_record_does_not_check_it(place):
    chief = factories.member(place.post.team, Role.SUPERVISOR)
    factories.assignment(place.outgoing, chief)
    factories.item(place.post, holder=chief)
    handover = place.open()
    place.submit(handover)
    drawn = drawn_week(place.post.team).records.get()

    with pytest.raises(NotAllowed):
        score(drawn, chief)


def test_a_record_is_scored_once(place, drawn, leader):
    score(drawn, place.dai)

    with pytest.raises(Conflict, match="meanwhile"):
        score(drawn, leader)

    assert SpotCheck.objects.get().checked_by == place.dai


def test_a_correction_leaves_the_first_check_as_it_was(place, drawn, leader):
    first = score(drawn, place.dai)

    second = score(drawn, leader, corrects=first, scores={**GOOD, "clarity": 2}, reason="I had read round 1.")

    assert (second.supersedes, second.reason) == (first, "I had read round 1.")
    first.refresh_from_db()
    assert (first.scores, first.superseded_by) == (GOOD, second)
    assert Event.objects.filter(verb="check_corrected").count() == 1
    with pytest.raises(Conflict):
        score(drawn, leader, corrects=first, reason="Once more")


# --- Findings -------------------------------------------------------------------------------------
def test_a_finding_is_told_to_who_puts_it_right_and_waits_for_the_answer(place, finding):
    assert (finding.state, finding.responsible, finding.post) == ("open", place.ada, place.post)
    assert running({"finding": finding}) == [("finding", DUE)]
    assert told(place.ada)[-1] == (
        f"A spot check of your handover of {place.post.name}, Day found something to put right by "
        f"23 Mar 00:00. It stands under “Spot checks” (F{finding.pk}); say there what you did."
    )
    assert (
        Message.objects.filter(recipient=place.ada).latest("pk").path
        == f"/spot-checks/findings/{finding.pk}/"
    )
    event = Event.objects.get(verb="finding_filed")
    assert (event.person, event.team, event.handover) == (place.ada, place.post.team, None)
    assert event.text == FACTS["text"]


def test_the_same_form_files_one_finding(place, drawn):
    check = score(drawn, place.dai)
    facts = {"responsible": place.ada, **FACTS}

    made = [
        findings.file(check=check, facts=facts, actor=place.dai, now=END + DAY, form_key="a" * 32)
        for _time in range(2)
    ]

    assert made[0] == made[1]
    assert (Finding.objects.count(), verbs().count("finding_filed")) == (1, 1)


def test_a_party_files_no_finding(place, drawn):
    check = score(drawn, place.dai)

    with pytest.raises(NotAllowed):
        findings.file(check=check, facts={"responsible": place.ada, **FACTS}, actor=place.bo, now=END)


def test_an_answer_waits_for_the_second_look(place, finding):
    findings.answer(finding=finding, text="Added it.", actor=place.ada, now=END + 2 * DAY)

    assert finding.state == "answered"
    assert running({"finding": finding}) == [("recheck", END + 4 * DAY)]
    assert list(finding.entries.values_list("step", "text", "by")) == [
        ("answered", "Added it.", place.ada.pk)
    ]
    with pytest.raises(InvalidMove):
        findings.answer(finding=finding, text="Again", actor=place.ada, now=END + 2 * DAY)


def test_an_accepted_finding_waits_for_nobody(place, finding, leader):
    findings.answer(finding=finding, text="Added it.", actor=place.ada, now=END + 2 * DAY)
    findings.accept(finding=finding, text="Well done.", actor=leader, now=END + 3 * DAY)

    assert (finding.state, finding.settled_at) == ("accepted", END + 3 * DAY)
    assert running({"finding": finding}) == []
    assert told(place.ada)[-1].startswith(f"What you did about F{finding.pk} ")
    outcomes = Clock.objects.filter(finding=finding).order_by("pk").values_list("kind", "outcome")
    assert list(outcomes) == [("finding", "met"), ("recheck", "met")]


def test_asked_again_it_has_a_new_time(place, finding, leader):
    findings.answer(finding=finding, text="Added it.", actor=place.ada, now=END + 2 * DAY)
    findings.ask_again(
        finding=finding, text="Not on the second one.", due_at=END + 9 * DAY, actor=leader, now=END + 3 * DAY
    )

    again = Finding.objects.with_limit().get()
    assert (again.state, again.limit_at, again.due_at) == ("open", END + 9 * DAY, finding.due_at)
    assert running({"finding": finding}) == [("finding", END + 9 * DAY)]
    assert told(place.ada)[-1].startswith(f"Thank you for the answer to F{finding.pk} ")
    findings.answer(finding=finding, text="Now too.", actor=place.ada, now=END + 4 * DAY)
    steps = finding.entries.order_by("pk").values_list("step", flat=True)
    assert list(steps) == ["answered", "again", "answered"]


def test_a_finding_of_somebody_who_left_is_ended_without_an_answer(place, finding):
    findings.accept(finding=finding, text="Ada has left.", actor=place.dai, now=END + 2 * DAY)

    assert finding.state == "accepted"
    assert list(Clock.objects.filter(finding=finding).values_list("outcome", flat=True)) == ["void"]


def test_a_party_takes_no_second_look(place, finding):
    findings.answer(finding=finding, text="Added it.", actor=place.ada, now=END + 2 * DAY)

    for person in (place.ada, place.bo):
        with pytest.raises(NotAllowed):
            findings.accept(finding=finding, text="", actor=person, now=END + 3 * DAY)
        with pytest.raises(NotAllowed):
            findings.ask_again(finding=finding, text="More", due_at=DUE, actor=person, now=END + 3 * DAY)


def test_who_is_responsible_is_a_party_also_without_having_signed(place, drawn):
    chief = factories.member(place.post.team, Role.SUPERVISOR)
    finding = file(score(drawn, place.dai), place, responsible=chief)

    with pytest.raises(NotAllowed):
        findings.accept(finding=finding, text="", actor=chief, now=END + 2 * DAY)


# --- Reminders ------------------------------------------------------------------------------------
def test_a_finding_reminds_the_person_then_the_leader_then_the_supervisors(place, finding, leader):
    words = f"F{finding.pk}, handover of {place.post.name}, Day."

    assert swept(place.ada, at=DUE - DAY - timedelta(minutes=1)) == []
    soon = swept(place.ada, at=DUE - DAY)
    assert soon == [f"A finding of a spot check is to be answered by tomorrow 00:00: {words}"]
    assert swept(place.ada, at=DUE) == [f"A finding of a spot check waits for its answer now: {words}"]
    assert (told(place.dai), swept(leader, at=DUE + DAY)[-1]) == (
        [],
        f"A finding of a spot check was to be answered by yesterday 00:00: {words}",
    )
    assert len(swept(place.dai, at=DUE + 3 * DAY)) == 1
    assert len(told(place.ada)) == 3  # with the first word
    paths = Message.objects.filter(recipient=place.ada).values_list("path", flat=True)
    assert set(paths) == {f"/spot-checks/findings/{finding.pk}/"}


def test_an_answer_ends_the_reminders_and_reminds_of_the_second_look(place, finding, leader):
    escalation.sweep(now=END + DAY)
    findings.answer(finding=finding, text="Added it.", actor=place.ada, now=DUE - 2 * DAY)

    at_once = swept(leader, at=DUE - 2 * DAY)

    words = f"F{finding.pk}, handover of {place.post.name}, Day."
    assert at_once[-1] == f"A finding was answered and waits for a second look: {words}"
    asked = len(told(place.ada))
    assert swept(leader, at=DUE)[-1] == (
        f"Answered 2 d ago, and the finding waits for a second look: {words}"
    )
    assert len(told(place.ada)) == asked


def test_a_leader_who_is_a_party_is_not_asked_for_the_second_look(place, drawn):
    place.post.leaders.add(place.bo)
    finding = file(score(drawn, place.dai), place)
    findings.answer(finding=finding, text="Added it.", actor=place.ada, now=END + 2 * DAY)

    escalation.sweep(now=END + 2 * DAY)

    about = f"F{finding.pk}"
    assert not any(about in text for text in told(place.bo))
    assert any(about in text for text in told(place.dai))


def test_a_finding_of_somebody_disabled_goes_to_the_leader_and_not_to_the_colleagues(place, finding, leader):
    place.ada.is_active = False
    place.ada.save(update_fields=["is_active"])
    colleague = factories.agent_on_duty(place.post, now=DUE)

    escalation.sweep(now=DUE)

    assert (told(colleague), any(f"F{finding.pk}" in text for text in told(leader))) == ([], True)


def test_reminders_wait_for_the_service_hours_of_the_post(place, finding, leader):
    for weekday in range(7):
        place.post.service_hours.create(weekday=weekday, opens_at="09:00", closes_at="18:00")

    morning = DUE - timedelta(hours=15)
    assert swept(place.ada, at=morning - timedelta(minutes=1)) == []  # a day before was midnight
    assert len(swept(place.ada, at=morning)) == 1
    assert swept(place.ada, at=DUE) == []
    assert len(swept(place.ada, at=DUE + timedelta(hours=9))) == 1


def test_a_record_not_checked_reminds_its_leader_then_the_supervisors(place, drawn, leader):
    words = f"{place.post.name}, Day."

    assert swept(leader, at=END)[-1] == f"A record waits for its spot check: {words}"
    assert told(place.dai) == []
    assert swept(leader, at=END + 5 * DAY) == [f"Chosen 5 d ago and not checked yet: handover of {words}"]
    assert len(swept(place.dai, at=END + 7 * DAY)) == 1


def test_a_checked_record_reminds_nobody(place, drawn, leader):
    escalation.sweep(now=END)
    score(drawn, place.dai)

    assert swept(leader, at=END + 8 * DAY) == []


def test_what_the_engine_tells_of_a_finding_stands_in_the_trail_of_the_person_alone(place, finding):
    escalation.sweep(now=DUE)

    event = Event.objects.filter(verb="escalated", data__clock="finding").last()
    assert (event.person, event.team, event.handover, event.item) == (
        place.ada,
        place.post.team,
        None,
        None,
    )
