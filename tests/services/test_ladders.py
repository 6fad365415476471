"""A team's own ladders: each change a version, seen before it is replaced, for what begins to wait later."""

from datetime import timedelta

import pytest

from handover.errors import Conflict
from handover.ladders import HOLDER, SUPERVISORS, Step, load
from handover.models import Escalation, Event, Kind, Ladder, Waits
from handover.queries.ladders import Place, own
from handover.services import escalation, ladders
from tests import factories
from tests.factories import NOW, Role
from tests.threads import at_once

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=1)
SOON = Step(5, (SUPERVISORS,))
LATE = Step(40, (SUPERVISORS,), ("email",))


@pytest.fixture
def place(db):
    return Place(factories.team(), Waits.TAKEN)


@pytest.fixture
def dai(place):
    return factories.member(place.team, Role.SUPERVISOR, name="Dai")


def save(place, *steps, by, seen=0, now=NOW):
    return ladders.change(place=place, steps=steps, seen_version=seen, actor=by, now=now)


def history() -> list[tuple]:
    rows = Ladder.objects.select_related("made_by").order_by("pk")
    return [
        (row.version, load(row.steps), row.made_by.display_name, row.made_at, row.retired_at) for row in rows
    ]


def trail() -> list:
    return [event.data["changes"] for event in Event.objects.order_by("pk")]


def test_save_makes_a_version_with_its_steps_in_order(place, dai):
    save(place, LATE, SOON, by=dai)

    assert history() == [(1, (SOON, LATE), "Dai", NOW, None)]
    assert trail() == [{"version": [0, 1]}]


def test_save_retires_the_version_before_it(place, dai):
    save(place, SOON, by=dai)
    save(place, LATE, by=dai, seen=1, now=LATER)

    assert history() == [
        (1, (SOON,), "Dai", NOW, LATER),
        (2, (LATE,), "Dai", LATER, None),
    ]
    assert trail() == [{"version": [0, 1]}, {"version": [1, 2]}]


def test_save_twice_makes_one_version(place, dai):
    assert save(place, SOON, by=dai) == save(place, SOON, by=dai)

    assert len(history()) == len(trail()) == 1


@pytest.mark.parametrize("seen", [0, 2])
def test_save_of_who_saw_another_version_is_a_conflict(place, dai, seen):
    save(place, SOON, by=dai)

    with pytest.raises(Conflict):
        save(place, LATE, by=dai, seen=seen)

    assert history() == [(1, (SOON,), "Dai", NOW, None)]


def test_places_do_not_touch_each_other(place, dai):
    kind = factories.issue_type(place.team)
    save(place, SOON, by=dai)
    save(place._replace(issue_type=kind), LATE, by=dai)
    save(place._replace(team=factories.team()), LATE, by=dai)

    assert {row[0] for row in history()} == {1}
    assert load(own(place).steps) == (SOON,)


def test_go_back_retires_what_is_in_force_and_leaves_it_readable(place, dai):
    save(place, SOON, by=dai)
    ladders.go_back(place=place, seen_version=1, actor=dai, now=LATER)
    ladders.go_back(place=place, seen_version=1, actor=dai, now=LATER)

    assert history() == [(1, (SOON,), "Dai", NOW, LATER)]
    assert trail() == [{"version": [0, 1]}, {"version": [1, 0]}]

    save(place, SOON, by=dai, now=LATER)
    assert own(place).version == 2


def test_go_back_of_who_saw_another_version_is_a_conflict(place, dai):
    save(place, SOON, by=dai)
    save(place, LATE, by=dai, seen=1)

    with pytest.raises(Conflict):
        ladders.go_back(place=place, seen_version=1, actor=dai, now=LATER)

    assert own(place).version == 2


def fired(item) -> list[int]:
    rows = Escalation.objects.filter(clock__item=item, clock__kind=Waits.TAKEN)
    found = rows.order_by("due_at").values_list("due_at", flat=True)
    return [round((due_at - NOW) / MINUTE) for due_at in found]


def test_what_waits_already_keeps_the_ladder_with_which_it_began(place, dai):
    post = factories.post(place.team)
    before = factories.item(post, kind=Kind.URGENT)
    escalation.sweep(now=NOW)
    save(place, SOON, by=dai)
    after = factories.item(post, kind=Kind.URGENT)
    escalation.sweep(now=NOW)
    ladders.go_back(place=place, seen_version=1, actor=dai, now=NOW)
    for minute in range(61):
        escalation.sweep(now=NOW + minute * MINUTE)

    assert (fired(before), fired(after)) == ([10, 20, 30, 45, 60], [5])


def test_ladders_that_ask_the_same_do_not_silence_each_other(place, dai):
    post = factories.post(place.team)
    again = Step(5, (SUPERVISORS,), repeat_minutes=5, repeats=3)
    for kind in (Waits.TAKEN, Waits.RESPONSE):
        save(place._replace(clock=kind), again, by=dai)
    factories.item(post, kind=Kind.URGENT)
    told = []
    for minute in range(0, 21, 5):
        escalation.sweep(now=NOW + minute * MINUTE)
        told.append(dai.inbox.filter(at=NOW + minute * MINUTE).count())

    assert told == [0, 1, 1, 1, 1]


def test_ladder_for_an_issue_type_counts_before_the_one_for_a_kind(place, dai):
    post = factories.post(place.team)
    kind = factories.issue_type(place.team)
    done = place._replace(clock=Waits.DONE)
    save(done._replace(item_kind=Kind.REMINDER), Step(0, (HOLDER,)), by=dai)
    save(done._replace(issue_type=kind), Step(0, (SUPERVISORS,)), by=dai)
    factories.item(post, kind=Kind.REMINDER, issue_type=kind, due_at=NOW)
    escalation.sweep(now=NOW)

    assert Escalation.objects.get().targets == [SUPERVISORS]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seen", [0, 1])
def test_save_by_two_at_once_is_of_one_of_them(seen):
    place = Place(factories.team(), Waits.TAKEN)
    dai, eva = (factories.member(place.team, Role.SUPERVISOR, name=name) for name in ("Dai", "Eva"))
    if seen:
        save(place, Step(7, (SUPERVISORS,)), by=dai)

    refused = at_once(
        lambda: save(place, SOON, by=dai, seen=seen), lambda: save(place, LATE, by=eva, seen=seen)
    )

    assert refused == [Conflict]
    assert Ladder.objects.filter(retired_at__isnull=True).count() == 1
    assert len(trail()) == seen + 1
