"""Each measure of handovers by a small history worked out by hand."""

from datetime import timedelta

import pytest

from handover.models import Escalation, Measure, Waits
from handover.services import clocks, escalation, lines, submission
from tests import factories
from tests.boundary import SOON, Boundary, line_of
from tests.factories import NOW
from tests.figures import counted

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)
MINUTE = timedelta(minutes=1)


def _accept(scene, handover, item):
    line = line_of(handover, item)
    lines.accept(line=line, actor=scene.bo, now=SOON, read_back="", heard_orally=False)


def test_handover_confirmed_within_thirty_minutes_is_in_time_with_its_minutes():
    scene = Boundary()
    item = factories.item(scene.post, holder=scene.ada)
    handover = scene.open()
    scene.submit(handover)
    _accept(scene, handover, item)
    scene.confirm(handover, now=NOW + timedelta(minutes=72))

    fields = ("at", "hit", "value", "person", "shift_name")
    found = counted(Measure.ON_TIME, now=LATER, fields=fields)

    assert found == [(NOW + timedelta(hours=1), True, 12, scene.ada.pk, "Day")]
    assert counted(Measure.CONFIRMED, now=LATER, fields=("value",)) == [12]
    assert counted(Measure.SCORE, now=LATER, fields=("value",)) == [handover.rounds.get().score]
    assert counted(Measure.CARRIED, now=LATER) == [(False, 1)]


def test_handover_that_nobody_confirms_is_late_from_thirty_minutes_after_the_boundary():
    scene = Boundary()
    scene.submit(scene.open())
    boundary = NOW + timedelta(hours=1)

    assert counted(Measure.ON_TIME, now=boundary + 30 * MINUTE) == []
    assert counted(Measure.ON_TIME, now=boundary + 31 * MINUTE) == [(False, None)]
    assert counted(Measure.CONFIRMED, now=boundary + 31 * MINUTE) == []


def test_lines_questioned_and_refused_count_once_the_handover_has_ended():
    scene = Boundary()
    asked, refused, plain = (factories.item(scene.post, holder=scene.ada) for _ in range(3))
    handover = scene.open()
    scene.submit(handover)
    lines.question(line=line_of(handover, asked), text="Which shelf?", actor=scene.bo, now=SOON)
    _accept(scene, handover, asked)
    lines.refuse(line=line_of(handover, refused), reason="Not ours.", actor=scene.bo, now=SOON)
    _accept(scene, handover, plain)
    before = counted(Measure.QUESTIONED, now=SOON)
    scene.confirm(handover, now=SOON + MINUTE)

    of_items = ("item", "hit")
    assert before == []
    assert counted(Measure.QUESTIONED, now=LATER, fields=of_items) == [
        (asked.pk, True),
        (refused.pk, False),
        (plain.pk, False),
    ]
    assert counted(Measure.REFUSED, now=LATER, fields=of_items) == [
        (asked.pk, False),
        (refused.pk, True),
        (plain.pk, False),
    ]


def test_each_signed_round_of_a_returned_handover_has_its_score():
    scene = Boundary()
    handover = scene.open()
    scene.submit(handover)
    submission.send_back(handover=handover, reason="The cash is missing.", actor=scene.bo, now=SOON)
    handover.refresh_from_db()
    scene.submit(handover, now=SOON + MINUTE)

    scores = [row.score for row in handover.rounds.order_by("number")]
    assert counted(Measure.SCORE, now=SOON + 2 * MINUTE, fields=("value",)) == scores
    assert len(scores) == 2


def test_item_handed_over_for_the_fourth_time_is_older_than_it_should_be():
    scene = Boundary()
    item = factories.item(scene.post, holder=scene.ada)
    carried = {"round_number": 1, "answer": "carried", "answered_at": NOW}
    for number in range(3):
        past = factories.shift(scene.post, starts_at=NOW - timedelta(days=2, hours=8 * number))
        factories.ended_handover(past).lines.create(item=item, **carried)
    handover = scene.open()
    scene.submit(handover)
    _accept(scene, handover, item)
    scene.confirm(handover, now=SOON)

    assert counted(Measure.CARRIED, now=LATER) == [(True, 4)]


def test_escalation_of_a_handover_counts_and_that_of_its_spot_check_does_not():
    scene = Boundary()
    handover = scene.open()
    checked = clocks.run(handover=handover, kind=Waits.CHECK, started_at=NOW, due_at=NOW)
    clocks.start_all([checked])
    escalation.sweep(now=LATER)

    told = Escalation.objects.filter(clock__handover=handover).exclude(told=[])
    steps = list(told.filter(clock__kind=Waits.SIGN).values_list("pk", flat=True))
    assert counted(Measure.ESCALATION, now=LATER, fields=("thing",)) == steps != []
    assert told.filter(clock__kind=Waits.CHECK).exists()
