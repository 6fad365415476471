"""The responsibility timeline of items in words: who from when to when, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from handover import permissions
from handover.models import Access, Event, PendingItem, Post

from . import responsibility, responsibility_facts
from .responsibility import Interval, Kind
from .words import Reader, iso, listed, moment_words

SHOWN = 500  # of one item, the latest


@dataclass(frozen=True)
class Row:
    starts_at: str
    starts_iso: str
    ends_at: str
    ends_iso: str
    span: str
    kind: str
    who: str
    why: str


@dataclass(frozen=True)
class Timeline:
    item: PendingItem
    rows: list[Row]
    is_cut: bool
    answer: str  # who was responsible at the instant that was asked for
    runs: bool  # its end is now


def read(items: Collection[PendingItem], access: Access, asked: datetime | None) -> list[Timeline]:
    """The timelines of the items in their order; as many queries for many as for one."""
    histories = responsibility_facts.read(items, access.now)
    found = {pk: responsibility.intervals(history) for pk, history in histories.items()}
    places = {interval.post_id for intervals in found.values() for interval in intervals}
    posts = list(Post.objects.filter(pk__in=places).select_related("team").order_by("pk"))
    names = {post.pk: post.name for post in posts}
    others = {post.pk: post.team.name for post in posts if not permissions.can_see_roster(access, post)}
    found = {pk: responsibility.veiled(intervals, others) for pk, intervals in found.items()}
    reader = Reader(access.now)
    return [
        Timeline(
            item=item,
            rows=[_row(interval, names, reader) for interval in found[item.pk][-SHOWN:]],
            is_cut=len(found[item.pk]) > SHOWN,
            answer=_answer(found[item.pk], asked, names) if asked else "",
            runs=item.is_open,
        )
        for item in items
    ]


def _row(interval: Interval, names: dict[int, str], reader: Reader) -> Row:
    seconds = int((interval.ends_at - interval.starts_at).total_seconds())
    return Row(
        starts_at=moment_words(interval.starts_at),
        starts_iso=iso(interval.starts_at),
        ends_at=moment_words(interval.ends_at),
        ends_iso=iso(interval.ends_at),
        span=reader.span(seconds),
        kind=interval.kind,
        who=_who(interval, names),
        why=_why(interval),
    )


def _answer(found: list[Interval], asked: datetime, names: dict[int, str]) -> str:
    interval = responsibility.at(found, asked)
    if interval is None:
        return _("At that time the item was not open.")
    return _("%(who)s. %(why)s") % {"who": _who(interval, names), "why": _why(interval)}


def _who(interval: Interval, names: dict[int, str]) -> str:
    post, people = names.get(interval.post_id, ""), listed(interval.people)
    facts = {"post": post, "people": people, "there": listed(interval.on_duty)}
    if interval.kind == Kind.PERSON:
        return people
    if interval.kind == Kind.QUEUE:
        sentence = _("Queue of %(post)s: %(people)s") if people else _("Queue of %(post)s: nobody on duty")
    elif interval.kind == Kind.HANDED:
        sentence = _("%(people)s together with %(post)s: %(there)s")
        if not interval.on_duty:
            sentence = _("%(people)s together with %(post)s")
    elif interval.kind == Kind.SUPERVISOR:
        sentence = _("Duty supervisor: %(people)s") if people else _("Whoever leads %(post)s")
    elif interval.kind == Kind.OTHER_TEAM:
        sentence = _("%(post)s, a post of %(people)s")
    elif interval.kind == Kind.CLOSED:
        sentence = _("Nobody: it was closed")
    else:
        sentence = _("The system that it was imported from")
    return sentence % facts


def _why(interval: Interval) -> str:
    turn = interval.turn
    if interval.kind == Kind.SUPERVISOR:
        return _("%(person)s handed it over and is not on duty any more; nobody has taken it yet.") % {
            "person": turn.by
        }
    facts = {"person": turn.by or _("The system"), "what": str(Event.Verb(turn.verb).label)}
    return _("%(person)s %(what)s.") % facts
