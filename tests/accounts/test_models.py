import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Membership, User
from tests import factories

pytestmark = pytest.mark.django_db


def test_username_in_other_capitals_is_the_same_person() -> None:
    person = User.objects.create_user("Wang.Li", factories.PASSWORD, display_name="王丽")

    assert User.objects.get_by_natural_key("wang.LI") == person
    with pytest.raises(ValidationError):
        User.objects.create_user("WANG.LI", factories.PASSWORD, display_name="Another")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.user(username="wang.li")


@pytest.mark.parametrize("username", ["王丽", "wang li", "wаng"])  # the last has a Cyrillic letter
def test_username_outside_ascii_is_refused(username: str) -> None:
    with pytest.raises(ValidationError) as error:
        User.objects.create_user(username, factories.PASSWORD, display_name="王丽")

    assert list(error.value.message_dict) == ["username"]


@pytest.mark.parametrize(
    ("fields", "may_sign"),
    [({}, True), ({"is_active": False}, False), ({"must_change_password": True}, False)],
)
def test_may_sign(fields: dict[str, bool], may_sign: bool) -> None:
    assert factories.user(**fields).may_sign is may_sign


@pytest.mark.parametrize(
    ("fields", "awaits_vouch"),
    [({}, True), ({"is_active": False}, False), ({"must_change_password": True}, False)],
)
def test_nobody_may_sign_whose_new_password_nobody_vouched_for(fields, awaits_vouch) -> None:
    person = factories.user(password_reset_by=factories.administrator(), **fields)

    assert (person.may_sign, person.awaits_vouch) == (False, awaits_vouch)


def test_membership_twice_in_a_team_is_refused() -> None:
    team = factories.team()
    person = factories.member(team)

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.membership(person, team, Membership.Role.LEADER)


def test_visible_people_share_a_team() -> None:
    team, other = factories.team(), factories.team()
    person, colleague, stranger = factories.member(team), factories.member(team), factories.member(other)

    assert set(User.objects.visible_to(person)) == {person, colleague}
    assert set(User.objects.visible_to(factories.administrator())) >= {person, colleague, stranger}
