"""Who stands on a shift, who stands in for whom, and when they came and went."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Assignment, Event, Handover, Shift
from handover.queries import duty
from handover.services import shifts
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post(early_minutes=15)


@pytest.fixture
def coming(desk):
    return factories.shift(desk, starts_at=NOW + 4 * HOUR)


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR)


def trail():
    return [(event.verb, event.person, event.data) for event in Event.objects.order_by("pk")]


def facts(shift, change, **more):
    start = {"shift": shift.pk, "name": shift.name, "starts_at": shift.starts_at.isoformat()}
    return {"change": change, **start, **more}


# --- Single shifts --------------------------------------------------------------------------------
def test_create_makes_a_shift(desk, chief):
    shift = shifts.create(post=desk, name="Extra", starts_at=NOW, ends_at=NOW + HOUR, actor=chief, now=NOW)

    assert list(Shift.objects.values_list("name", "pattern")) == [("Extra", None)]
    assert trail() == [("roster_changed", None, facts(shift, "created"))]


def test_create_twice_is_a_conflict(desk, chief, coming):
    with pytest.raises(Conflict):
        shifts.create(
            post=desk,
            name="Again",
            starts_at=coming.starts_at,
            ends_at=coming.ends_at,
            actor=chief,
            now=NOW,
        )

    assert (Shift.objects.count(), Event.objects.count()) == (1, 0)


@pytest.mark.parametrize(("start", "end"), [(2, 1), (1, 1), (-3, -1)])
def test_create_refuses_times_that_make_no_sense(desk, chief, start, end):
    with pytest.raises(InvalidMove):
        shifts.create(
            post=desk,
            name="Odd",
            starts_at=NOW + start * HOUR,
            ends_at=NOW + end * HOUR,
            actor=chief,
            now=NOW,
        )


def test_edit_moves_a_coming_shift(chief, coming):
    shift = shifts.edit(
        shift=coming,
        name="Later",
        starts_at=coming.starts_at + HOUR,
        ends_at=coming.ends_at,
        actor=chief,
        now=NOW,
    )

    coming.refresh_from_db()
    assert (coming.name, coming.starts_at) == ("Later", NOW + 5 * HOUR)
    assert trail() == [("roster_changed", None, facts(shift, "edited"))]


def test_edit_onto_another_shift_is_a_conflict(desk, chief, coming):
    other = factories.shift(desk, starts_at=NOW + 12 * HOUR)

    with pytest.raises(Conflict):
        shifts.edit(
            shift=coming,
            name="Same",
            starts_at=other.starts_at,
            ends_at=other.ends_at,
            actor=chief,
            now=NOW,
        )


def test_edit_refuses_a_shift_that_has_begun(desk, chief):
    running = factories.shift(desk)

    with pytest.raises(InvalidMove):
        shifts.edit(
            shift=running,
            name="Longer",
            starts_at=running.starts_at,
            ends_at=running.ends_at + HOUR,
            actor=chief,
            now=NOW,
        )


def test_delete_removes_an_empty_shift(chief, coming):
    shifts.remove(shift=coming, actor=chief, now=NOW)

    assert not Shift.objects.exists()
    assert [verb for verb, _person, _data in trail()] == ["roster_changed"]


def test_delete_refuses_a_shift_with_people(chief, coming):
    factories.assignment(coming)

    with pytest.raises(InvalidMove, match="people"):
        shifts.remove(shift=coming, actor=chief, now=NOW)


def test_delete_refuses_a_shift_that_has_begun(desk, chief):
    with pytest.raises(InvalidMove, match="begun"):
        shifts.remove(shift=factories.shift(desk), actor=chief, now=NOW)


def test_delete_refuses_a_shift_that_a_handover_names(desk, chief, coming):
    running = factories.shift(desk)
    Handover.objects.create(
        team=desk.team,
        post=desk,
        outgoing_shift=running,
        incoming_shift=coming,
        boundary_at=running.ends_at,
        opened_at=NOW,
    )

    with pytest.raises(InvalidMove, match="handover"):
        shifts.remove(shift=coming, actor=chief, now=NOW)


# --- Who stands on a shift ------------------------------------------------------------------------
def test_assign_puts_a_member_on_the_shift(desk, chief, coming):
    agent = factories.member(desk.team)

    shifts.assign(shift=coming, user=agent, is_duty_supervisor=True, actor=chief, now=NOW)

    assert list(Assignment.objects.values_list("user", "is_duty_supervisor")) == [(agent.pk, True)]
    assert trail() == [
        ("roster_changed", agent, facts(coming, "assigned", duty_supervisor=True)),
    ]


def test_assign_twice_is_one_assignment_and_one_event(desk, chief, coming):
    agent = factories.member(desk.team)
    for _time in range(2):
        shifts.assign(shift=coming, user=agent, actor=chief, now=NOW)

    assert (Assignment.objects.count(), Event.objects.count()) == (1, 1)


def test_assign_again_changes_the_duty_supervisor(desk, chief, coming):
    agent = factories.member(desk.team)
    for on in (True, False):
        shifts.assign(shift=coming, user=agent, is_duty_supervisor=on, actor=chief, now=NOW)

    assert list(Assignment.objects.values_list("is_duty_supervisor", flat=True)) == [False]
    assert Event.objects.count() == 2


@pytest.mark.parametrize("who", ["auditor", "outsider", "disabled"])
def test_assign_refuses_who_cannot_work_there(desk, chief, coming, who):
    person = {
        "auditor": lambda: factories.member(desk.team, Role.AUDITOR),
        "outsider": lambda: factories.member(factories.team()),
        "disabled": lambda: factories.member(desk.team),
    }[who]()
    person.is_active = who != "disabled"

    with pytest.raises(NotAllowed):
        shifts.assign(shift=coming, user=person, actor=chief, now=NOW)

    assert not Assignment.objects.exists()


def test_assign_refuses_a_shift_that_is_over(desk, chief):
    over = factories.shift(desk, starts_at=NOW - 9 * HOUR)

    with pytest.raises(InvalidMove):
        shifts.assign(shift=over, user=factories.member(desk.team), actor=chief, now=NOW)


def test_assign_refuses_somebody_with_a_substitute(desk, chief, coming):
    place = factories.assignment(coming)
    factories.assignment(coming, substitutes=place)

    with pytest.raises(InvalidMove):
        shifts.assign(shift=coming, user=place.user, is_duty_supervisor=True, actor=chief, now=NOW)


def test_unassign_takes_somebody_off(chief, coming):
    place = factories.assignment(coming)

    shifts.unassign(assignment=place, actor=chief, now=NOW)

    assert not Assignment.objects.exists()
    assert trail() == [("roster_changed", place.user, facts(coming, "unassigned"))]


def test_unassign_refuses_after_check_in(desk, chief):
    place = factories.assignment(factories.shift(desk), checked_in=True)

    with pytest.raises(InvalidMove):
        shifts.unassign(assignment=place, actor=chief, now=NOW)


def test_unassign_twice_is_a_conflict(chief, coming):
    place = factories.assignment(coming)
    shifts.unassign(assignment=Assignment.objects.get(), actor=chief, now=NOW)

    with pytest.raises(Conflict):
        shifts.unassign(assignment=place, actor=chief, now=NOW)


# --- Substitutes ----------------------------------------------------------------------------------
def test_substitute_takes_the_place_and_its_supervision(desk, coming):
    place = factories.assignment(coming, is_duty_supervisor=True)
    helper = factories.member(desk.team)

    new = shifts.substitute(assignment=place, user=helper, reason="Train late", actor=place.user, now=NOW)

    assert (new.user, new.is_duty_supervisor, new.substitutes) == (helper, True, place)
    assert duty.roster(coming) == [new]
    assert duty.in_charge(desk, coming.starts_at) == (helper,)
    assert trail() == [("substituted", helper, {"shift": coming.pk, "instead_of": place.user_id})]


def test_substitute_of_a_substitute_is_the_one_who_counts(desk, coming):
    place = factories.assignment(coming)
    second, third = factories.member(desk.team), factories.member(desk.team)
    new = shifts.substitute(assignment=place, user=second, reason="Ill", actor=place.user, now=NOW)

    last = shifts.substitute(assignment=new, user=third, reason="Ill too", actor=second, now=NOW)

    assert duty.roster(coming) == [last]
    assert duty.check_in_choices(second, coming.starts_at) == []
    assert duty.check_in_choices(third, coming.starts_at) == [last]


def test_substitute_chain_cannot_come_back_to_its_start(desk, coming):
    place = factories.assignment(coming)
    new = shifts.substitute(
        assignment=place, user=factories.member(desk.team), reason="Ill", actor=place.user, now=NOW
    )

    with pytest.raises(InvalidMove):
        shifts.substitute(assignment=new, user=place.user, reason="Well", actor=place.user, now=NOW)

    assert duty.roster(coming) == [new]


def test_substitute_who_goes_gives_the_place_back(desk, chief, coming):
    place = factories.assignment(coming)
    new = shifts.substitute(
        assignment=place, user=factories.member(desk.team), reason="Ill", actor=chief, now=NOW
    )

    shifts.unassign(assignment=new, actor=chief, now=NOW)

    assert duty.roster(coming) == [place]


def test_substitute_twice_is_refused(desk, chief, coming):
    place = factories.assignment(coming)
    shifts.substitute(assignment=place, user=factories.member(desk.team), reason="Ill", actor=chief, now=NOW)

    with pytest.raises(InvalidMove):
        shifts.substitute(
            assignment=place, user=factories.member(desk.team), reason="Ill", actor=chief, now=NOW
        )


def test_substitute_refuses_after_check_in(desk, chief):
    place = factories.assignment(factories.shift(desk), checked_in=True)

    with pytest.raises(InvalidMove):
        shifts.substitute(
            assignment=place, user=factories.member(desk.team), reason="Ill", actor=chief, now=NOW
        )


def test_substitute_refuses_a_stranger(chief, coming):
    with pytest.raises(NotAllowed):
        shifts.substitute(
            assignment=factories.assignment(coming),
            user=factories.member(factories.team()),
            reason="Ill",
            actor=chief,
            now=NOW,
        )


def test_substituted_person_cannot_be_taken_off(desk, chief, coming):
    place = factories.assignment(coming)
    factories.assignment(coming, substitutes=place)

    with pytest.raises(InvalidMove):
        shifts.unassign(assignment=place, actor=chief, now=NOW)


def test_staff_is_all_or_nothing(desk, chief, coming):
    over = factories.shift(desk, starts_at=NOW - 9 * HOUR)

    with pytest.raises(InvalidMove):
        shifts.staff(
            chosen=[coming, over],
            users=[factories.member(desk.team)],
            duty_supervisor=chief,
            actor=chief,
            now=NOW,
        )

    assert not Assignment.objects.exists()


def test_staff_changes_the_duty_supervisor_and_keeps_the_former_on_the_shift(desk, chief, coming):
    former = factories.assignment(coming, is_duty_supervisor=True).user

    shifts.staff(chosen=[coming], users=[], duty_supervisor=chief, actor=chief, now=NOW)

    assert set(Assignment.objects.values_list("user", "is_duty_supervisor")) == {
        (former.pk, False),
        (chief.pk, True),
    }
