import pytest

from accounts.lockout import LockedOut
from accounts.models import LoginAttempt
from accounts.reauth import NotConfirmed, check_password_again
from tests import factories
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db
ADDRESS = "192.0.2.1"


def test_right_password_is_accepted() -> None:
    person = factories.user()

    check_password_again(person, PASSWORD, address=ADDRESS, now=NOW)

    assert list(LoginAttempt.objects.values_list("username", "succeeded")) == [(person.username, True)]


def test_wrong_password_counts_towards_the_lockout() -> None:
    person = factories.user()

    for _attempt in range(5):
        with pytest.raises(NotConfirmed):
            check_password_again(person, "wrong", address=ADDRESS, now=NOW)

    with pytest.raises(LockedOut):
        check_password_again(person, PASSWORD, address=ADDRESS, now=NOW)


@pytest.mark.parametrize("change", [{"must_change_password": True}, {"is_active": False}])
def test_right_password_of_a_person_who_may_not_sign_now(change: dict[str, bool]) -> None:
    person = factories.user()
    type(person).objects.filter(pk=person.pk).update(**change)

    with pytest.raises(NotConfirmed):
        check_password_again(person, PASSWORD, address=ADDRESS, now=NOW)
    assert not LoginAttempt.objects.exists()
