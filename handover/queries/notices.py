"""Notices: what one has still to read, their list, and who of the people concerned has read which.

A notice concerns who works in its team; one for a post concerns those on the roster of that post while it is
valid, and its leaders. Its author has read it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import pgettext

from accounts.models import Membership, Team, User
from handover import canonical
from handover.models import Access, Assignment, Handover, Notice, NoticeReceipt, Post

from .paging import Cursor
from .prepared import Rows, prepared

PAGE = 30
PEOPLE = 50
ON_BOARD = 3


@dataclass(frozen=True)
class Unread:
    """What a person has still to read, the first ones of it."""

    notices: list[Notice]
    has_more: bool


def unread(access: Access) -> Unread:
    """In force now and concerning the person, the oldest first; one query where there is nothing."""
    found = [
        pk
        for pk, team_id, post_id, on_roster in _not_read(user=access.user.pk, now=access.now)
        if team_id in access.working_team_ids
        and (post_id is None or on_roster or post_id in access.led_post_ids)
    ]
    if not found:
        return Unread([], has_more=False)
    notices = Notice.objects.filter(pk__in=found[:ON_BOARD]).select_related("team", "post", "author")
    return Unread(list(notices.order_by("valid_from", "pk")), has_more=len(found) > ON_BOARD)


@prepared(user=BigIntegerField(), now=DateTimeField())
def _not_read(*, user: int, now: datetime) -> Rows:
    """What others wrote in any team and the person has not read, and whether it is for their shifts."""
    on_roster = Assignment.objects.effective().filter(
        user=user,
        shift__post=OuterRef("post"),
        shift__ends_at__gt=OuterRef("valid_from"),
        shift__starts_at__lt=OuterRef("valid_until"),
    )
    own_receipt = NoticeReceipt.objects.filter(notice=OuterRef("pk"), user=user)
    found = Notice.objects.in_force(now).exclude(author=user).exclude(Exists(own_receipt))
    rows = found.annotate(on_roster=Exists(on_roster)).order_by("valid_from", "pk")
    return rows.values_list("pk", "team_id", "post_id", "on_roster")


def concerned(notice: Notice) -> QuerySet[User]:
    """Everybody who is to read it: the same people to whom `unread` shows it."""
    workers = Membership.objects.workers().filter(team=notice.team_id)
    people = User.objects.filter(is_active=True, pk__in=workers.values("user")).exclude(pk=notice.author_id)
    if notice.post_id is None:
        return people
    on_roster = Assignment.objects.effective().filter(
        user=OuterRef("pk"),
        shift__post=notice.post_id,
        shift__ends_at__gt=notice.valid_from,
        shift__starts_at__lt=notice.valid_until,
    )
    leads = Post.objects.filter(pk=notice.post_id, leaders=OuterRef("pk"))
    return people.filter(Exists(on_roster) | Exists(leads))


@dataclass(frozen=True, slots=True)
class Row:
    """One notice of the list; `read_at` is when the person who looks has read it."""

    notice: Notice
    url: str
    state: str
    state_label: str
    read_at: datetime | None


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    older: str


def listing(access: Access, *, is_past: bool = False, before: str = "") -> Page:
    """Notices in force or to come; or those that are over or withdrawn. The latest first."""
    over = Q(withdrawn_at__isnull=False) | Q(valid_until__lte=access.now)
    found = Notice.objects.visible_to(access).filter(over if is_past else ~over)
    if cursor := Cursor.read(before):
        found = found.filter(cursor.earlier("valid_from"))
    found = found.select_related("team", "post", "author").order_by("-valid_from", "-pk")
    rows = list(found[: PAGE + 1])
    shown = rows[:PAGE]
    older = str(Cursor(shown[-1].valid_from, shown[-1].pk)) if len(rows) > PAGE else ""
    return Page(_rows(shown, access), older)


def state(notice: Notice, now: datetime) -> str:
    """withdrawn, over, coming or in_force."""
    if notice.withdrawn_at:
        return "withdrawn"
    if notice.valid_until <= now:
        return "over"
    return "coming" if notice.valid_from > now else "in_force"


def state_words(key: str) -> str:
    return {
        "withdrawn": pgettext("notice", "Withdrawn"),
        "over": pgettext("notice", "Over"),
        "coming": pgettext("notice", "To come"),
        "in_force": pgettext("notice", "In force"),
    }[key]


def read_at(notice: Notice, user: User) -> datetime | None:
    """When this person has read it."""
    return notice.receipts.filter(user=user).values_list("read_at", flat=True).first()


@dataclass(frozen=True)
class Receipts:
    """Who has read a notice, or who has not: one page of people, with when they read it."""

    read_count: int
    waiting_count: int
    people: list[tuple[str, datetime | None]]
    after: str


def receipts(notice: Notice, *, has_read: bool, after: str = "") -> Receipts:
    """Those who have read it, the latest first, with people who have left since; or those who have not."""
    readers = notice.receipts.select_related("user")
    receipt = NoticeReceipt.objects.filter(notice=notice, user=OuterRef("pk"))
    waiting = concerned(notice).exclude(Exists(receipt))
    people, following = _readers(readers, after) if has_read else _waiting(waiting, after)
    return Receipts(readers.count(), waiting.count(), people, following)


@dataclass(frozen=True)
class Places:
    """For whom somebody may write: whole teams, and posts."""

    teams: list[Team]
    posts: list[Post]


def places(access: Access) -> Places:
    teams = Team.objects.filter(is_active=True).order_by("name", "pk")
    if not access.is_administrator:
        teams = teams.filter(pk__in=access.supervised_team_ids)
    posts = Post.objects.managed_by(access).filter(is_active=True, team__is_active=True)
    return Places(list(teams), list(posts.select_related("team").order_by("team__name", "name", "pk")))


def at_boundary(handover: Handover) -> list[Notice]:
    """Those that hold for the post of the handover at its shift boundary."""
    return _of_post(team=handover.team_id, post=handover.post_id, instant=handover.boundary_at)


@prepared(team=BigIntegerField(), post=BigIntegerField(), instant=DateTimeField())
def _of_post(*, team: int, post: int, instant: datetime) -> QuerySet[Notice]:
    held = Notice.objects.for_post(team=team, post=post).in_force(instant)
    return held.select_related("author").order_by("valid_from", "pk")


def frozen(notice: Notice) -> dict[str, Any]:
    """How it stands in a signed handover."""
    return {
        "notice": notice.pk,
        "title": notice.title,
        "text": notice.text,
        "author": notice.author.display_name,
        "until": canonical.instant(notice.valid_until),
    }


def _rows(notices: list[Notice], access: Access) -> list[Row]:
    receipts = NoticeReceipt.objects.filter(notice__in=[notice.pk for notice in notices], user=access.user)
    read = dict(receipts.values_list("notice", "read_at"))
    base = reverse("notice_detail", args=[0]).removesuffix("0/")
    states = [state(notice, access.now) for notice in notices]
    return [
        Row(notice, f"{base}{notice.pk}/", key, state_words(key), read.get(notice.pk))
        for notice, key in zip(notices, states, strict=True)
    ]


def _readers(found: QuerySet[NoticeReceipt], after: str) -> tuple[list[tuple[str, datetime | None]], str]:
    if cursor := Cursor.read(after):
        found = found.filter(cursor.earlier("read_at"))
    rows = list(found.order_by("-read_at", "-pk")[: PEOPLE + 1])
    following = str(Cursor(rows[PEOPLE - 1].read_at, rows[PEOPLE - 1].pk)) if len(rows) > PEOPLE else ""
    return [(row.user.display_name, row.read_at) for row in rows[:PEOPLE]], following


def _waiting(found: QuerySet[User], after: str) -> tuple[list[tuple[str, datetime | None]], str]:
    rows = list(found.filter(username__gt=after).order_by("username", "pk")[: PEOPLE + 1])
    following = rows[PEOPLE - 1].username if len(rows) > PEOPLE else ""
    return [(person.display_name, None) for person in rows[:PEOPLE]], following
