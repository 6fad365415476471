"""The live board: what waits at the posts one leads, what breaks first, who is there."""

from datetime import timedelta

import pytest
from django.urls import reverse

from handover.models import Clock, Kind, PendingItem, Waits
from handover.queries import duty, live_board, live_duty, live_escalations
from handover.services import escalation, events, holding, snoozing, supervision
from tests import factories
from tests.boundary import Boundary
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR, name="Dai")


def access(person, now=NOW):
    return duty.access(person, now)


def ids(part) -> list[int]:
    return [row["id"] for row in part.rows]


def urgent(desk, minutes: int = 0, **fields) -> PendingItem:
    return factories.item(desk, now=NOW + minutes * MINUTE, kind=Kind.URGENT, **fields)


# --- Urgent and untaken -----------------------------------------------------------------------------
def test_untaken_are_those_in_queues_and_those_handed_over_the_longest_waiting_first(desk, chief):
    agent = factories.agent_on_duty(desk)
    handed, queued = urgent(desk, -5), urgent(desk, -9)
    holding.transfer(item=handed, to=agent, reason="Yours", actor=chief, now=NOW - 4 * MINUTE)
    held, follow_up = urgent(desk, holder=agent), factories.item(desk)
    urgent(factories.post())

    seen = access(chief)
    assert ids(live_board.untaken(seen)) == [queued.pk, handed.pk]
    assert ids(live_board.running(seen)) == [held.pk, follow_up.pk]


def test_a_leader_sees_the_own_posts_and_an_administrator_all(desk):
    leader = factories.member(desk.team, leads=desk)
    own, other = urgent(desk), urgent(factories.post(desk.team))
    foreign = urgent(factories.post())

    assert ids(live_board.untaken(access(leader))) == [own.pk]
    found = ids(live_board.untaken(access(factories.administrator())))
    assert found == [own.pk, other.pk, foreign.pk]


@pytest.mark.parametrize("part", [live_board.untaken, live_board.running])
def test_a_list_goes_on_where_it_ended(desk, chief, part):
    kind = Kind.URGENT if part is live_board.untaken else Kind.FOLLOW_UP
    made = [factories.item(desk, kind=kind).pk for _number in range(23)]

    pages, after = [], ""
    while not pages or after:
        page = part(access(chief), after)
        pages.append(ids(page))
        after = page.after

    assert pages == [made[:10], made[10:20], made[20:]]


def test_a_cursor_that_somebody_made_up_is_the_beginning(desk, chief):
    item = urgent(desk)

    part = live_board.untaken(access(chief), "20990101-x")

    assert (ids(part), part.is_later) == ([item.pk], False)


# --- Rows -------------------------------------------------------------------------------------------
def steps(row) -> list[tuple[str, bool]]:
    return [(step.label, step.is_sent) for step in row["steps"]]


def test_rows_offer_what_can_be_done_about_them(desk, chief):
    agent = factories.agent_on_duty(desk)
    queued = urgent(desk)
    held = factories.item(desk, holder=agent, due_at=NOW + 60 * MINUTE)
    own = factories.item(desk, holder=chief, due_at=NOW + 70 * MINUTE)
    snoozing.snooze(item=held, until=NOW + 30 * MINUTE, reason="Waits", actor=agent, now=NOW)

    seen = access(chief)
    (first,) = live_board.untaken(seen).rows
    of_agent, of_chief = live_board.running(seen).rows

    assert (first["id"], of_agent["id"], of_chief["id"]) == (queued.pk, held.pk, own.pk)
    assert steps(first) == [
        ("Take over", True),
        ("Reassign", False),
        ("Call who is on duty", True),
        ("Snooze", False),
    ]
    assert steps(of_agent) == [
        ("Take over", False),
        ("Reassign", False),
        ("Call the holder", True),
        ("Wake up", True),
    ]
    assert steps(of_chief) == [("Reassign", False), ("Snooze", False)]
    assert of_agent["snooze"] == f"Snoozed until 06:30 by {agent}: Waits"
    assert first["clock"].text == "Take by 06:10"


def test_complaints_wait_to_be_verified(desk, chief):
    item = factories.item(desk)
    Clock.objects.create(item=item, kind=Waits.COMPLAINT, started_at=NOW, due_at=NOW + 120 * MINUTE)

    (row,) = live_board.complaints(access(chief)).rows

    assert (row["id"], row["clock"].text, steps(row)[0]) == (item.pk, "Verify by 08:00", ("Verify", False))
    assert row["steps"][0].url == f"{reverse('item_verify', args=[item.pk])}?from=board"


# --- Escalations ------------------------------------------------------------------------------------
def test_escalations_say_what_waits_since_when_and_who_was_told(desk, chief):
    item = urgent(desk, customer=factories.customer(desk.team, "Wang Wei"))
    now = NOW + 10 * MINUTE
    escalation.sweep(now=now)

    (row,) = live_escalations.unacknowledged(access(chief, now)).rows

    assert (row.title, row.place, row.url) == (
        f"#{item.pk} Wang Wei",
        "Front",
        reverse("item_detail", args=[item.pk]),
    )
    assert row.said == "Nobody has taken it. It waits since 06:00."
    assert row.told == "Told at 06:10: Dai (as the duty supervisor)"


def test_escalations_are_the_newest_of_each_thing_newest_first(desk, chief):
    item, later = urgent(desk), urgent(desk, 15)
    for minute in (10, 20, 25):
        escalation.sweep(now=NOW + minute * MINUTE)
    urgent(factories.post(), -30)

    rows = live_escalations.unacknowledged(access(chief, NOW + 25 * MINUTE)).rows

    assert [(row.title.split()[0], row.iso[11:16]) for row in rows] == [
        (f"#{later.pk}", "06:25"),
        (f"#{item.pk}", "06:20"),
    ]


def test_escalations_leave_when_acknowledged_or_when_it_waits_no_more(desk, chief):
    agent = factories.agent_on_duty(desk)
    said, taken = urgent(desk), urgent(desk)
    now = NOW + 10 * MINUTE
    escalation.sweep(now=now)
    step = said.clocks.get(kind=Waits.TAKEN).escalations.get()
    supervision.acknowledge(escalation=step, text="I ring.", actor=chief, now=now)
    holding.take(item=taken, actor=agent, now=now)

    assert live_escalations.unacknowledged(access(chief, now)).rows == []


def test_escalations_of_handovers_lead_to_the_record():
    boundary = Boundary()
    handover = boundary.open()
    now = handover.boundary_at + 15 * MINUTE
    escalation.sweep(now=now)

    (row,) = live_escalations.unacknowledged(access(boundary.dai, now)).rows

    assert (row.title, row.url) == (
        "Handover of Day",
        reverse("handover_detail", args=[handover.pk]),
    )


def test_escalations_go_on_where_they_ended(desk, chief):
    made = [urgent(desk).pk for _number in range(12)]
    now = NOW + 10 * MINUTE
    escalation.sweep(now=now)

    seen = access(chief, now)
    first = live_escalations.unacknowledged(seen)
    second = live_escalations.unacknowledged(seen, first.after)

    titles = [int(row.title.split()[0][1:]) for part in (first, second) for row in part.rows]
    assert titles == made[::-1]
    assert (len(first.rows), second.after) == (10, "")


# --- Who is there -----------------------------------------------------------------------------------
def test_duty_says_who_is_there_and_who_comes_next(desk, chief):
    factories.agent_on_duty(desk, name="Ada")
    work = desk.shifts.get()
    factories.assignment(work, chief, checked_in=True, is_duty_supervisor=True)
    evening = factories.shift(desk, starts_at=work.ends_at, name="Evening")
    factories.assignment(evening, factories.member(desk.team, name="Bo"))
    factories.shift(desk, starts_at=evening.ends_at, name="Night")
    empty = factories.post(desk.team, "Second")
    factories.shift(empty)

    front, second = live_duty.of_posts(access(chief))

    assert (front.shift, front.now_words) == ("Day until 13:00", "Ada, Dai (duty supervisor)")
    assert (front.next_shift, front.next_words) == ("Evening from 13:00", "Bo")
    assert (second.is_empty, second.next_shift) == (True, "")


# --- Version ----------------------------------------------------------------------------------------
def test_version_changes_with_the_trail_of_the_own_teams(desk, chief):
    root = factories.administrator()

    def versions() -> tuple[str, str]:
        return live_board.version(access(chief)), live_board.version(access(root))

    first = versions()
    events.record(verb="edited", actor=None, now=NOW, item=urgent(factories.post()))
    second = versions()
    events.record(verb="edited", actor=None, now=NOW, item=urgent(desk))
    third = versions()

    assert [first[0] == second[0], first[1] == second[1]] == [True, False]
    assert [second[0] == third[0], second[1] == third[1]] == [False, False]
