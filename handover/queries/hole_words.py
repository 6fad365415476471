"""Holes of the coming roster in words, each with the address at which it can be filled."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from handover.models import Post

from .holes import HORIZON, Hole, PostHoles, of_posts
from .roster import day_words

SHOWN = 4  # of each kind at one post; the rest is a number


@dataclass(frozen=True, slots=True)
class Gap:
    """One hole: `kind` is nobody or no_supervisor, as on the cards of the roster."""

    kind: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class PostGaps:
    """The first holes of a post and how many `more` there are; none at all where nobody plans it."""

    post_id: int
    name: str
    is_planned: bool
    gaps: tuple[Gap, ...]
    more: int
    url: str


def listing(posts: Collection[Post], now: datetime) -> list[PostGaps]:
    """The posts that lack somebody within a week, for who may fill their rosters; posts come with their
    team.
    """
    return [_post_gaps(found, now, now + HORIZON) for found in of_posts(posts, now)]


def between(post: Post, start: datetime, end: datetime, now: datetime) -> PostGaps | None:
    """What a post lacks between two instants, as far as it is still to come."""
    if end <= now:
        return None
    for found in of_posts([post], now, until=end):
        nobody, unled = (
            [hole for hole in rows if hole.ends_at > start] for rows in (found.nobody, found.unled)
        )
        if nobody or unled or not found.is_planned:
            return _post_gaps(replace(found, nobody=tuple(nobody), unled=tuple(unled)), now, end)
    return None


def span(hole: Hole, zone: ZoneInfo, now: datetime, until: datetime | None = None) -> str:
    """Such as "Mon 23 Nov, 22:00 to Tue 24 Nov, 06:00"; the day is said once where it is the same."""
    start, end = hole.starts_at.astimezone(zone), hole.ends_at.astimezone(zone)
    begins = _("now") if hole.starts_at <= now else _moment(start)
    if _has_no_end(hole, until or now + HORIZON):
        return _("from %(start)s on") % {"start": begins}
    ends = f"{end:%H:%M}" if start.date() == end.date() else _moment(end)
    return _("%(start)s to %(end)s") % {"start": begins, "end": ends}


def _post_gaps(found: PostHoles, now: datetime, until: datetime) -> PostGaps:
    kinds = {"nobody": found.nobody, "no_supervisor": found.unled}
    zone = found.post.team.zone
    return PostGaps(
        post_id=found.post.pk,
        name=found.post.name,
        is_planned=found.is_planned,
        gaps=tuple(
            Gap(kind, span(hole, zone, now, until), _address(hole, found.post, until))
            for kind, rows in kinds.items()
            for hole in rows[:SHOWN]
        ),
        more=sum(max(len(rows) - SHOWN, 0) for rows in kinds.values()),
        url=reverse("shift_create", args=[found.post.pk]),
    )


def _has_no_end(hole: Hole, until: datetime) -> bool:
    """Whether it goes on as far as anybody has looked."""
    return hole.ends_at >= until


def _address(hole: Hole, post: Post, until: datetime) -> str:
    """The shift that lacks somebody; where there is none, a new one with the day and times filled in."""
    if hole.shift_id:
        return reverse("shift_detail", args=[hole.shift_id])
    start, end = (at.astimezone(post.team.zone) for at in hole[:2])
    fields = {"day": f"{start:%Y-%m-%d}", "starts": f"{start:%H:%M}"}
    if end - start <= timedelta(days=1) and not _has_no_end(hole, until):
        fields["ends"] = f"{end:%H:%M}"
    return f"{reverse('shift_create', args=[post.pk])}?{urlencode(fields)}"


def _moment(local: datetime) -> str:
    return _("%(day)s, %(clock)s") % {"day": day_words(local.date()), "clock": f"{local:%H:%M}"}
