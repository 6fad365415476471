"""The first page: what is theirs by its earliest instant, and what is new in it."""

from datetime import timedelta

import pytest

from handover.models import Event, Kind, LastLook, PendingItem
from handover.queries import board, duty
from handover.services import events
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk, name="Amy")


def access(person):
    return duty.access(person, NOW)


def groups(person) -> dict[str, list[int]]:
    return {group.key: [row["id"] for row in group.rows] for group in board.mine(access(person)).groups}


def due(desk, minutes: int, **fields) -> PendingItem:
    return factories.item(desk, due_at=NOW + minutes * MINUTE, **fields)


def test_mine_groups_held_and_queued_by_the_earliest_instant(desk, agent) -> None:
    later = due(desk, 60 * 30, holder=agent)
    burning = due(desk, -5)
    soon = due(desk, 30, holder=agent)
    older = due(desk, -90, holder=agent)
    today = due(desk, 31)

    assert groups(agent) == {
        "burning": [older.pk, burning.pk],
        "soon": [soon.pk],
        "today": [today.pk],
        "later": [later.pk],
    }


def test_mine_orders_by_the_earliest_of_the_running_clocks(desk, agent) -> None:
    follow_up = due(desk, 20)
    urgent = due(desk, 300, kind=Kind.URGENT)  # to be taken within ten minutes

    rows = [row for group in board.mine(access(agent)).groups for row in group.rows]

    assert [row["id"] for row in rows] == [urgent.pk, follow_up.pk]
    assert [row["clock"].text for row in rows] == ["Take by 06:10", "Finish by 06:20"]


def test_mine_leaves_out_what_is_with_others(desk, agent) -> None:
    colleague = factories.agent_on_duty(desk)
    due(desk, 5, holder=colleague)
    due(factories.post(desk.team), 5)  # the queue of another post of the team
    due(factories.post(), 5)  # of another team
    closed = due(desk, 5, holder=agent)
    PendingItem.objects.filter(pk=closed.pk).update(is_open=False, stage="closed")

    assert groups(agent) == {}


def test_mine_off_duty_is_what_is_held(desk) -> None:
    person = factories.member(desk.team)
    held = due(desk, -5, holder=person)
    due(desk, -5)

    assert groups(person) == {"burning": [held.pk]}


def test_mine_after_leaving_the_team_is_nothing(desk) -> None:
    person = factories.member(desk.team)
    due(desk, -5, holder=person)
    person.memberships.all().delete()

    assert groups(person) == {}


def test_mine_of_two_hundred_shows_the_most_pressing(desk, agent) -> None:
    made = [due(desk, minutes, holder=agent if minutes % 2 else None) for minutes in range(200)]

    mine = board.mine(access(agent))

    shown = [row["id"] for group in mine.groups for row in group.rows]
    assert (shown, mine.shown, mine.is_cut) == ([item.pk for item in made[:50]], 50, True)


# --- New since the last look ----------------------------------------------------------------------
def news(person) -> dict[int, str]:
    mine = board.mine(access(person))
    rows = {row["id"]: row.get("news", "") for group in mine.groups for row in group.rows}
    marked = {pk: text for pk, text in rows.items() if text}
    assert mine.news == len(marked)
    return marked


def happened(item, actor, minutes_ago: int, verb: str = Event.Verb.PROGRESSED) -> None:
    events.record(verb=verb, actor=actor, now=NOW - minutes_ago * MINUTE, item=item)


def test_news_say_what_somebody_else_did_last(desk, agent) -> None:
    colleague = factories.member(desk.team, name="Bob")
    LastLook.objects.create(user=agent, at=NOW - 30 * MINUTE)
    item = due(desk, 60, holder=agent)
    happened(item, colleague, 20)
    happened(item, colleague, 10, Event.Verb.CALLED_AGAIN)
    happened(item, colleague, 5, Event.Verb.LINE_CHECKED)

    assert news(agent) == {item.pk: "Bob noted that the customer called again · 05:50"}


def test_news_leave_out_the_own_and_the_seen(desk, agent) -> None:
    colleague = factories.member(desk.team, name="Bob")
    LastLook.objects.create(user=agent, at=NOW - 30 * MINUTE)
    happened(due(desk, 60, holder=agent), agent, 10)
    happened(due(desk, 60, holder=agent), colleague, 30)

    assert news(agent) == {}


def test_news_without_a_look_are_those_of_one_shift(desk, agent) -> None:
    colleague = factories.member(desk.team, name="Bob")
    fresh, old = due(desk, 60, holder=agent), due(desk, 60, holder=agent)
    happened(fresh, colleague, 8 * 60 - 1)
    happened(old, colleague, 8 * 60 + 1)

    assert list(news(agent)) == [fresh.pk]


# --- Version --------------------------------------------------------------------------------------
def test_version_changes_with_the_trail_of_the_team_alone(desk, agent) -> None:
    before = board.version(access(agent), newest_message=0)
    happened(due(factories.post(), 5), agent, 0)
    after_foreign = board.version(access(agent), newest_message=0)
    happened(due(desk, 5), agent, 0)
    after_own = board.version(access(agent), newest_message=0)

    assert before == after_foreign
    assert before != after_own
