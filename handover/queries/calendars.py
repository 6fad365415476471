"""The roster as an iCalendar text, for a calendar program that knows a secret address."""

import hashlib
from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from handover.models import Access, Assignment, CalendarFeed, Post, Shift

from . import duty
from .words import listed

BEHIND = timedelta(days=14)
AHEAD = timedelta(days=60)
MOST = 1000  # shifts in one calendar


class Name(NamedTuple):
    user_id: int
    name: str
    leads: bool


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> CalendarFeed | None:
    """The feed of an address, unless it is revoked or its owner may not sign in any more."""
    feeds = CalendarFeed.objects.filter(sha256=digest(token), revoked_at=None, owner__is_active=True)
    return feeds.select_related("owner", "post__team").first()


def listing(access: Access) -> list[CalendarFeed]:
    """What the person may revoke, the newest first."""
    rows = CalendarFeed.objects.visible_to(access).filter(revoked_at=None).select_related("owner", "post")
    return list(rows.order_by("-made_at", "-pk")[:100])


def posts(access: Access) -> list[Post]:
    """The posts in use for which the person may make an address."""
    rows = Post.objects.kept_by(access).filter(is_active=True, team__is_active=True)
    return list(rows.order_by("team__name", "name", "pk"))


def text(feed: CalendarFeed, now: datetime) -> bytes | None:
    """The shifts as the owner may see them now; None for a post that they may not see any more."""
    access = duty.access(feed.owner, now)
    visible = Shift.objects.visible_to(access).filter(starts_at__lt=now + AHEAD, ends_at__gt=now - BEHIND)
    if feed.post and not Post.objects.visible_to(access).filter(pk=feed.post.pk).exists():
        return None
    if feed.post:
        chosen = visible.filter(post=feed.post)
    else:
        own = Assignment.objects.effective().of_workers().filter(user=feed.owner)
        chosen = visible.filter(pk__in=own.values("shift"))
    with translation.override(feed.owner.own_language):
        return _calendar(feed, chosen, now)


def _calendar(feed: CalendarFeed, chosen: QuerySet[Shift], now: datetime) -> bytes:
    shifts = list(chosen.select_related("post").order_by("starts_at", "pk")[:MOST])
    people = _people(shifts)
    calendar = Calendar()
    title = feed.post.name if feed.post else feed.owner.display_name
    for name, value in (
        ("prodid", "-//Handover//Roster//EN"),
        ("version", "2.0"),
        ("method", "PUBLISH"),
        # The library takes a name that it does not know for a value that needs no escaping.
        ("x-wr-calname", vText(_("Shifts: %(name)s") % {"name": title})),
        ("x-published-ttl", "PT1H"),
    ):
        calendar.add(name, value)
    for shift in shifts:
        calendar.add_component(_event(feed, shift, people[shift.pk], now))
    return calendar.to_ical()


def _people(shifts: list[Shift]) -> dict[int, list[Name]]:
    rows = Assignment.objects.effective().of_workers().filter(shift__in=shifts)
    found: dict[int, list[Name]] = defaultdict(list)
    ordered = rows.order_by("-is_duty_supervisor", "user__display_name", "pk")
    names = ordered.values_list("shift", "user", "user__display_name", "is_duty_supervisor")
    for shift_id, user_id, name, leads in names:
        found[shift_id].append(Name(user_id, name, leads))
    return found


def _event(feed: CalendarFeed, shift: Shift, people: list[Name], now: datetime) -> Event:
    """Times are instants in UTC, so that no clock change can move them."""
    event = Event()
    whose = "post" if feed.post else f"person-{feed.owner_id}"
    host = urlsplit(settings.SITE_URL).hostname or "handover"
    event.add("uid", f"shift-{shift.pk}-{whose}@{host}")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("sequence", shift.sequence)
    event.add("dtstart", shift.starts_at)
    event.add("dtend", shift.ends_at)
    event.add("summary", _("%(shift)s at %(post)s") % {"shift": shift.name, "post": shift.post.name})
    event.add("location", shift.post.name)
    event.add("description", _description(feed, people))
    event.add("transp", "OPAQUE")
    if settings.SITE_URL:
        event.add("url", f"{settings.SITE_URL}{reverse('shift_detail', args=[shift.pk])}")
    return event


def _description(feed: CalendarFeed, people: list[Name]) -> str:
    names = [
        _("%(person)s (duty supervisor)") % {"person": one.name} if one.leads else one.name
        for one in people
        if feed.post or one.user_id != feed.owner_id
    ]
    if feed.post:
        return listed(names) if names else _("Nobody yet")
    lines = [_("With %(names)s") % {"names": listed(names)}] if names else []
    if any(one.leads and one.user_id == feed.owner_id for one in people):
        lines.insert(0, _("You are the duty supervisor."))
    return "\n".join(lines)
