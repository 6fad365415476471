"""Two at the roster at once: one effect, and who was slower is told."""

from datetime import time, timedelta

import pytest

from accounts.models import Team, User
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Assignment, Event, Shift
from handover.queries import duty
from handover.services import people, posts, setup, shifts
from tests import factories
from tests.factories import NOW, Role
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR)


def test_generate_at_once_makes_every_shift_once(desk):
    factories.pattern(desk)

    refused = at_once(*[lambda: shifts.generate(until=NOW + timedelta(days=14), now=NOW)] * 2)

    assert refused == []
    assert Shift.objects.count() == 14


def test_generate_does_not_remove_a_shift_that_gets_somebody_at_the_same_moment(desk, chief):
    rule = factories.pattern(desk)
    shifts.generate(until=NOW + timedelta(days=2), now=NOW)
    coming = Shift.objects.order_by("starts_at").first()
    type(rule).objects.filter(pk=rule.pk).update(is_active=False)

    refused = at_once(
        lambda: shifts.generate(until=NOW + timedelta(days=2), now=NOW),
        lambda: shifts.assign(shift=coming, user=chief, actor=chief, now=NOW),
    )

    kept = 0 if refused == [Conflict] else 1
    assert (Shift.objects.count(), Assignment.objects.count()) == (kept, kept)


def test_check_in_at_once_is_written_once(desk):
    place = factories.assignment(factories.shift(desk))

    refused = at_once(*[lambda: shifts.check_in(assignment=place, now=NOW)] * 2)

    assert refused == []
    assert Event.objects.filter(verb=Event.Verb.CHECKED_IN).count() == 1


def test_check_in_and_substitution_at_once_leave_one_of_them(desk, chief):
    place = factories.assignment(factories.shift(desk))

    refused = at_once(
        lambda: shifts.check_in(assignment=place, now=NOW),
        lambda: shifts.substitute(assignment=place, user=chief, reason="Ill", actor=chief, now=NOW),
    )

    assert refused == [InvalidMove]
    on_duty = [assignment.user for assignment in duty.on_duty(desk, NOW).people]
    assert on_duty == ([] if Assignment.objects.filter(user=chief).exists() else [place.user])


def test_two_substitutes_at_once_are_one(desk, chief):
    place = factories.assignment(factories.shift(desk))
    others = [factories.member(desk.team) for _person in range(2)]

    refused = at_once(
        *[
            lambda other=other: shifts.substitute(
                assignment=place, user=other, reason="Ill", actor=chief, now=NOW
            )
            for other in others
        ]
    )

    assert refused == [InvalidMove]
    assert Assignment.objects.filter(substitutes=place).count() == 1


def test_two_first_administrators_at_once_are_one():
    def register(name: str) -> None:
        setup.first_administrator(username=name, display_name=name, password="a b c d", now=NOW)

    refused = at_once(lambda: register("amy"), lambda: register("bob"))

    assert refused == [NotAllowed]
    assert User.objects.count() == 1


def test_first_team_and_its_posts_from_two_browsers_are_there_once():
    root = factories.administrator()
    facts = {"name": "North", "time_zone": "Asia/Shanghai", "day_ends_at": time(0), "is_active": True}

    refused = at_once(*[lambda: setup.first_team(facts=facts, language="en", actor=root, now=NOW)] * 2)
    team = Team.objects.get()
    refused += at_once(
        *[lambda: setup.add_posts(team=team, names=["Desk"], early_minutes=15, actor=root, now=NOW)] * 2
    )

    assert refused == []
    assert team.posts.count() == 1


def test_two_administrators_who_end_each_others_rights_leave_one():
    amy, bob = factories.administrator("Amy"), factories.administrator("Bob")

    def demote(person: User, actor: User) -> None:
        facts = {"display_name": person.display_name, "email": "", "is_active": True}
        people.edit(person=person, facts=facts | {"is_administrator": False}, places={}, actor=actor, now=NOW)

    refused = at_once(lambda: demote(amy, bob), lambda: demote(bob, amy))

    assert refused == [InvalidMove]
    assert User.objects.filter(is_administrator=True).count() == 1


def test_the_same_pattern_from_two_browsers_is_there_once(desk, chief):
    day = {"name": "Day", "starts_at": time(9), "ends_at": time(17), "weekdays": "0123456"}

    refused = at_once(
        *[lambda: posts.add_patterns(post=desk, patterns=[day | {"is_active": True}], actor=chief, now=NOW)]
        * 2
    )

    assert len(refused) == 1
    assert desk.patterns.count() == 1
