"""The time for which a person is signed in: how it begins, how long it lasts, how it ends."""

from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest

from accounts.browser import client_address
from accounts.models import User
from accounts.signals import signed_in, signed_out

BEGAN = "began_at"
ACTIVE = "active_at"
ACTIVITY_STEP = 60  # seconds: a busy person costs one write a minute, not one a click


def begin(request: HttpRequest, user: User, *, now: datetime) -> None:
    auth.login(request, user)
    request.session[BEGAN] = request.session[ACTIVE] = int(now.timestamp())
    signed_in.send(sender=User, user=user, actor=user, address=client_address(request))


def end(request: HttpRequest) -> None:
    user = request.user
    auth.logout(request)
    if user.is_authenticated:
        signed_out.send(sender=User, user=user, actor=user, address=client_address(request))


def keep_within_limits(request: HttpRequest, *, now: datetime) -> None:
    """Ends a session that idled, lasted too long, or whose person may not be here any more."""
    session, second = request.session, int(now.timestamp())
    if auth.SESSION_KEY not in session:
        return
    began, active = session.get(BEGAN, second), session.get(ACTIVE, second)
    idle = second - active > settings.SESSION_IDLE_MINUTES * 60
    if idle or second - began > settings.SESSION_ABSOLUTE_HOURS * 3600 or not request.user.is_authenticated:
        session.flush()
    elif BEGAN not in session:
        session[BEGAN] = session[ACTIVE] = second
    elif second - active >= ACTIVITY_STEP and not is_live(request):
        session[ACTIVE] = second
        with suppress(UpdateError):  # a database that takes nothing now keeps nobody from reading
            session.save()
        session.modified = False


def is_live(request: HttpRequest) -> bool:
    """Whether an open page asked by itself whether anything changed: no sign that somebody is there."""
    return request.headers.get("X-Live") == "1"
