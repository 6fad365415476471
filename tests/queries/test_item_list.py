"""The live list: what a place holds, in its order, whoever asks."""

from datetime import timedelta

import pytest

from handover.models import Customer, Kind, PendingItem, Post, Stage
from handover.queries import duty, item_list
from handover.queries.item_list import Filters
from handover.services import holding
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk)


def access(person):
    return duty.access(person, NOW)


def place_of(person, post: Post) -> item_list.Place:
    return next(place for place in item_list.places(access(person)) if place.post_id == post.pk)


def listed(person, *, after: str = "", **filters) -> list[int]:
    return [row["id"] for row in item_list.listing(access(person), Filters(**filters), after=after).rows]


def due(desk, minutes: int, **fields) -> PendingItem:
    return factories.item(desk, due_at=NOW + minutes * MINUTE, **fields)


def test_places_begin_with_the_post_of_the_duty(desk, agent) -> None:
    factories.post(desk.team, "Back")
    factories.post(desk.team, "Retired", is_active=False)
    factories.post(name="Foreign")

    names = [place.name for place in item_list.places(access(agent))]

    assert names == ["Front", desk.team.name, "Back"]


def test_places_off_duty_are_none(desk) -> None:
    assert item_list.places(access(factories.member(desk.team))) == []


def test_list_is_in_the_order_of_the_earliest_instant(desk, agent) -> None:
    later, first = due(desk, 60), due(desk, -5)
    due(factories.post(desk.team), 1)

    assert listed(agent, place=place_of(agent, desk)) == [first.pk, later.pk]


def test_list_newest_first(desk, agent) -> None:
    old = due(desk, 5, created_at=NOW - MINUTE)
    new = due(desk, 60)

    assert listed(agent, place=place_of(agent, desk), order=item_list.NEWEST) == [new.pk, old.pk]


def test_list_of_all_posts_of_the_team(desk, agent) -> None:
    here, there = due(desk, 5), due(factories.post(desk.team), 10)
    due(factories.post(), 7)
    team = next(place for place in item_list.places(access(agent)) if place.post_id is None)

    assert listed(agent, place=team) == [here.pk, there.pk]


def test_list_of_a_foreign_place_is_empty(desk, agent) -> None:
    """A place is always taken from `places`; were it not, the border would still hold."""
    foreign = factories.post()
    due(foreign, 5)
    place = item_list.Place(str(foreign.pk), "", foreign.team_id, "", foreign.pk)

    assert listed(agent, place=place) == []


def test_list_off_duty_is_what_is_held(desk) -> None:
    person = factories.member(desk.team)
    held = due(desk, 5, holder=person)
    due(desk, 5)

    assert listed(person, place=None) == [held.pk]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": Kind.URGENT}, {"urgent"}),
        ({"stage": Stage.WAITING}, {"waiting"}),
        ({"holder": item_list.ME}, {"mine"}),
        ({"holder": item_list.QUEUE}, {"urgent", "waiting", "overdue", "need"}),
        ({"holder": "colleague"}, {"theirs"}),
        ({"overdue": True}, {"overdue"}),
        ({"need": True}, {"need"}),
        ({"need": True, "holder": item_list.ME}, set()),
    ],
)
def test_filters(desk, agent, filters: dict, expected: set[str]) -> None:
    colleague = factories.member(desk.team)
    deaf = factories.customer(desk.team, need=Customer.Need.TEXT_ONLY)
    waiting = {"stage": Stage.WAITING, "waiting_for": "bank", "waiting_until": NOW}
    made = {
        "urgent": due(desk, 60, kind=Kind.URGENT),
        "waiting": due(desk, 60, **waiting),
        "mine": due(desk, 60, holder=agent),
        "theirs": due(desk, 60, holder=colleague),
        "overdue": due(desk, -5),
        "need": due(desk, 60, customer=deaf),
    }
    if filters.get("holder") == "colleague":
        filters = filters | {"holder": str(colleague.pk)}

    found = listed(agent, place=place_of(agent, desk), **filters)

    assert {name for name, item in made.items() if item.pk in found} == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize("order", ["", item_list.NEWEST])
def test_pages_have_no_gaps_and_no_repeats(desk, agent, monkeypatch, order: str) -> None:
    monkeypatch.setattr(item_list, "PAGE", 3)
    made = [due(desk, minutes // 2 * 2, created_at=NOW - minutes // 2 * MINUTE) for minutes in range(10)]
    filters = Filters(place=place_of(agent, desk), order=order)

    seen, after = [], ""
    for _page in range(4):
        page = item_list.listing(access(agent), filters, after=after)
        seen += [row["id"] for row in page.rows]
        after = page.after

    if order:
        made.sort(key=lambda item: (item.created_at, item.pk), reverse=True)
    assert (seen, after) == ([item.pk for item in made], "")


def test_version_changes_with_the_items_of_the_team_alone(desk, agent) -> None:
    place = place_of(agent, desk)
    item = due(desk, 5)
    before = item_list.version(access(agent), place)
    due(factories.post(), 5, changed_at=NOW + MINUTE)
    after_foreign = item_list.version(access(agent), place)
    PendingItem.objects.filter(pk=item.pk).update(changed_at=NOW + MINUTE)
    after_own = item_list.version(access(agent), place)

    assert before == after_foreign
    assert before != after_own


# --- Sent to other teams --------------------------------------------------------------------------
def test_sent_keeps_number_stage_and_result_alone(desk, agent) -> None:
    other = factories.post(name="Tech")
    item = due(desk, 60, holder=agent)
    holding.transfer(item=item, to=other, reason="Needs a technician", actor=agent, now=NOW)

    page = item_list.sent(access(agent), place_of(agent, desk))

    assert page.rows == [
        item_list.SentRow(
            number=item.pk,
            stage="registered",
            stage_label="Registered",
            result="",
            team=other.team.name,
            at=NOW,
        )
    ]
    assert listed(agent, place=place_of(agent, desk)) == []


def test_sent_leaves_out_what_came_back_and_names_twice_sent_once(desk, agent) -> None:
    other = factories.post()
    there = factories.agent_on_duty(other)
    back, twice = due(desk, 60, holder=agent), due(desk, 60, holder=agent)
    for item in (back, twice):
        holding.transfer(item=item, to=other, reason="Needs a technician", actor=agent, now=NOW)
        holding.transfer(item=item, to=desk, reason="Done, please tell the customer", actor=there, now=NOW)
    holding.transfer(item=twice, to=other, reason="Broken again", actor=agent, now=NOW + MINUTE)

    page = item_list.sent(access(agent), place_of(agent, desk))

    assert [row.number for row in page.rows] == [twice.pk]


def test_sent_by_another_team_is_not_shown(desk) -> None:
    other = factories.post()
    there = factories.agent_on_duty(other)
    item = due(other, 60, holder=there)
    holding.transfer(item=item, to=desk, reason="Yours", actor=there, now=NOW)
    supervisor = factories.member(desk.team, Role.SUPERVISOR)

    assert item_list.sent(access(supervisor), place_of(supervisor, desk)).rows == []
