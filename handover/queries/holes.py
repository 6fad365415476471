"""Holes in the coming roster: when a post is to be staffed and nobody is on, or nobody is in charge."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import prefetch_related_objects

from handover.models import Assignment, Post, Shift, ShiftPattern

from . import duty
from .hours import service
from .spans import Span, without

HORIZON = timedelta(days=7)


class Hole(NamedTuple):
    """`shift_id` is the first shift in it that somebody could be put on; none where there is no shift."""

    starts_at: datetime
    ends_at: datetime
    shift_id: int | None


@dataclass(frozen=True, slots=True)
class PostHoles:
    """What a post lacks from now to the horizon: stretches of its service hours, merged, in order.

    `nobody` is on the roster. `unled`: nobody below the administrators is in charge. A post that has neither
    a pattern nor a shift is not planned at all: that is one thing to say, and no holes.
    """

    post: Post
    is_planned: bool = True
    nobody: tuple[Hole, ...] = ()
    unled: tuple[Hole, ...] = ()


class _Place(NamedTuple):
    """Somebody on a shift, substitutes in the place of those they stand in for."""

    post_id: int
    starts_at: datetime
    ends_at: datetime
    leads: bool
    came_at: datetime | None
    left_at: datetime | None

    @property
    def leading(self) -> Span:
        """The shift, as far as the person stays: as duty supervisor one counts from its start."""
        return Span(self.starts_at, min(self.ends_at, self.left_at or self.ends_at))

    @property
    def working(self) -> Span:
        """The same, and from an early check-in."""
        return self.leading._replace(starts_at=min(self.starts_at, self.came_at or self.starts_at))


def of_posts(posts: Collection[Post], now: datetime, *, until: datetime | None = None) -> list[PostHoles]:
    """What the posts lack, of those that lack anything, in their order. Posts come with their team.

    Looks until the instant, else as far as the horizon. As many queries for many posts as for one.
    """
    until = until or now + HORIZON
    staffed = _service(posts, now, until)
    shifts = _shifts(staffed, now, until)
    planned = set(_with_pattern(staffed)) | shifts.keys()
    places = _places(staffed, now, until)
    chains = duty.chains(list(staffed), now)
    found = []
    for post, spans in staffed.items():
        if post.pk not in planned:
            found.append(PostHoles(post, is_planned=False))
            continue
        here, rows = shifts[post.pk], places[post.pk]
        nobody = without(spans, (place.working for place in rows))
        chain = chains[post.pk]
        led = spans if chain.leaders or chain.supervisors else [row.leading for row in rows if row.leads]
        unled = without(spans, led)
        if nobody or unled:
            found.append(PostHoles(post, nobody=_holes(nobody, here), unled=_holes(unled, here)))
    return found


def _service(posts: Collection[Post], now: datetime, until: datetime) -> dict[Post, list[Span]]:
    """When the posts in use are to be staffed, of those that are at all until then."""
    in_use = [post for post in posts if post.is_active]
    prefetch_related_objects(in_use, "service_hours")
    spans = {post: service(post, now, until) for post in in_use}
    return {post: found for post, found in spans.items() if found}


def _shifts(posts: Iterable[Post], now: datetime, until: datetime) -> dict[int, list[Shift]]:
    rows = Shift.objects.filter(post__in=posts, ends_at__gt=now, starts_at__lt=until)
    found: dict[int, list[Shift]] = defaultdict(list)
    for shift in rows.order_by("starts_at", "pk"):
        found[shift.post_id].append(shift)
    return found


def _with_pattern(posts: Iterable[Post]) -> Iterable[int]:
    rows = ShiftPattern.objects.filter(post__in=posts, is_active=True)
    return rows.values_list("post_id", flat=True).distinct()


def _places(posts: Iterable[Post], now: datetime, until: datetime) -> dict[int, list[_Place]]:
    shifts = Shift.objects.filter(post__in=posts, ends_at__gt=now, starts_at__lt=until)
    rows = Assignment.objects.effective().of_workers().filter(shift__in=shifts)
    found: dict[int, list[_Place]] = defaultdict(list)
    for row in rows.values_list(
        "shift__post_id",
        "shift__starts_at",
        "shift__ends_at",
        "is_duty_supervisor",
        "checked_in_at",
        "checked_out_at",
    ):
        found[row[0]].append(_Place(*row))
    return found


def _holes(spans: list[Span], shifts: list[Shift]) -> tuple[Hole, ...]:
    return tuple(Hole(span.starts_at, span.ends_at, _first_shift(span, shifts)) for span in spans)


def _first_shift(span: Span, shifts: list[Shift]) -> int | None:
    inside = (s.pk for s in shifts if s.starts_at < span.ends_at and s.ends_at > span.starts_at)
    return next(inside, None)
