"""What is played through is what the engine then does; and it writes nothing."""

from datetime import time, timedelta

import pytest

from handover.ladders import Step, dump
from handover.models import About, Clock, Escalation, Event, Kind, Message, MessageChoice, ServiceHours, Waits
from handover.queries.ladders import Place
from handover.services import escalation, rehearsal
from tests import factories
from tests.factories import NOW, Role

MINUTE = timedelta(minutes=1)


class Desk:
    """Ada works until 15:00, Bo comes then; Dai supervises the running shift, Eva the team."""

    def __init__(self):
        self.post = factories.post(name="Front line")
        self.team = self.post.team
        self.day = factories.shift(self.post, hours=2)
        self.evening = factories.shift(self.post, starts_at=self.day.ends_at, name="Evening")
        self.ada = factories.member(self.team, name="Ada")
        self.bo = factories.member(self.team, name="Bo")
        self.dai = factories.member(self.team, Role.SUPERVISOR, name="Dai")
        self.eva = factories.member(self.team, Role.SUPERVISOR, name="Eva")
        self.root = factories.administrator(name="Root")
        factories.assignment(self.day, self.ada, checked_in=True)
        factories.assignment(self.day, self.dai, is_duty_supervisor=True, checked_in=True)
        factories.assignment(self.evening, self.bo)

    def item(self, **fields):
        return factories.item(self.post, **{"kind": Kind.URGENT} | fields)

    def own(self, *steps: Step, clock: str = Waits.TAKEN):
        return factories.ladder(self.team, clock=clock, steps=dump(steps), made_by=self.dai)


@pytest.fixture
def desk(db):
    return Desk()


def played(play: rehearsal.Play) -> list[tuple[int, str, list[str]]]:
    return [
        (
            round((each.at - NOW) / MINUTE),
            telling.clock.kind,
            [person.display_name for person in telling.people],
        )
        for each in play.rounds
        for telling in each.tellings
    ]


def done_by_the_engine(desk, until: int) -> list[tuple[int, str, list[str]]]:
    """The same of what really happens while people come and go as the roster says."""
    for minute in range(until + 1):
        now = NOW + minute * MINUTE
        if now == desk.evening.starts_at:
            desk.day.assignments.update(checked_out_at=now)
            desk.evening.assignments.update(checked_in_at=now)
        escalation.sweep(now=now)
    names = {person.pk: person.display_name for person in (desk.ada, desk.bo, desk.dai, desk.eva, desk.root)}
    rows = Escalation.objects.order_by("fired_at", "pk").values_list("fired_at", "clock__kind", "told")
    return [(round((at - NOW) / MINUTE), kind, [names[pk] for pk in told]) for at, kind, told in rows]


EVERYBODY = ("post", "duty_supervisor", "supervisors")
LADDERS = {
    "built in": {},
    "own": {Waits.TAKEN: (Step(0, ("holder",)), Step(61, EVERYBODY))},
    "again and again": {
        Waits.TAKEN: (Step(5, ("post",), repeat_minutes=5, repeats=12), Step(90, ("administrators",))),
        Waits.RESPONSE: (Step(5, ("post",), repeat_minutes=7, repeats=9), Step(90, EVERYBODY)),
    },
}


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("begun", [False, True])
def test_what_is_played_is_what_happens(desk, name, begun):
    for clock, steps in LADDERS[name].items():
        desk.own(*steps, clock=clock)
    item = desk.item()
    if begun:
        escalation.sweep(now=NOW)

    play = played(rehearsal.of_item(item, now=NOW))

    done = done_by_the_engine(desk, 100)
    assert play == [row for row in done if row[0] > 0 or not begun]
    assert len(play) > 2


def test_playing_writes_nothing(desk):
    item = desk.item()
    before = list(Clock.objects.order_by("pk").values())

    rehearsal.of_item(item, now=NOW)
    rehearsal.of_item_at(item, at=NOW + 90 * MINUTE, now=NOW)

    assert list(Clock.objects.order_by("pk").values()) == before
    assert [model.objects.count() for model in (Escalation, Event, Message)] == [0, 0, 0]


def test_what_is_told_already_is_not_played_again(desk):
    item = desk.item()
    for minute in (0, 10, 20):
        escalation.sweep(now=NOW + minute * MINUTE)

    play = rehearsal.of_item(item, now=NOW + 21 * MINUTE)

    assert played(play)[0] == (30, "response", ["Dai"])


def test_whom_the_shift_began_without_is_not_expected(desk):
    factories.assignment(desk.day, factories.member(desk.team, name="Absent"))
    later = factories.assignment(desk.evening, factories.member(desk.team, name="Late"))
    substitute = factories.member(desk.team, name="Substitute")
    factories.assignment(desk.evening, substitute, substitutes=later)
    desk.own(Step(10, ("post",)), Step(60, ("post",)))

    play = rehearsal.of_item(desk.item(due_at=NOW + timedelta(days=1)), now=NOW)

    taken = [people for _minute, clock, people in played(play) if clock == Waits.TAKEN]
    assert taken == [["Ada", "Dai"], ["Bo", "Substitute"]]


def test_holder_and_parties_are_those_of_the_item(desk):
    item = desk.item(holder=desk.dai)

    first, second = played(rehearsal.of_item(item, now=NOW))[:2]

    assert (first[0], sorted(first[2])) == (20, ["Ada", "Dai"])
    assert second == (30, "response", ["Eva"])


def test_an_item_that_had_begun_to_wait_at_another_instant(desk):
    play = rehearsal.of_item_at(desk.item(), at=NOW + 60 * MINUTE, now=NOW)

    assert played(play) == [
        (70, "taken", ["Dai", "Eva"]),
        (80, "response", ["Bo"]),
        (80, "taken", []),
        (90, "response", ["Dai", "Eva"]),
        (90, "taken", []),
        (105, "response", ["Dai", "Eva"]),
        (105, "taken", []),
        (120, "response", ["Root"]),
        (120, "taken", []),
    ]


def test_steps_wait_for_the_next_opening_of_the_post(desk):
    for weekday in range(7):
        ServiceHours.objects.create(post=desk.post, weekday=weekday, opens_at=time(9), closes_at=time(18))
    place = Place(desk.team, Waits.RESPONSE)

    play = rehearsal.of_place(place, post=desk.post, at=NOW + timedelta(hours=3, minutes=35), now=NOW)

    opening = timedelta(hours=19)  # the next day at 9:00
    assert [(each.at - NOW, len(each.tellings)) for each in play.rounds] == [
        (timedelta(hours=3, minutes=55), 1),
        (opening, 3),
    ]


@pytest.mark.parametrize("clock", Waits.values)
def test_every_kind_of_waiting_can_be_played_at_a_place(desk, clock):
    kind = factories.issue_type(desk.team, is_complaint=True)
    issue_type = None if clock in {Waits.SIGN, Waits.CONFIRM} else kind
    place = Place(desk.team, clock, Kind.REMINDER if clock == Waits.DONE else "", issue_type)

    play = rehearsal.of_place(place, post=desk.post, at=NOW + 30 * MINUTE, now=NOW)

    assert all(people for _minute, _clock, people in played(play))
    assert {clock for _minute, clock, _people in played(play)} == {clock}


def test_a_time_of_the_customer_s_is_told_before_it(desk):
    place = Place(desk.team, Waits.PROMISE, Kind.URGENT)

    play = rehearsal.of_place(place, post=desk.post, at=NOW + 30 * MINUTE, now=NOW)

    assert played(play) == [(15, "promise", ["Ada", "Dai"]), (30, "promise", ["Dai"])]


def test_email_is_as_each_person_chose_and_chats_are_those_of_the_team(desk, settings):
    settings.EMAIL_IS_SET_UP = True
    for person in (desk.dai, desk.eva):
        person.email = f"{person.username}@example.org"
        person.save(update_fields=["email"])
    MessageChoice.objects.create(user=desk.eva, about=About.URGENT, email=False)
    factories.webhook(desk.team, "North")
    factories.webhook(desk.team, "Old", is_active=False)
    factories.webhook(factories.team(), "Foreign")
    desk.own(Step(10, ("supervisors",), ("email", "webhook")), Step(40, ("supervisors",)))

    first, last = rehearsal.of_place(Place(desk.team, Waits.TAKEN), post=desk.post, at=NOW, now=NOW).rounds

    assert (first.by_email, first.chats) == ({desk.dai.pk}, ("North",))
    assert (last.by_email, last.chats) == (frozenset(), ())


def test_a_long_ladder_is_cut_and_says_so(desk):
    desk.own(
        Step(1, ("post",), repeat_minutes=11, repeats=20), Step(2, ("post",), repeat_minutes=11, repeats=20)
    )

    play = rehearsal.of_place(Place(desk.team, Waits.TAKEN), post=desk.post, at=NOW, now=NOW)

    assert (len(play.rounds), play.is_cut) == (rehearsal.MOST_ROUNDS, True)
