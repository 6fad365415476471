"""The plan of a week is carried out whole or not at all, and nobody else's planning is lost."""

from datetime import timedelta

import pytest

from handover.errors import Conflict
from handover.models import Assignment, Event
from handover.queries.plan import Places, Wish
from handover.services import plans, shifts
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOBODY = Places(frozenset(), None)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR)


@pytest.fixture
def coming(desk):
    return factories.shift(desk, starts_at=NOW + DAY)


def places(*people, led_by=None) -> Places:
    return Places(frozenset(person.pk for person in people), led_by.pk if led_by else None)


def standing(shift) -> dict[str, bool]:
    rows = Assignment.objects.effective().filter(shift=shift)
    return dict(rows.values_list("user__display_name", "is_duty_supervisor"))


def trail() -> list[tuple[str, str]]:
    rows = Event.objects.order_by("pk").values_list("data__change", "person__display_name")
    return list(rows)


def test_plan_adds_takes_off_and_names_who_leads(desk, coming, chief):
    amy, bob = (factories.member(desk.team, name=name) for name in ("Amy", "Bob"))
    factories.assignment(coming, amy, is_duty_supervisor=True)
    wish = Wish(coming, places(amy, led_by=amy), places(bob, led_by=bob))

    changed = plans.carry_out(wishes=[wish], actor=chief, now=NOW)

    assert (changed, standing(coming)) == (1, {"Bob": True})
    assert trail() == [("unassigned", "Amy"), ("assigned", "Bob")]


def test_plan_that_is_carried_out_twice_changes_nothing_more(desk, coming, chief):
    wish = Wish(coming, NOBODY, places(factories.member(desk.team, name="Amy")))
    plans.carry_out(wishes=[wish], actor=chief, now=NOW)

    plans.carry_out(wishes=[wish], actor=chief, now=NOW)

    assert (standing(coming), len(trail())) == ({"Amy": False}, 1)


def test_plan_of_what_was_left_as_shown_writes_nothing(coming, chief):
    assert plans.carry_out(wishes=[Wish(coming, NOBODY, NOBODY)], actor=chief, now=NOW) == 0
    assert trail() == []


def test_plan_leaves_what_others_changed_meanwhile(desk, coming, chief):
    amy, bob, eve = (factories.member(desk.team, name=name) for name in ("Amy", "Bob", "Eve"))
    seen = places(amy, led_by=amy)
    factories.assignment(coming, bob, is_duty_supervisor=True)  # and Amy was taken off

    plans.carry_out(wishes=[Wish(coming, seen, places(amy, eve, led_by=amy))], actor=chief, now=NOW)

    assert standing(coming) == {"Bob": True, "Eve": False}


def test_plan_that_names_another_than_somebody_else_did_meanwhile_is_refused_whole(desk, coming, chief):
    amy, bob = (factories.member(desk.team, name=name) for name in ("Amy", "Bob"))
    later = factories.shift(desk, starts_at=NOW + 2 * DAY)
    factories.assignment(coming, bob, is_duty_supervisor=True)
    wishes = [Wish(later, NOBODY, places(amy)), Wish(coming, NOBODY, places(amy, led_by=amy))]

    with pytest.raises(Conflict) as refused:
        plans.carry_out(wishes=wishes, actor=chief, now=NOW)

    assert refused.value.sentence == (
        "Day, Wed 11 Mar, 14:00–22:00: Somebody else has named Bob duty supervisor meanwhile."
    )
    assert (standing(coming), standing(later), trail()) == ({"Bob": True}, {}, [])


def test_plan_says_of_every_shift_why_it_cannot_be_so(desk, chief):
    running = factories.shift(desk, starts_at=NOW - timedelta(hours=1))
    over = factories.shift(desk, starts_at=NOW - DAY)
    gone = factories.shift(desk, starts_at=NOW + DAY)
    amy = factories.assignment(running, factories.member(desk.team, name="Amy"), checked_in=True).user
    wishes = [
        Wish(running, places(amy), NOBODY),
        Wish(over, NOBODY, places(amy)),
        Wish(gone, NOBODY, places(amy)),
        Wish(factories.shift(desk, starts_at=NOW + 2 * DAY), NOBODY, places(factories.user("Eve"))),
    ]
    type(gone).objects.filter(pk=gone.pk).delete()

    with pytest.raises(Conflict) as refused:
        plans.carry_out(wishes=wishes, actor=chief, now=NOW)

    assert refused.value.sentence == (
        "Day, Tue 10 Mar, 13:00–21:00: Amy has checked in and stays on this shift. "
        "Day, Mon 9 Mar, 14:00–22:00: This shift is over. "
        "Day, Wed 11 Mar, 14:00–22:00: This shift is not on the roster any more. "
        "Day, Thu 12 Mar, 14:00–22:00: Eve does not work in this team."
    )


def test_plan_that_takes_off_a_substitute_gives_the_place_back(desk, coming, chief):
    amy = factories.assignment(coming, factories.member(desk.team, name="Amy"))
    bob = factories.member(desk.team, name="Bob")
    shifts.substitute(assignment=amy, user=bob, reason="Ill", actor=chief, now=NOW)

    plans.carry_out(wishes=[Wish(coming, places(bob), NOBODY)], actor=chief, now=NOW)

    assert standing(coming) == {"Amy": False}
