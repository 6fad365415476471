"""Two at one swap at once: one effect, and who was slower is told."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, InvalidMove
from handover.models import Assignment, Message, Swap
from handover.services import shifts, swaps
from tests import factories
from tests.factories import NOW
from tests.services.test_swaps import Pair
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pair():
    return Pair()


def fresh(swap):
    return Swap.objects.select_related("team", "asker", "colleague", "given_shift__post").get(pk=swap.pk)


def test_two_approvals_at_once_change_the_roster_once(pair):
    swap = pair.agreed()
    both = [fresh(swap), fresh(swap)]

    refused = at_once(*[lambda one=one: swaps.approve(swap=one, actor=pair.lea, now=NOW) for one in both])

    assert refused == [Conflict]
    assert pair.roster() == [("Early", "Bob", True), ("Late", "Amy", False)]


def test_approval_and_withdrawal_at_once_leave_one_of_them(pair):
    swap = pair.agreed()
    mine, theirs = fresh(swap), fresh(swap)

    refused = at_once(
        lambda: swaps.approve(swap=mine, actor=pair.lea, now=NOW),
        lambda: swaps.withdraw(swap=theirs, actor=pair.amy, now=NOW),
    )

    swapped = [("Early", "Bob", True), ("Late", "Amy", False)]
    assert refused == [Conflict]
    assert (pair.roster() == swapped) is (fresh(swap).state == Swap.State.APPROVED)


def test_approval_and_a_change_of_the_roster_at_once_lose_neither_place(pair):
    swap = fresh(pair.agreed())

    refused = at_once(
        lambda: swaps.approve(swap=swap, actor=pair.lea, now=NOW),
        lambda: shifts.unassign(assignment=pair.taken, actor=pair.lea, now=NOW),
    )

    assert refused in ([Conflict], [InvalidMove])
    assert Assignment.objects.count() == (2 if fresh(swap).state == Swap.State.APPROVED else 1)


def test_two_swaps_of_one_place_approved_at_once_are_one(pair):
    eve = factories.member(pair.desk.team, name="Eve")
    other = factories.assignment(factories.shift(pair.desk, starts_at=NOW + timedelta(days=3)), eve)
    second = swaps.ask(place=other, colleague=pair.bob, in_return=pair.taken, note="", actor=eve, now=NOW)
    swaps.agree(swap=second, actor=pair.bob, now=NOW)
    both = [fresh(pair.agreed()), fresh(second)]

    refused = at_once(*[lambda one=one: swaps.approve(swap=one, actor=pair.lea, now=NOW) for one in both])

    assert refused == [Conflict]
    assert Assignment.objects.filter(shift=pair.taken.shift).count() == 1


def test_workers_that_let_swaps_lapse_at_once_tell_once(pair):
    pair.ask()
    Message.objects.all().delete()

    refused = at_once(*[lambda: swaps.lapse(now=pair.given.shift.starts_at)] * 2)

    assert (refused, Message.objects.count()) == ([], 2)
