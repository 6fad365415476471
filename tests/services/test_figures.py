"""What is counted is counted once, whatever happens, and the sums always say what the facts say."""

import random
from datetime import timedelta

import pytest

from handover.errors import HandoverError
from handover.models import Event, Fact, FigureMark, Kind, Measure, PendingItem, Rollup, Stage
from handover.services import endings, escalation, figures, holding, items
from tests import factories
from tests.factories import NOW
from tests.figures import counted, sums_of_facts, sums_of_rollups
from tests.items import NOTE, note, register
from tests.threads import at_once

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def ada(desk):
    return factories.agent_on_duty(desk, name="Ada")


def test_run_over_what_did_not_change_asks_little_and_writes_nothing(
    desk, ada, django_assert_max_num_queries
):
    for _number in range(3):
        endings.close(item=register(desk, ada), result="Done.", actor=ada, now=NOW + MINUTE)
    figures.run(now=LATER)
    before = sums_of_rollups()

    with django_assert_max_num_queries(12):
        figures.run(now=LATER)

    assert sums_of_rollups() == before


def test_old_database_is_counted_batch_by_batch(desk, ada, monkeypatch):
    monkeypatch.setattr(figures, "BATCH", 4)
    monkeypatch.setattr(figures, "BATCHES", 2)
    for _number in range(9):
        register(desk, ada)

    unfinished = []
    while FigureMark.latest() is None:
        figures.run(now=LATER)
        unfinished.append(Fact.objects.filter(measure=Measure.CONTACT).count())

    assert unfinished == [8, 9]
    assert sums_of_rollups() == sums_of_facts()


def written(item, number):
    """An entry of the trail with an id of its own, as in transactions that end in another order."""
    return Event(pk=number, at=NOW, team=item.team, item=item, verb=Event.Verb.CREATED).save(
        force_insert=True
    )


def test_entry_that_becomes_visible_late_is_counted_all_the_same(desk):
    things = [factories.item(desk) for _ in range(3)]
    written(things[0], 1_000)
    written(things[2], 1_004)
    before = counted(Measure.CONTACT, now=NOW + MINUTE, fields=("item",))
    left = [gap[:2] for gap in FigureMark.objects.get().gaps]
    written(things[1], 1_002)

    after = counted(Measure.CONTACT, now=NOW + 2 * MINUTE, fields=("item",))

    assert (before, left) == ([things[0].pk, things[2].pk], [[1_001, 1_003]])
    assert after == [thing.pk for thing in things]
    assert [gap[:2] for gap in FigureMark.objects.get().gaps] == [[1_001, 1_001], [1_003, 1_003]]


def test_gap_that_nothing_fills_is_forgotten(desk):
    item = factories.item(desk)
    written(item, 1_000)
    written(item, 1_002)
    figures.run(now=NOW + MINUTE)
    left = len(FigureMark.objects.get().gaps)

    figures.run(now=NOW + timedelta(hours=2))

    assert (left, FigureMark.objects.get().gaps) == (1, [])


@pytest.mark.parametrize("seed", range(4))
def test_sums_say_what_the_facts_say_and_counting_anew_finds_the_same(desk, ada, seed):
    dice = random.Random(seed)  # noqa: S311  the same history in each run
    now, things = NOW, []
    for _step in range(45):
        now += timedelta(minutes=dice.randrange(1, 90))
        _do_anything(dice, desk, ada, things, now)
        if dice.random() < 0.3:
            figures.run(now=now)
    figures.run(now=now)
    facts = ("measure", "thing", "week", "bucket", "at", "hit", "value", "person", "shift_name")
    kept = sorted(Fact.objects.values_list(*facts), key=str)
    sums = sums_of_rollups()

    assert sums == sums_of_facts()
    for model in (Fact, Rollup, FigureMark):
        model.objects.all().delete()
    figures.run(now=now)
    assert sorted(Fact.objects.values_list(*facts), key=str) == kept
    assert sums_of_rollups() == sums


def _do_anything(dice, desk, ada, things, now):
    """One step of somebody, possible or not."""
    if not things or dice.random() < 0.35:
        kind = dice.choice([Kind.URGENT, Kind.FOLLOW_UP])
        promise = (NOTE, now + timedelta(hours=2)) if dice.random() < 0.5 else None
        things.append(register(desk, ada, kind=kind, holder=None, now=now, promise=promise))
        return
    item = PendingItem.objects.select_related("post__team", "issue_type", "customer").get(
        pk=dice.choice(things).pk
    )
    who = {"item": item, "actor": ada, "now": now}
    step = dice.choice(
        [
            lambda: holding.take(**who),
            lambda: note(item, ada, now=now, stage=Stage.IN_PROGRESS),
            lambda: items.call_again(text=f"Again at {now}", **who),
            lambda: endings.close(result="Done.", promise_kept=True, **who),
            lambda: endings.cancel(reason="Twice.", promise_kept=False, **who),
            lambda: endings.reopen(reason="Back again.", **who),
            lambda: items.set_kind(kind=Kind.URGENT, **who),
            lambda: escalation.sweep(now=now),
        ]
    )
    try:
        step()
    except HandoverError:
        return


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_count_at_once_count_everything_once():
    desk = factories.post()
    ada = factories.agent_on_duty(desk)
    for _number in range(20):
        register(desk, ada)

    at_once(lambda: figures.run(now=LATER), lambda: figures.run(now=LATER))
    figures.run(now=LATER)

    assert Fact.objects.filter(measure=Measure.CONTACT).count() == 20
    assert sums_of_rollups() == sums_of_facts()
