"""What the pages of settings show: teams with their posts, patterns and issue types, and people."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership, Team, User
from handover import permissions
from handover.models import Access, Post, ServiceHours, ShiftPattern

from .words import listed

PAGE = 100


@dataclass(frozen=True, slots=True)
class PatternRow:
    pk: int
    name: str
    span: str
    days: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class PostRow:
    post: Post
    leaders: str
    hours: tuple[str, ...]
    patterns: tuple[PatternRow, ...]


@dataclass(frozen=True, slots=True)
class PersonRow:
    person: User
    roles: tuple[tuple[str, str], ...]  # team and role in words
    leads: str


def managed_teams(access: Access) -> list[Team]:
    """Teams in which the person keeps anything: all of it, or the posts they lead."""
    every = Team.objects.order_by("-is_active", "name", "pk")
    if access.is_administrator:
        return list(every)
    mine = Q(pk__in=access.supervised_team_ids) | Q(posts__in=access.kept_post_ids)
    return list(every.filter(mine).distinct())


def supervised_teams(access: Access) -> list[Team]:
    """Teams whose people the person keeps."""
    every = Team.objects.filter(is_active=True).order_by("name", "pk")
    return list(every if access.is_administrator else every.filter(pk__in=access.supervised_team_ids))


def posts(access: Access, team: Team) -> list[PostRow]:
    """The posts of the team that the person keeps, retired ones last. Four queries, however many posts."""
    rows = Post.objects.kept_by(access).filter(team=team)
    rows = rows.prefetch_related(
        Prefetch("leaders", User.objects.order_by("display_name", "pk")),
        Prefetch("service_hours", ServiceHours.objects.order_by("opens_at", "closes_at", "weekday")),
        Prefetch("patterns", ShiftPattern.objects.order_by("-is_active", "starts_at", "pk")),
    )
    return [_post_row(post) for post in rows.order_by("-is_active", "name", "pk")]


def people(access: Access, *, team: Team | None, text: str, after: str) -> tuple[list[PersonRow], str]:
    """People whom the person keeps, by user name; and where the next page begins, empty if there is none."""
    found = _kept_by(access, team)
    if text:
        found = found.filter(Q(display_name__icontains=text) | Q(username__icontains=text))
    if after:
        found = found.filter(username__gt=after)
    memberships = Membership.objects.select_related("team").order_by("team__name", "pk")
    found = found.prefetch_related(
        Prefetch("memberships", memberships), Prefetch("led_posts", Post.objects.order_by("name", "pk"))
    )
    rows = list(found.order_by("username", "pk")[: PAGE + 1])
    following = rows[PAGE - 1].username if len(rows) > PAGE else ""
    return [_person_row(person) for person in rows[:PAGE]], following


def may_edit(access: Access, person: User) -> bool:
    team_ids = frozenset(membership.team_id for membership in person.memberships.all())
    return permissions.can_manage_person(access, person, team_ids=team_ids)


def days_words(days: Iterable[int]) -> str:
    """Such as "Monday, Tuesday", or "every day"."""
    chosen = sorted(days)
    if len(chosen) == len(ServiceHours.Weekday):
        return _("every day")
    return listed(str(ServiceHours.Weekday(day).label) for day in chosen)


def _kept_by(access: Access, team: Team | None) -> QuerySet[User]:
    if team:
        return User.objects.filter(pk__in=Membership.objects.filter(team=team).values("user"))
    if access.is_administrator:
        return User.objects.all()
    teams = Membership.objects.filter(team__in=access.supervised_team_ids)
    return User.objects.filter(pk__in=teams.values("user"))


def _post_row(post: Post) -> PostRow:
    stretches: dict[str, list[int]] = {}
    for row in post.service_hours.all():
        stretches.setdefault(f"{row.opens_at:%H:%M}–{row.closes_at:%H:%M}", []).append(row.weekday)
    return PostRow(
        post=post,
        leaders=listed(leader.display_name for leader in post.leaders.all()),
        hours=tuple(f"{days_words(days)} {span}" for span, days in stretches.items()),
        patterns=tuple(_pattern_row(pattern) for pattern in post.patterns.all()),
    )


def _pattern_row(pattern: ShiftPattern) -> PatternRow:
    return PatternRow(
        pk=pattern.pk,
        name=pattern.name,
        span=f"{pattern.starts_at:%H:%M}–{pattern.ends_at:%H:%M}",
        days=days_words(int(day) for day in pattern.weekdays),
        is_active=pattern.is_active,
    )


def _person_row(person: User) -> PersonRow:
    return PersonRow(
        person=person,
        roles=tuple((m.team.name, m.get_role_display()) for m in person.memberships.all()),
        leads=listed(post.name for post in person.led_posts.all()),
    )
