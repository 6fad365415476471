"""The live list: the open items of a post or a team, filtered, by earliest instant or newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import User
from handover.models import Access, Customer, Event, PendingItem, Post, Stage

from . import item_rows
from .paging import Cursor

PAGE = 50
TEAM = "team-"  # a place is the id of a post, or this and the id of a team
ME, QUEUE = "me", "queue"
NEWEST = "newest"


@dataclass(frozen=True)
class Place:
    """A post, or all posts of a team; `key` names it in the address."""

    key: str
    name: str
    team_id: int
    team_name: str
    post_id: int | None = None

    @property
    def choice(self) -> tuple[str, str]:
        """How it stands among the places to choose from."""
        return self.key, self.name if self.post_id else _("All posts of %(team)s") % {"team": self.name}


@dataclass(frozen=True)
class Filters:
    """What the person asked for; empty means all."""

    place: Place | None = None
    kind: str = ""
    stage: str = ""
    holder: str = ""
    overdue: bool = False
    need: bool = False
    order: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether there is less in the list than everything of the place."""
        return bool(self.kind or self.stage or self.holder or self.overdue or self.need)

    @property
    def newest(self) -> bool:
        return self.order == NEWEST


@dataclass(frozen=True)
class ItemList:
    """One page of the list; `after` is where the next one begins."""

    rows: list[Any]
    after: str


def places(access: Access) -> list[Place]:
    """Where the person may look, the post of their duty first, then team by team."""
    posts = Post.objects.visible_to(access).filter(is_active=True, team__is_active=True)
    if not access.is_administrator:
        posts = posts.filter(team__in=access.read_team_ids)
    rows = list(
        posts.order_by("team__name", "team", "name", "pk").values_list("pk", "name", "team", "team__name")
    )
    found: list[Place] = []
    for post_id, name, team_id, team_name in rows:
        if not found or found[-1].team_id != team_id:
            found.append(Place(f"{TEAM}{team_id}", team_name, team_id, team_name))
        found.append(Place(str(post_id), name, team_id, team_name, post_id))
    return sorted(found, key=lambda place: place.post_id not in access.duty_post_ids)


def people(place: Place) -> list[tuple[int, str]]:
    """Who may hold an item there: the people of the team."""
    members = User.objects.filter(memberships__team=place.team_id, is_active=True)
    return list(members.order_by("display_name", "pk").values_list("pk", "display_name"))


def listing(access: Access, filters: Filters, *, after: str = "") -> ItemList:
    """The open items that fit. Somebody off duty, who has no place, finds what they hold themselves."""
    found = PendingItem.objects.visible_to(access).open().filter(_conditions(access, filters))
    order = ("-created_at", "-pk") if filters.newest else ("next_due_at", "pk")
    if cursor := Cursor.read(after):
        found = found.filter(_after(cursor, newest=filters.newest))
    columns = item_rows.read(found.order_by(*order)[: PAGE + 1], access.now)
    rows = columns[:PAGE]
    key = "created_at" if filters.newest else "due_at"
    return ItemList(rows, str(Cursor(rows[-1][key], rows[-1]["id"])) if len(columns) > PAGE else "")


def _after(cursor: Cursor, *, newest: bool) -> Q:
    return cursor.earlier("created_at") if newest else cursor.later("next_due_at")


def _conditions(access: Access, filters: Filters) -> Q:
    found = _place(access, filters.place) & _holder(access, filters.holder)
    if filters.kind:
        found &= Q(kind=filters.kind)
    if filters.stage:
        found &= Q(stage=filters.stage)
    if filters.overdue:
        found &= Q(next_due_at__lte=access.now)
    if filters.need:
        found &= ~Q(customer__need=Customer.Need.NONE)
    return found


def _place(access: Access, place: Place | None) -> Q:
    if place is None:
        return Q(holder=access.user)
    return Q(post=place.post_id) if place.post_id else Q(team=place.team_id)


def _holder(access: Access, holder: str) -> Q:
    if holder == QUEUE:
        return Q(holder=None)
    if holder == ME:
        return Q(holder=access.user)
    return Q(holder=holder) if holder else Q()


def version(access: Access, place: Place | None) -> str:
    """Changes whenever an item of the place's team does; read from the end of one index."""
    items = (
        PendingItem.objects.filter(team=place.team_id)
        if place
        else PendingItem.objects.filter(holder=access.user)
    )
    newest = items.order_by("-changed_at", "-pk").values_list("changed_at", "pk").first()
    return str(Cursor(*newest)) if newest else "0"


@dataclass(frozen=True)
class SentRow:
    """What the sending team keeps of an item that went to another team: number, stage and result."""

    number: int
    stage: str
    stage_label: str
    result: str
    team: str
    at: datetime


def sent(access: Access, place: Place, *, after: str = "") -> ItemList:
    """Items that this team passed on to another one, the last first."""
    found = Event.objects.visible_to(access).filter(
        team=place.team_id, verb=Event.Verb.TRANSFERRED_OUT, item__isnull=False
    )
    if place.post_id:
        found = found.filter(post=place.post_id)
    sent_again = Event.objects.filter(
        item=OuterRef("item"), team=OuterRef("team"), verb=Event.Verb.TRANSFERRED_OUT, pk__gt=OuterRef("pk")
    )
    found = found.exclude(item__team=place.team_id).exclude(Exists(sent_again))
    if cursor := Cursor.read(after):
        found = found.filter(cursor.earlier("at"))
    values = list(
        found.order_by("-at", "-pk").values_list(
            "pk", "item_id", "item__stage", "item__result", "item__team__name", "at"
        )[: PAGE + 1]
    )
    rows = [
        SentRow(number, stage, str(Stage(stage).label), result, team, at)
        for _pk, number, stage, result, team, at in values[:PAGE]
    ]
    more = len(values) > PAGE
    return ItemList(rows, str(Cursor(values[PAGE - 1][5], values[PAGE - 1][0])) if more else "")
