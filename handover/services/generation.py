"""Makes shifts from the patterns of the posts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import User
from accounts.zones import local_instant
from handover.models import Event, PatternSkip, Post, Shift, ShiftPattern
from handover.services import events

AHEAD = timedelta(days=42)  # a roster is planned a month ahead


@dataclass(frozen=True)
class Wanted:
    """A shift that a pattern asks for on a day."""

    pattern: ShiftPattern
    day: date
    starts_at: datetime
    ends_at: datetime

    def is_made_by(self, shift: Shift) -> bool:
        made = (shift.pattern_id, shift.name, shift.starts_at, shift.ends_at)
        return made == (self.pattern.pk, self.pattern.name, self.starts_at, self.ends_at)


@transaction.atomic
def generate(*, until: datetime, now: datetime, post: Post | None = None, actor: User | None = None) -> int:
    """Creates the shifts, of one post or all, that end after `now` and start before `until`; says how many.

    Coming shifts without people that no pattern asks for any more are removed. A shift that has begun, has
    people, stands in a handover or was made by hand is left alone, and its pattern makes no second one that
    day. Writes one event a post where anything changed. Safe to run twice, also at once.
    """
    posts = Post.objects.select_related("team").order_by("pk")
    chosen = posts.filter(pk=post.pk) if post else posts
    return sum(_generate_at(desk, until=until, now=now, actor=actor) for desk in chosen)


def _generate_at(post: Post, *, until: datetime, now: datetime, actor: User | None) -> int:
    wanted = {want.starts_at: want for want in _wanted(post, until=until, now=now)}
    removed = _remove_stale(post, wanted, until=until, now=now)
    kept = Shift.objects.filter(post=post, starts_at__gt=now - timedelta(days=3), starts_at__lt=until)
    taken = set(kept.values_list("starts_at", flat=True))
    days = {
        (pattern, starts_at.astimezone(post.team.zone).date())
        for pattern, starts_at in kept.values_list("pattern_id", "starts_at")
    }
    new = [
        Shift(post=post, pattern=w.pattern, name=w.pattern.name, starts_at=w.starts_at, ends_at=w.ends_at)
        for w in wanted.values()
        if w.starts_at not in taken and (w.pattern.pk, w.day) not in days
    ]
    # Whoever else generates at this moment makes the same shifts; the start is unique at the post.
    Shift.objects.bulk_create(new, ignore_conflicts=True)
    if new or removed:
        events.record(
            verb=Event.Verb.ROSTER_CHANGED,
            actor=actor,
            now=now,
            team=post.team,
            post=post,
            data={"created": len(new), "removed": removed},
        )
    return len(new)


def _wanted(post: Post, *, until: datetime, now: datetime) -> Iterator[Wanted]:
    if not (post.is_active and post.team.is_active):
        return
    # Where two ask for the same start the older one comes last and stands.
    patterns = list(post.patterns.filter(is_active=True).order_by("-pk"))
    skips = set(PatternSkip.objects.filter(pattern__in=patterns).values_list("pattern_id", "day"))
    for day in _days(post, until=until, now=now):
        for pattern in patterns:
            want = _on_day(pattern, day, post)
            # A shift can be swallowed whole by a night when the clocks change.
            is_coming = now < want.ends_at > want.starts_at < until
            if is_coming and str(day.weekday()) in pattern.weekdays and (pattern.pk, day) not in skips:
                yield want


def _days(post: Post, *, until: datetime, now: datetime) -> Iterator[date]:
    """Days of the team on which the post exists, from yesterday, whose night shift may still run."""
    zone = post.team.zone
    day = max(now.astimezone(zone).date() - timedelta(days=1), post.first_day or date.min)
    last = min(until.astimezone(zone).date(), post.last_day or date.max)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _on_day(pattern: ShiftPattern, day: date, post: Post) -> Wanted:
    zone = post.team.zone
    ends_on = day + timedelta(days=pattern.ends_at <= pattern.starts_at)
    return Wanted(
        pattern=pattern,
        day=day,
        starts_at=local_instant(day, pattern.starts_at, zone),
        ends_at=local_instant(ends_on, pattern.ends_at, zone),
    )


def _remove_stale(post: Post, wanted: dict[datetime, Wanted], *, until: datetime, now: datetime) -> int:
    coming = Shift.objects.filter(
        post=post, pattern__isnull=False, starts_at__gt=now, starts_at__lt=until, assignments__isnull=True
    ).filter(outgoing_handover__isnull=True, incoming_handovers__isnull=True)
    stale = [
        shift.pk
        for shift in coming
        if not (shift.starts_at in wanted and wanted[shift.starts_at].is_made_by(shift))
    ]
    # Who is being put on one of them at this moment holds its row or waits for it: look again under the lock.
    locked = list(Shift.objects.select_for_update().filter(pk__in=stale).values_list("pk", flat=True))
    empty = list(coming.filter(pk__in=locked).values_list("pk", flat=True))
    Shift.objects.filter(pk__in=empty).delete()
    return len(empty)
