"""What somebody off duty is told of the next shift."""

from datetime import timedelta

import pytest
from django.utils import timezone

from handover.queries import next_shift
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NONE = "No shift is planned for you yet. Who keeps the roster can tell you more."
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return factories.post(name="Front", early_minutes=15)


def words(person, desk) -> str:
    with timezone.override(desk.team.zone):
        return next_shift.words(person, NOW)


def test_next_shift_says_which_and_when_its_check_in_opens(desk) -> None:
    person = factories.member(desk.team)
    for hours, name in ((42, "Night"), (18, "Early"), (-20, "Over"), (-1, "Running")):
        factories.assignment(factories.shift(desk, starts_at=NOW + hours * HOUR, name=name), person)
    factories.assignment(factories.shift(desk, starts_at=NOW + HOUR, name="Of somebody else"))

    assert words(person, desk) == (
        "Your next shift: Early, Front, tomorrow 08:00 (in 18 h). Check-in opens: tomorrow 07:45."
    )


def test_next_shift_is_not_one_that_a_substitute_has(desk) -> None:
    given = factories.assignment(factories.shift(desk, starts_at=NOW + HOUR))
    other = factories.assignment(given.shift, substitutes=given)

    assert words(given.user, desk) == NONE
    assert words(other.user, desk).startswith("Your next shift: Day, Front, ")
