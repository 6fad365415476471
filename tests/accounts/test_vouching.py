"""Whoever reset a password knows one: somebody else must say that its owner has set the next."""

import pytest
from django.test import Client

from accounts import reauth, services
from accounts.models import LoginAttempt, Membership, User
from accounts.reauth import NotConfirmed, check_password_again
from accounts.services import CannotVouch
from handover.models import Event, Message
from tests import factories
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db
Role = Membership.Role
ADDRESS = "192.0.2.1"
NEW = "a lamp beside the window"


@pytest.fixture
def team():
    return factories.team()


@pytest.fixture
def chief(team):
    """Who resets."""
    person = factories.administrator("Chief")
    factories.membership(person, team, Role.SUPERVISOR)
    return person


@pytest.fixture
def amy(team, chief):
    """Her password was reset, and somebody has set the next one."""
    person = factories.member(team, name="Amy")
    services.reset_password(user=person, actor=chief, address=ADDRESS)
    services.set_own_password(user=person, password=NEW, address=ADDRESS)
    return person


def vouch(person: User, actor: User, password: str = PASSWORD) -> None:
    services.vouch_for_password(user=person, actor=actor, password=password, address=ADDRESS, now=NOW)


def may_sign(person: User) -> bool:
    return User.objects.get(pk=person.pk).may_sign


def test_who_knows_the_password_cannot_sign_with_it(amy) -> None:
    with pytest.raises(NotConfirmed, match="reset by Chief"):
        check_password_again(amy, NEW, address=ADDRESS, now=NOW)


@pytest.mark.parametrize("role", [*Role.values, "administrator"])
def test_vouch_of_anybody_else_of_the_team_or_of_an_administrator_counts(amy, chief, team, role) -> None:
    actor = factories.administrator() if role == "administrator" else factories.member(team, role)

    vouch(amy, actor)

    check_password_again(amy, NEW, address=ADDRESS, now=NOW)
    entry = Event.objects.latest("pk")
    assert (entry.verb, entry.team, entry.actor, entry.person) == ("password_vouched", team, actor, amy)
    assert entry.data == {"address": ADDRESS, "reset_by": chief.pk}


def test_reset_and_vouch_are_told_to_the_owner(amy, team) -> None:
    vouch(amy, factories.member(team, name="Bo"))

    told = Message.objects.filter(recipient=amy).order_by("pk").values_list("text", flat=True)
    assert [text.partition(".")[0] for text in told] == [
        "Chief has reset your password",
        "Bo has confirmed that you have set your password yourself",
    ]


@pytest.mark.parametrize("who", ["resetter", "owner", "outsider"])
def test_vouch_of_a_party_or_an_outsider_is_refused(amy, chief, who) -> None:
    actor = {"resetter": chief, "owner": amy, "outsider": factories.member(factories.team())}[who]

    with pytest.raises((CannotVouch, NotConfirmed)):
        vouch(amy, actor, NEW if actor == amy else PASSWORD)

    assert not may_sign(amy)


def test_vouch_of_a_person_whom_the_resetter_could_be_is_refused(amy, chief, team) -> None:
    bo = factories.member(team)
    services.reset_password(user=bo, actor=chief, address=ADDRESS)
    services.set_own_password(user=bo, password=NEW, address=ADDRESS)

    with pytest.raises(NotConfirmed):
        vouch(amy, bo, NEW)

    assert not may_sign(amy)


def test_vouch_with_a_wrong_password_counts_towards_the_lockout(amy, team) -> None:
    bo = factories.member(team)

    with pytest.raises(NotConfirmed):
        vouch(amy, bo, "wrong")

    assert not may_sign(amy)
    assert LoginAttempt.objects.filter(username=bo.username, succeeded=False).count() == 1


def test_vouch_before_the_owner_has_set_a_password_is_refused(chief, team) -> None:
    person = factories.member(team)
    services.reset_password(user=person, actor=chief, address=ADDRESS)

    with pytest.raises(CannotVouch, match="set a new password first"):
        vouch(person, factories.member(team))


def test_vouch_twice_is_one_entry(amy, team) -> None:
    bo = factories.member(team)
    vouch(amy, bo)
    amy.refresh_from_db()

    with pytest.raises(CannotVouch):
        vouch(amy, bo)

    assert Event.objects.filter(verb="password_vouched").count() == 1


def test_vouch_for_a_password_that_was_reset_meanwhile_is_refused(amy, team) -> None:
    as_read = User.objects.get(pk=amy.pk)
    services.reset_password(user=amy, actor=factories.administrator(), address=ADDRESS)
    services.set_own_password(user=amy, password=NEW, address=ADDRESS)

    with pytest.raises(CannotVouch):
        vouch(as_read, factories.member(team))

    assert not may_sign(amy)


def test_reset_begins_anew(amy, chief, team) -> None:
    bo = factories.member(team)
    vouch(amy, bo)
    amy.refresh_from_db()

    services.reset_password(user=amy, actor=chief, address=ADDRESS)
    services.set_own_password(user=amy, password=NEW, address=ADDRESS)

    assert reauth.barrier(amy).startswith("Your password was reset by Chief.")


def test_page_lets_a_colleague_confirm(client: Client, sign_in, amy, team) -> None:
    sign_in(client, factories.member(team))
    address = f"/people/{amy.pk}/vouch/"

    shown = client.get(address).content.decode()
    wrong = client.post(address, {"password": "wrong"})
    done = client.post(address, {"password": PASSWORD})

    assert "Chief has reset the password of Amy" in shown
    assert 'name="password"' in shown
    assert list(wrong.context["form"].errors) == ["password"]
    assert (done.status_code, may_sign(amy)) == (302, True)
    assert "There is nothing to confirm" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("who", "said"),
    [("amy", "Ask a colleague of your team"), ("chief", "You have reset this password")],
)
def test_page_tells_the_parties_what_is_missing(client: Client, request, sign_in, amy, who, said) -> None:
    person = request.getfixturevalue(who)
    sign_in(client, person, password=NEW if person == amy else PASSWORD)
    address = f"/people/{amy.pk}/vouch/"

    shown = client.get(address).content.decode()

    assert (said in shown, 'name="password"' in shown) == (True, False)
    assert client.post(address, {"password": NEW}).status_code == 403
    assert not may_sign(amy)
