"""Who was responsible at any minute: laws for every history, and what real ones say."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.models import Event, Handover
from handover.queries import duty, responsibility, responsibility_facts, responsibility_words
from handover.queries.responsibility import Back, Charge, History, Kind, Presence, Turn
from handover.services import endings, holding, lines, submission
from tests import factories
from tests.boundary import READ_BACK, SOON, Boundary, line_of
from tests.factories import NOW

MINUTES = st.integers(min_value=-30, max_value=600)
POSTS = st.integers(min_value=1, max_value=2)
PEOPLE = st.integers(min_value=1, max_value=3)
CHARGES = st.builds(
    Charge,
    kind=st.sampled_from(Kind),
    post_id=POSTS,
    person=st.sampled_from(["Ada", "Bo"]),
    person_id=PEOPLE,
    handover_id=st.integers(min_value=0, max_value=2),
)
TURNS = st.builds(
    Turn,
    at=MINUTES.map(lambda minutes: NOW + timedelta(minutes=minutes)),
    order=st.integers(min_value=1, max_value=9),
    verb=st.just("taken"),
    charge=st.one_of(CHARGES, st.sampled_from(Back)),
    handover_id=st.integers(min_value=0, max_value=2),
)
PRESENCES = st.builds(
    lambda post, person, begins, length, supervises: Presence(
        post, f"Person {person}", person, NOW + begins, NOW + begins + length, supervises
    ),
    POSTS,
    PEOPLE,
    MINUTES.map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(min_value=1, max_value=300).map(lambda minutes: timedelta(minutes=minutes)),
    st.booleans(),
)
FIRST = CHARGES.map(lambda charge: Turn(NOW, 0, "created", charge))
LENGTHS = st.integers(min_value=1, max_value=700).map(lambda minutes: timedelta(minutes=minutes))


@given(FIRST, st.lists(TURNS, max_size=12), st.lists(PRESENCES, max_size=6), LENGTHS)
def test_intervals_cover_every_minute_once(first, turns, presences, length) -> None:
    until = NOW + length

    found = responsibility.intervals(History(NOW, until, (first, *turns), tuple(presences)))

    edges = [found[0].starts_at, *(interval.ends_at for interval in found)]
    assert edges == [NOW, *(interval.starts_at for interval in found[1:]), until]
    assert edges == sorted(set(edges))
    for interval in found:
        middle = interval.starts_at + (interval.ends_at - interval.starts_at) / 2
        assert responsibility.at(found, middle) == interval
    assert responsibility.at(found, NOW - timedelta(minutes=1)) is None
    assert responsibility.at(found, until + timedelta(minutes=1)) is None


@given(st.integers(min_value=1, max_value=300), st.lists(PRESENCES, max_size=6))
def test_signer_answers_at_the_longest_while_on_duty(minutes, others) -> None:
    leaves_at = NOW + timedelta(minutes=minutes)
    signer = Presence(1, "Ada", 9, NOW - timedelta(hours=8), leaves_at)
    handed = Turn(NOW, 1, "submitted", Charge(Kind.HANDED, 1, "Ada", 9, 1), handover_id=1)

    found = responsibility.intervals(History(NOW, NOW + timedelta(hours=9), (handed,), (signer, *others)))

    assert {interval.kind for interval in found if interval.ends_at <= leaves_at} == {Kind.HANDED}
    assert {interval.kind for interval in found if interval.starts_at >= leaves_at} == {Kind.SUPERVISOR}


def test_who_comes_to_the_post_does_not_cut_the_time_of_the_duty_supervisor() -> None:
    until = NOW + timedelta(hours=2)
    handed = Turn(NOW, 1, "submitted", Charge(Kind.HANDED, 1, "Ada", 9, 1), handover_id=1)
    leads = Presence(1, "Dai", 2, NOW, until, supervises=True)
    comes = Presence(1, "Bo", 3, minute(30), until)

    found = responsibility.intervals(History(NOW, until, (handed,), (leads, comes)))

    assert [(each.kind, each.people, each.ends_at) for each in found] == [(Kind.SUPERVISOR, ("Dai",), until)]


def told(item, *, until) -> list[tuple]:
    """Who had it from which minute on, counted from the beginning of the story."""
    item.refresh_from_db()
    history = responsibility_facts.read([item], until)[item.pk]
    found = responsibility.intervals(history)
    minutes = [int((interval.starts_at - NOW).total_seconds() / 60) for interval in found]
    return [(minute, interval.kind, interval.people) for minute, interval in zip(minutes, found, strict=True)]


@pytest.fixture
def boundary(db) -> Boundary:
    return Boundary()


def minute(number: int):
    return NOW + timedelta(minutes=number)


def registered(boundary, *, holder):
    item = factories.item(boundary.post, holder=holder, now=NOW)
    common = {"team": boundary.post.team, "post": boundary.post, "customer": item.customer}
    Event.objects.create(
        verb=Event.Verb.CREATED, at=NOW, actor=boundary.ada, item=item, person=holder, **common
    )
    return item


def test_item_that_is_taken_put_back_passed_on_and_closed(boundary) -> None:
    item = registered(boundary, holder=None)
    holding.take(item=item, actor=boundary.ada, now=minute(5))
    holding.release(item=item, actor=boundary.ada, now=minute(10))
    holding.transfer(item=item, to=boundary.dai, reason="Asks for you.", actor=boundary.dai, now=minute(20))
    endings.close(item=item, result="Done.", promise_kept=None, actor=boundary.dai, now=minute(30))
    endings.reopen(item=item, reason="Called again.", actor=boundary.ada, now=minute(40))

    assert told(item, until=minute(50)) == [
        (0, Kind.QUEUE, ("Ada",)),
        (5, Kind.PERSON, ("Ada",)),
        (10, Kind.QUEUE, ("Ada",)),
        (20, Kind.PERSON, ("Dai",)),
        (30, Kind.CLOSED, ()),
        (40, Kind.PERSON, ("Ada",)),
    ]


def test_handed_over_the_signer_answers_until_it_is_accepted(boundary) -> None:
    item = registered(boundary, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover, now=minute(45))
    lines.accept(
        line=line_of(handover, item), read_back=READ_BACK, heard_orally=False, actor=boundary.bo, now=SOON
    )
    lines.undo(line=line_of(handover, item), actor=boundary.bo, now=minute(52))

    assert told(item, until=minute(55)) == [
        (0, Kind.PERSON, ("Ada",)),
        (45, Kind.HANDED, ("Ada",)),
        (50, Kind.PERSON, ("Bo",)),
        (52, Kind.HANDED, ("Ada",)),
    ]


def test_nobody_takes_it_and_the_signer_leaves(boundary) -> None:
    item = registered(boundary, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover, now=minute(45))
    boundary.outgoing.assignments.update(checked_out_at=minute(70))
    factories.assignment(boundary.incoming, boundary.dai, is_duty_supervisor=True)
    handover.lines.update(answer="none")

    assert told(item, until=minute(90)) == [
        (0, Kind.PERSON, ("Ada",)),
        (45, Kind.HANDED, ("Ada",)),
        (50, Kind.HANDED, ("Ada",)),
        (70, Kind.SUPERVISOR, ("Dai",)),
    ]


def test_returned_handover_gives_it_back_to_who_had_it(boundary) -> None:
    item = registered(boundary, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover, now=minute(30))
    submission.send_back(handover=handover, reason="Two are missing.", actor=boundary.dai, now=minute(40))
    handover.refresh_from_db()
    boundary.submit(handover, now=minute(45))

    assert told(item, until=minute(49)) == [
        (0, Kind.PERSON, ("Ada",)),
        (30, Kind.HANDED, ("Ada",)),
        (40, Kind.PERSON, ("Ada",)),
        (45, Kind.HANDED, ("Ada",)),
    ]


def test_imported_item_was_in_the_other_system_before(boundary) -> None:
    item = factories.item(boundary.post, now=NOW)
    Event.objects.create(
        verb=Event.Verb.IMPORTED, at=minute(9), item=item, team=item.team, post=item.post, data={"import": {}}
    )

    assert told(item, until=minute(20)) == [(0, Kind.ELSEWHERE, ()), (9, Kind.QUEUE, ("Ada",))]


def test_timelines_of_many_items_are_read_as_often_as_of_one(boundary, django_assert_num_queries) -> None:
    items = [registered(boundary, holder=boundary.ada) for _number in range(30)]
    boundary.submit(boundary.open(), now=minute(45))
    access = duty.access(boundary.ada, minute(60))

    for some in (items[:1], items):
        with django_assert_num_queries(4):
            timelines = responsibility_words.read(some, access, minute(50))
        assert {timeline.answer for timeline in timelines} == {
            f"Ada together with {boundary.post.name}: Ada, Bo. Ada signed as outgoing and submitted."
        }


def seen(item, reader, *, at) -> list[tuple[str, str]]:
    """Who had it and why, as the page of the item says it to this person."""
    item.refresh_from_db()
    (timeline,) = responsibility_words.read([item], duty.access(reader, at), at)
    return [(row.who, row.why) for row in timeline.rows]


def test_the_other_team_names_its_post_alone(boundary) -> None:
    """Neither who was on duty there, nor who came and left meanwhile, nor who signed and returned."""
    abroad = factories.post(name="Technical support")
    eve = factories.agent_on_duty(abroad, name="Eve")
    item = registered(boundary, holder=None)
    boundary.submit(boundary.open(), now=minute(20))
    submission.send_back(
        handover=Handover.objects.get(), reason="Two are missing.", actor=boundary.dai, now=minute(30)
    )
    item.refresh_from_db()
    holding.transfer(item=item, to=abroad, reason="Yours.", actor=boundary.ada, now=minute(40))
    holding.take(item=item, actor=eve, now=minute(60))
    home, team = boundary.post.name, boundary.post.team.name
    at_home = f"{home}, a post of {team}"

    assert seen(item, eve, at=minute(90)) == [
        (at_home, "Ada registered the item."),
        (at_home, f"{team} signed as outgoing and submitted."),
        (at_home, f"{team} returned the handover."),
        ("Queue of Technical support: Eve", "Ada passed the item on."),
        ("Eve", "Eve took the item."),
    ]

    holding.transfer(item=item, to=boundary.post, reason="Back.", actor=eve, now=minute(80))

    assert seen(item, boundary.dai, at=minute(90)) == [
        (f"Queue of {home}: Ada", "Ada registered the item."),
        (f"Ada together with {home}: Ada", "Ada signed as outgoing and submitted."),
        (f"Queue of {home}: Ada", "Dai returned the handover."),
        (f"Technical support, a post of {abroad.team.name}", "Ada passed the item on."),
        ("Eve", "Eve took the item."),
        (f"Queue of {home}: Ada, Bo", "Eve passed the item on."),
    ]
