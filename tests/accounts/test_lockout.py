from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.lockout import LockedOut, forget_old, forgive, limited
from accounts.models import LoginAttempt
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def tries(
    times: int, username: str = "li", address: str = "192.0.2.1", *, found: bool = False, at=NOW
) -> int:
    """How many of the tries were checked before one was refused."""
    for done in range(times):
        try:
            limited(lambda: found, username=username, address=address, now=at)
        except LockedOut:
            return done
    return times


def test_five_failures_lock_the_pair_for_fifteen_minutes() -> None:
    assert tries(9) == 5

    with pytest.raises(LockedOut) as refusal:
        limited(lambda: True, username="LI", address="192.0.2.1", now=NOW + timedelta(minutes=3, seconds=1))
    assert refusal.value.sentence == "Too many wrong passwords. Try again in 12 minutes."
    assert tries(1, found=True, at=NOW + timedelta(minutes=15)) == 1


def test_refused_tries_are_not_checked_and_do_not_lengthen_the_wait() -> None:
    tries(5)

    assert tries(1, found=True, at=NOW + timedelta(minutes=14)) == 0
    assert LoginAttempt.objects.count() == 5


def test_other_person_at_the_same_address_is_not_locked() -> None:
    tries(5)

    assert tries(1, "wang") == 1


def test_success_clears_the_pair() -> None:
    tries(4)
    tries(1, found=True)

    assert tries(9) == 5


def test_twenty_failures_from_many_addresses_lock_the_name() -> None:
    for host in range(4):
        tries(5, address=f"192.0.2.{host}")

    assert tries(1, address="198.51.100.7") == 0


def test_guesses_from_elsewhere_do_not_lock_a_known_place() -> None:
    tries(1, address="198.51.100.7", found=True, at=NOW - timedelta(days=3))
    for host in range(4):
        tries(5, address=f"192.0.2.{host}")

    assert tries(1, address="198.51.100.7") == 1


def test_fifty_failures_lock_the_address() -> None:
    for number in range(10):
        tries(5, f"person{number}")

    assert tries(1, "wang") == 0
    assert tries(1, "wang", "198.51.100.7") == 1


def test_people_without_an_address_do_not_lock_each_other() -> None:
    for number in range(10):
        tries(5, f"person{number}", "")

    assert tries(1, "wang", "") == 1


def test_forgiven_name_may_try_at_once() -> None:
    tries(5)

    forgive(username="LI")

    assert tries(1) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_are_checked_five_times_at_most() -> None:
    start, checked = Barrier(12), []

    def check() -> bool:
        checked.append(1)
        return False

    def guess(_number: int) -> None:
        start.wait()
        with suppress(LockedOut):
            limited(check, username="li", address="192.0.2.1", now=NOW)
        connection.close()

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(guess, range(12)))

    assert len(checked) <= 5


def test_old_attempts_are_forgotten() -> None:
    tries(1, at=NOW - timedelta(days=31))
    tries(1)

    forget_old(now=NOW)

    assert [attempt.at for attempt in LoginAttempt.objects.all()] == [NOW]


def test_a_name_that_grows_in_lower_case_still_fits_its_column() -> None:
    assert tries(9, username="\u0130" * 150) == 5

    assert set(LoginAttempt.objects.values_list("username", flat=True)) == {"i\u0307" * 75}
