"""Warns those who may fill the roster of a post of a hole in it, a day ahead."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from handover.models import About, Message, Post
from handover.queries import duty, hole_words, holes
from handover.queries.holes import Hole
from handover.services import outbox

AHEAD = timedelta(days=1)


def warn(*, now: datetime) -> int:
    """Tell of every hole that begins within a day; answers how many messages that were.

    Who was told of a hole is told again only if it begins at another instant. Safe to run at any time, also
    by several at once.
    """
    posts = Post.objects.filter(is_active=True, team__is_active=True).select_related("team").order_by("pk")
    soon = {
        found.post: [hole for hole in found.nobody if now < hole.starts_at <= now + AHEAD]
        for found in holes.of_posts(posts, now)
    }
    due = {post: rows for post, rows in soon.items() if rows}
    chains = duty.chains(list(due), now) if due else {}
    sent = 0
    for post, rows in due.items():
        chain = chains[post.pk]
        sent += _warn(post, rows, chain.first(chain.leaders, chain.supervisors), now)
    return sent


@transaction.atomic
def _warn(post: Post, rows: list[Hole], people: Iterable[User], now: datetime) -> int:
    """Claim the post, unless somebody else warns of it at this moment, and tell who is not told yet."""
    claim = Post.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=post.pk)
    if not list(claim.values_list("pk")):
        return 0
    letters = [_letter(post, hole, person, now) for hole in rows for person in people]
    told = Message.objects.filter(
        recipient__in=[person.pk for person in people], key__in={letter.key for letter in letters}
    )
    known = set(told.exclude(key="").values_list("recipient", "key"))
    new = [letter for letter in letters if (letter.recipient.pk, letter.key) not in known]
    outbox.send(new, now=now)
    return len(new)


def _letter(post: Post, hole: Hole, person: User, now: datetime) -> outbox.Letter:
    zone = post.team.zone
    with translation.override(person.own_language), timezone.override(zone):
        text = _(
            "Nobody is on the roster of %(post)s: %(span)s. Please put somebody on it; if nobody has to be "
            "there, change the service hours of the post."
        ) % {"post": post.name, "span": hole_words.span(hole, zone, now)}
    begins = hole.starts_at.astimezone(UTC)
    return outbox.Letter(person, About.SHIFT, text, f"hole.{post.pk}.{begins:%Y%m%dT%H%M%SZ}")
