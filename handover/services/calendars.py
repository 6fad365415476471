"""Makes and revokes the secret addresses of calendars, and notes when one is used."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from handover.errors import InvalidMove
from handover.models import CalendarFeed, Event, Post
from handover.queries.calendars import digest

from . import events

SECRET_BYTES = 24
MOST = 10  # of one person at a time
PAUSE = timedelta(seconds=5)  # between two answers under one address


@transaction.atomic
def make(*, post: Post | None, actor: User, now: datetime) -> str:
    """A new address for the own shifts or for those of a post; answers its secret, this once.

    Only its hash is stored. Raises InvalidMove for who has too many already.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # so that two at once are counted
    if CalendarFeed.objects.filter(owner=actor, revoked_at=None).count() >= MOST:
        raise InvalidMove(_("You have %(count)d addresses already. Revoke one first.") % {"count": MOST})
    token = secrets.token_urlsafe(SECRET_BYTES)
    feed = CalendarFeed.objects.create(owner=actor, post=post, sha256=digest(token), made_at=now)
    _record(Event.Verb.CALENDAR_MADE, feed, actor=actor, now=now)
    return token


@transaction.atomic
def revoke(*, feed: CalendarFeed, actor: User, now: datetime) -> None:
    """The address answers no more. Safe to repeat: the first time counts."""
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=now):
        _record(Event.Verb.CALENDAR_REVOKED, feed, actor=actor, now=now)


def use(*, feed: CalendarFeed, now: datetime) -> bool:
    """Notes that the address is used; False where it was a moment ago, and should not be answered again.

    A mark for the owner and no entry of the trail: programs ask every hour. A clock that went back counts as
    a new time.
    """
    rested = Q(used_at=None) | Q(used_at__lte=now - PAUSE) | Q(used_at__gt=now)
    return bool(CalendarFeed.objects.filter(rested, pk=feed.pk, revoked_at=None).update(used_at=now))


def _record(verb: str, feed: CalendarFeed, *, actor: User, now: datetime) -> None:
    team = feed.post.team if feed.post else None
    data = {"calendar": feed.pk}
    events.record(verb=verb, actor=actor, now=now, team=team, post=feed.post, person=feed.owner, data=data)
