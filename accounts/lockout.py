"""Slows down whoever guesses passwords, before a guess costs a hash."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Q
from django.utils.translation import ngettext

from accounts.errors import UserFacingError
from accounts.models import LoginAttempt

WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=30)
PER_NAME_AND_ADDRESS = 5
PER_NAME = 20
PER_ADDRESS = 50
# Some capitals are two letters in lower case: what fits as typed need not fit then.
LONGEST_NAME = 150

Found = TypeVar("Found")


class LockedOut(UserFacingError):
    """Too many wrong passwords; nothing was checked."""


def limited(check: Callable[[], Found], *, username: str, address: str, now: datetime) -> Found:
    """What `check` finds; anything true is a success. After too many failures raises LockedOut unchecked.

    The try is written down as a failure first, so that many tries at once see each other. To be called
    outside a transaction: a failure that is rolled back is forgotten.
    """
    name = username.lower()[:LONGEST_NAME]
    attempt = LoginAttempt.objects.create(username=name, address=address, at=now, succeeded=False)
    free_at = _free_at(attempt)
    if free_at is not None:
        attempt.delete()
        raise LockedOut(_try_again(free_at - now))
    found = check()
    if found:
        LoginAttempt.objects.filter(pk=attempt.pk).update(succeeded=True)
        LoginAttempt.objects.filter(username=attempt.username, address=address, succeeded=False).delete()
    return found


def forgive(*, username: str) -> None:
    """Lets a person who was given a new password try it at once."""
    LoginAttempt.objects.filter(username=username.lower(), succeeded=False).delete()


def forget_old(*, now: datetime) -> None:
    LoginAttempt.objects.filter(at__lt=now - KNOWN_FOR).delete()


def _free_at(attempt: LoginAttempt) -> datetime | None:
    """When the next try is allowed; None: now."""
    by_name, by_address = Q(username=attempt.username), Q(address=attempt.address)
    limits = [(by_name & by_address, PER_NAME_AND_ADDRESS)]
    if not _is_known(attempt):
        limits.append((by_name, PER_NAME))
    if attempt.address:  # behind a socket that tells no address everybody would share one
        limits.append((by_address, PER_ADDRESS))
    waits = [_end_of_wait(attempt, scope, limit) for scope, limit in limits]
    return max((wait for wait in waits if wait), default=None)


def _is_known(attempt: LoginAttempt) -> bool:
    """Guesses from elsewhere must not lock people out of the places they work at."""
    successes = LoginAttempt.objects.filter(
        username=attempt.username, address=attempt.address, succeeded=True, at__gt=attempt.at - KNOWN_FOR
    )
    return successes.exists()


def _end_of_wait(attempt: LoginAttempt, scope: Q, limit: int) -> datetime | None:
    """The failure that uses up the limit must be a window old."""
    failures = LoginAttempt.objects.filter(scope, succeeded=False, at__gt=attempt.at - WINDOW)
    latest = failures.exclude(pk=attempt.pk).order_by("-at", "-pk").values_list("at", flat=True)
    last_straw = latest[limit - 1 : limit].first()
    return last_straw and last_straw + WINDOW


def _try_again(wait: timedelta) -> str:
    minutes = -(-wait // timedelta(minutes=1))
    return ngettext(
        "Too many wrong passwords. Try again in %(minutes)d minute.",
        "Too many wrong passwords. Try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
