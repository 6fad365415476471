from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services
from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600


@pytest.fixture
def person(client: Client, sign_in) -> User:
    person = factories.user()
    sign_in(client, person)
    return person


def let_pass(client: Client, *, since_activity: int = 0, since_sign_in: int = 0) -> None:
    session = client.session
    session["active_at"] -= since_activity
    session["began_at"] -= since_sign_in
    session.save()


def is_in(client: Client, **headers: str) -> bool:
    return client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("passed", "stays"),
    [
        ({"since_activity": 29 * MINUTE}, True),
        ({"since_activity": 31 * MINUTE}, False),
        ({"since_sign_in": 12 * HOUR - MINUTE}, True),
        ({"since_sign_in": 12 * HOUR + MINUTE}, False),
    ],
)
def test_session_limits(client: Client, person: User, passed: dict[str, int], stays: bool) -> None:
    let_pass(client, **passed)

    assert is_in(client) is stays
    assert Session.objects.count() == stays


def test_activity_puts_the_end_off(client: Client, person: User) -> None:
    for _click in range(3):
        let_pass(client, since_activity=20 * MINUTE)
        assert is_in(client)


def test_page_that_asks_by_itself_is_no_activity(client: Client, person: User) -> None:
    let_pass(client, since_activity=20 * MINUTE)
    is_in(client, **{"x-live": "1"})
    let_pass(client, since_activity=11 * MINUTE)

    assert not is_in(client)


def test_busy_person_writes_the_session_once_a_minute(client: Client, person: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert is_in(client)

    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def test_disabled_person_is_out_at_the_next_request(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert not is_in(client)
    assert not Session.objects.exists()


def test_session_made_elsewhere_is_limited_too(client: Client) -> None:
    client.force_login(factories.user())
    assert is_in(client)

    let_pass(client, since_activity=31 * MINUTE)

    assert not is_in(client)


def test_sessions_that_ended_long_ago_are_forgotten(client: Client, person: User) -> None:
    running = client.session.session_key
    now = timezone.now()
    Session.objects.create(session_key="over", session_data="", expire_date=now - timedelta(seconds=1))

    services.forget_old(now=now)

    assert [session.session_key for session in Session.objects.all()] == [running]
