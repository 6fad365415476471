"""Two leaders save the same week at once: what both wanted is there, and who was slower is told."""

from datetime import timedelta

import pytest

from handover.errors import Conflict
from handover.models import Assignment, Event
from handover.queries.plan import Places, Wish
from handover.services import plans
from tests import factories
from tests.factories import NOW, Role
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

NOBODY = Places(frozenset(), None)


@pytest.fixture
def week():
    desk = factories.post()
    return [factories.shift(desk, starts_at=NOW + timedelta(days=n)) for n in range(1, 6)]


def test_two_plans_at_once_are_both_carried_out(week):
    team = week[0].post.team
    chief, amy, bob = factories.member(team, Role.SUPERVISOR), factories.member(team), factories.member(team)

    def plan(people, shifts):
        wanted = Places(frozenset(person.pk for person in people), None)
        plans.carry_out(wishes=[Wish(shift, NOBODY, wanted) for shift in shifts], actor=chief, now=NOW)

    refused = at_once(lambda: plan([amy], week), lambda: plan([bob, amy], week[::-1]))

    assert refused == []
    assert Assignment.objects.count() == 10
    assert Event.objects.count() == 10


def test_two_that_name_another_at_once_leave_the_first(week):
    team = week[0].post.team
    chief, people = factories.member(team, Role.SUPERVISOR), [factories.member(team) for _person in range(2)]

    def name(person):
        wish = Wish(week[0], NOBODY, Places(frozenset([person.pk]), person.pk))
        plans.carry_out(wishes=[wish], actor=chief, now=NOW)

    refused = at_once(*[lambda person=person: name(person) for person in people])

    assert refused == [Conflict]
    assert Assignment.objects.filter(is_duty_supervisor=True).count() == 1
