"""What goes wrong at the posts a person leads, for their first page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from handover.models import Customer
from handover.queries import board_alarms, duty
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def supervisor(desk):
    return factories.member(desk.team, Role.SUPERVISOR)


def alarmed(person) -> list[board_alarms.Alarmed]:
    return board_alarms.alarmed(duty.access(person, NOW))


def numbers(person) -> list[int]:
    return [row.number for row in alarmed(person)]


def test_alarmed_says_what_is_the_matter_with_the_item(desk, supervisor) -> None:
    customer = factories.customer(
        desk.team, "Wang Wei", need=Customer.Need.TEXT_ONLY, need_note="Hard of hearing"
    )
    item = factories.item(desk, customer=customer, idle_handover_count=3, promise_moves=2)

    assert alarmed(supervisor) == [
        board_alarms.Alarmed(
            url=reverse("item_detail", args=[item.pk]),
            number=item.pk,
            customer="Wang Wei",
            need="text_only",
            need_note="Hard of hearing",
            place="Front",
            said="Handed over 3 times without progress. The promise was moved 2 times.",
        )
    ]


def test_alarmed_names_the_worst_first_then_the_newest_and_a_customer_once(desk, supervisor) -> None:
    twice = factories.item(desk, idle_handover_count=2)
    newer = factories.item(desk, promise_moves=2, changed_at=NOW + MINUTE)
    often = factories.item(desk, idle_handover_count=5)
    first = factories.item(desk)
    again = factories.item(desk, customer=first.customer, changed_at=NOW + MINUTE)
    factories.item(desk, idle_handover_count=1, promise_moves=1)  # not wrong yet

    assert numbers(supervisor) == [often.pk, newer.pk, twice.pk, again.pk]
    assert alarmed(supervisor)[3].said == "The customer has 1 other open item."


def test_alarmed_forgets_what_is_closed(desk, supervisor) -> None:
    closed = {"is_open": False, "stage": "closed"}
    factories.item(desk, idle_handover_count=2, **closed)
    first = factories.item(desk)
    factories.item(desk, customer=first.customer, **closed)

    assert alarmed(supervisor) == []


def test_alarmed_ends_at_the_posts_that_one_leads(desk, supervisor) -> None:
    leader = factories.member(desk.team, leads=desk)
    other_desk = factories.post(desk.team)
    here = factories.item(desk, idle_handover_count=2)
    there = factories.item(other_desk, idle_handover_count=2)
    factories.item(factories.post(), idle_handover_count=2)  # of another team

    assert (numbers(leader), numbers(supervisor)) == ([here.pk], [there.pk, here.pk])


def test_alarmed_is_short_however_much_goes_wrong(desk, supervisor) -> None:
    for number in range(board_alarms.SHOWN + 2):
        customer = factories.item(desk, idle_handover_count=2, created_at=NOW - number * MINUTE).customer
        factories.item(desk, customer=customer)

    assert len(alarmed(supervisor)) == board_alarms.SHOWN


def test_alarmed_is_two_queries(desk, supervisor, django_assert_num_queries) -> None:
    factories.item(desk, idle_handover_count=2)
    access = duty.access(supervisor, NOW)

    with django_assert_num_queries(2):
        found = board_alarms.alarmed(access)

    assert len(found) == 1
