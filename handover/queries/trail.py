"""The audit trail: entries and readings of one place, newest first, each filter answered by an index.

What one page costs does not depend on the size of the tables. Where filters are combined, the most selective
one has its index, and the others are looked for in so many of its newest rows; the page says how far.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover.models import Access, Event, Post, Reading

from .paging import Cursor

PAGE = 50
WINDOW = 2000  # rows of the index in which further filters are looked for
CHANGES, READINGS = "changes", "readings"
RELATED = ("actor", "person", "customer", "post", "team", "handover__outgoing_shift")


@dataclass(frozen=True)
class Place:
    """What somebody may audit as one: a team, a post that they lead, or what happened outside of any team."""

    key: str
    name: str
    team_id: int | None
    post_id: int | None = None


@dataclass(frozen=True)
class Filters:
    place: Place
    kind: str = CHANGES
    actor_id: int | None = None
    subject: tuple[str, int] | None = None  # the name of a foreign key, and its value
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class TrailPage:
    rows: list[Any]  # Event or Reading
    after: str = ""  # where the next page begins, "" at the end
    searched_to: datetime | None = None  # how far back, where the page is short of what was looked for


@dataclass(frozen=True)
class _Plan:
    """What an index answers, and what is looked for in its newest rows."""

    indexed: dict[str, Any]
    rest: dict[str, Any] = field(default_factory=dict)


def places(access: Access) -> list[Place]:
    """Of whole teams for auditors, supervisors and administrators; of the own posts for leaders."""
    teams = Team.objects.order_by("name", "pk")
    if not access.is_administrator:
        teams = teams.filter(pk__in=access.overseen_team_ids)
    found = [Place(f"team-{team.pk}", team.name, team.pk) for team in teams]
    whole = {place.team_id for place in found}
    posts = Post.objects.filter(pk__in=access.kept_post_ids).exclude(team__in=whole).select_related("team")
    found += [
        Place(f"post-{post.pk}", f"{post.name} · {post.team.name}", post.team_id, post.pk)
        for post in posts.order_by("team__name", "name", "pk")
    ]
    return [*found, Place("none", _("Outside of any team"), None)] if access.is_administrator else found


def page(filters: Filters, before: str = "", size: int = PAGE) -> TrailPage:
    """One page from `before` on, newest first."""
    plan = _plan(filters)
    found = _indexed(filters, plan, Cursor.read(before))
    edge = None
    if plan.rest:
        # Read by the index first and looked through here: a database that is asked both at once may well
        # take another index, and read all entries of one kind for those of one person.
        window = list(found.values_list("at", "pk", *plan.rest)[:WINDOW])
        wanted = tuple(plan.rest.values())
        fitting = [pk for _at, pk, *values in window if tuple(values) == wanted]
        found = _model(filters).objects.filter(pk__in=fitting[: size + 1]).order_by("-at", "-pk")
        edge = Cursor(*window[-1][:2]) if len(window) == WINDOW else None
    rows = list(_with_names(filters, found)[: size + 1])
    if len(rows) > size:
        last = rows[size - 1]
        return TrailPage(rows[:size], str(Cursor(last.at, last.pk)))
    return TrailPage(rows, str(edge), edge.at) if edge else TrailPage(rows)


def person_named(place: Place, text: str) -> list[User]:
    """Who stands in the trail of the place under this user name or name; nobody else is given away."""
    named = User.objects.filter(Q(username__iexact=text) | Q(display_name=text)).order_by("pk")[:20]
    scope = {"team": place.team_id}
    return [
        person
        for person in named
        if Event.objects.filter(actor=person, **scope).exists()
        or (place.team_id and Reading.objects.filter(actor=person, **scope).exists())
    ]


def _plan(filters: Filters) -> _Plan:
    place = filters.place
    rest: dict[str, Any] = {"post": place.post_id} if place.post_id else {}
    if filters.kind == CHANGES and filters.verb:
        rest["verb"] = filters.verb
    if filters.actor_id:
        rest["actor"] = filters.actor_id
    scope: dict[str, Any] = {"team": place.team_id}
    if filters.subject:
        name, pk = filters.subject
        return _Plan({name: pk}, rest | scope)
    leading = next((name for name in ("actor", "verb") if name in rest), None)
    if leading:
        scope[leading] = rest.pop(leading)
    return _Plan(scope, rest)


def _indexed(filters: Filters, plan: _Plan, cursor: Cursor | None) -> "QuerySet[Any]":
    found = _model(filters).objects.filter(**plan.indexed)
    if filters.since:
        found = found.filter(at__gte=filters.since)
    if filters.until:
        found = found.filter(at__lt=filters.until)
    if cursor:
        # The first condition is where the index begins to be read.
        found = found.filter(cursor.earlier("at"), at__lte=cursor.at)
    return found.order_by("-at", "-pk")


def _with_names(filters: Filters, found: "QuerySet[Any]") -> "QuerySet[Any]":
    names = RELATED if filters.kind == CHANGES else tuple(name for name in RELATED if name != "person")
    return found.select_related(*names)


def _model(filters: Filters) -> type[Event] | type[Reading]:
    return Event if filters.kind == CHANGES else Reading
