"""Creates and changes posts, when they are staffed, who leads them, and the patterns of their shifts."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import NamedTuple, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Team, User
from handover.errors import InvalidMove, NotAllowed
from handover.models import PendingItem, Post, ServiceHours, ShiftPattern
from handover.services import generation, setting_changes


class PostFacts(TypedDict):
    name: str
    early_minutes: int
    first_day: date | None
    last_day: date | None
    is_active: bool


class Hours(NamedTuple):
    """One stretch of service; closing at or before opening means on the next day."""

    weekday: int
    opens_at: time
    closes_at: time


class PatternFacts(TypedDict):
    name: str
    starts_at: time
    ends_at: time
    weekdays: str
    is_active: bool


@transaction.atomic
def create(
    *, team: Team, facts: PostFacts, hours: list[Hours], leaders: list[User], actor: User, now: datetime
) -> Post:
    """A post of the team; without hours it is staffed round the clock."""
    post = Post(team=team, **facts)
    setting_changes.insert(post)
    _set_hours(post, hours)
    _set_leaders(post, leaders)
    setting_changes.record(
        what="post", thing=post, team=team, post=post, actor=actor, now=now, changes={"created": True}
    )
    return post


@transaction.atomic
def edit(
    *, post: Post, facts: PostFacts, hours: list[Hours], leaders: list[User], actor: User, now: datetime
) -> None:
    """Coming shifts without people follow the change. Raises InvalidMove to retire one with open items."""
    if post.is_active and not facts["is_active"]:
        _refuse_open_items(post)
    changes = setting_changes.write(post, facts)
    changes |= _set_hours(post, hours) | _set_leaders(post, leaders)
    setting_changes.record(
        what="post", thing=post, team=post.team, post=post, actor=actor, now=now, changes=changes
    )
    if changes.keys() & {"is_active", "first_day", "last_day"}:
        _generate(post, actor=actor, now=now)


@transaction.atomic
def add_patterns(
    *, post: Post, patterns: list[PatternFacts], actor: User, now: datetime
) -> list[ShiftPattern]:
    """Rules for shifts, and the shifts of the next six weeks. Raises Conflict where one is there already."""
    new = [ShiftPattern(post=post, **facts) for facts in patterns]
    for pattern in new:
        setting_changes.insert(pattern)
        _record_pattern(pattern, changes={"created": True}, actor=actor, now=now)
    _generate(post, actor=actor, now=now)
    return new


@transaction.atomic
def edit_pattern(*, pattern: ShiftPattern, facts: PatternFacts, actor: User, now: datetime) -> None:
    """Shifts that have people or have begun stay as they are; the other coming ones follow the change."""
    changes = setting_changes.write(pattern, facts)
    _record_pattern(pattern, changes=changes, actor=actor, now=now)
    if changes:
        _generate(pattern.post, actor=actor, now=now)


def _generate(post: Post, *, actor: User, now: datetime) -> None:
    generation.generate(post=post, until=now + generation.AHEAD, now=now, actor=actor)


def _record_pattern(
    pattern: ShiftPattern, *, changes: Mapping[str, object], actor: User, now: datetime
) -> None:
    setting_changes.record(
        what="pattern",
        thing=pattern,
        team=pattern.post.team,
        post=pattern.post,
        actor=actor,
        now=now,
        changes=changes,
    )


def _set_hours(post: Post, hours: list[Hours]) -> dict[str, list[str]]:
    old = sorted(Hours(*row) for row in post.service_hours.values_list("weekday", "opens_at", "closes_at"))
    new = sorted(set(hours))
    if old == new:
        return {}
    post.service_hours.all().delete()
    ServiceHours.objects.bulk_create(ServiceHours(post=post, **row._asdict()) for row in new)
    return {"service_hours": [_hours_words(old), _hours_words(new)]}


def _hours_words(hours: list[Hours]) -> str:
    return ", ".join(f"{h.weekday + 1} {h.opens_at:%H:%M}-{h.closes_at:%H:%M}" for h in hours)


def _set_leaders(post: Post, leaders: list[User]) -> dict[str, list[str]]:
    """Leads who is a leader in the team; others would have the name of it and none of the rights."""
    role = Membership.Role.LEADER
    able = Membership.objects.filter(team=post.team, role=role, user__in=leaders)
    if able.count() != len(leaders):
        raise NotAllowed(_("Somebody you chose is not a leader in this team. Change the role first."))
    old = sorted(post.leaders.values_list("display_name", flat=True))
    new = sorted(leader.display_name for leader in leaders)
    post.leaders.set(leaders)
    return {} if old == new else {"leaders": [", ".join(old), ", ".join(new)]}


def _refuse_open_items(post: Post) -> None:
    count = PendingItem.objects.open().filter(post=post).count()
    if count:
        raise InvalidMove(
            ngettext(
                "There is %(count)d open item at this post. Close it or pass it on first.",
                "There are %(count)d open items at this post. Close them or pass them on first.",
                count,
            )
            % {"count": count}
        )
