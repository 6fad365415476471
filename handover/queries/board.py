"""The first page of a person: what is theirs now, by the earliest running instant, and what is new in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Max
from django.utils import timezone
from django.utils.functional import Promise as StrPromise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handover.models import Access, Assignment, Border, Event, LastLook, PendingItem

from . import entries, item_rows
from .prepared import Rows, prepared
from .words import Reader, instant_words, relative_words

ROWS = 50
SOON = timedelta(minutes=30)
# The length of a shift, for somebody who never said "I have seen these"; the page names it too.
FIRST_LOOK = timedelta(hours=8)
# Looking at an item for the handover changes nothing; the former team's entry of a transfer is a second one.
NO_NEWS = (Event.Verb.LINE_CHECKED, Event.Verb.TRANSFERRED_OUT)
GROUPS = {
    "burning": ("warning", gettext_lazy("Burning now")),
    "soon": ("alarm", gettext_lazy("In the next 30 minutes")),
    "today": ("clock", gettext_lazy("Later today")),
    "later": ("waiting", gettext_lazy("Later")),
}


@dataclass
class Group:
    """Rows whose earliest instant falls into the same part of the day."""

    key: str
    icon: str
    title: StrPromise
    rows: list[item_rows.Row] = field(default_factory=list)


@dataclass(frozen=True)
class Mine:
    """What the person holds and what stands in the queues of the posts where they are on duty."""

    groups: list[Group]
    shown: int
    looked_at: datetime | None  # never, for whoever never said "I have seen these"
    news: int
    is_cut: bool


def mine(access: Access) -> Mine:
    """The most pressing rows in groups, each with what others did to it since the last look."""
    # Two reads by their own index and one small sort, instead of one read that no index serves.
    held = _held(border=access.border, user=access.user.pk)
    queued = _queued(border=access.border, posts=access.duty_post_ids) if access.duty else []
    found = item_rows.named([*held, *queued])
    found.sort(key=lambda value: (value["next_due_at"], value["id"]))
    rows = item_rows.shape(found[:ROWS], access.now)
    looked_at = last_look(access) if rows else None
    news = _mark_news(rows, access, looked_at or access.now - FIRST_LOOK) if rows else 0
    return Mine(_grouped(rows, access.now), len(rows), looked_at, news, is_cut=len(found) > ROWS)


def last_look(access: Access) -> datetime | None:
    looked = _looks(user=access.user.pk)
    return looked[0][0] if looked else None


@prepared(user=BigIntegerField())
def _looks(*, user: int) -> Rows:
    return LastLook.objects.filter(user=user).values_list("at")


@prepared(user=BigIntegerField())
def _held(*, border: Border, user: int) -> Rows:
    items = PendingItem.objects.within(border).open().filter(holder=user)
    return item_rows.columns(items.order_by("next_due_at", "pk")[: ROWS + 1])


@prepared()
def _queued(*, border: Border, posts: frozenset[int]) -> Rows:
    items = PendingItem.objects.within(border).open().filter(holder=None, post__in=posts)
    return item_rows.columns(items.order_by("next_due_at", "pk")[: ROWS + 1])


def _mark_news(rows: list[item_rows.Row], access: Access, since: datetime) -> int:
    """Say at each row what somebody else did last; one query for all rows."""
    happened = Event.objects.filter(item__in=[row["id"] for row in rows], at__gt=since)
    happened = happened.exclude(actor=access.user).exclude(verb__in=NO_NEWS)
    last = happened.order_by().values("item").annotate(last=Max("pk")).values("last")
    found = entries.rows(Event.objects.filter(pk__in=last).order_by("pk"), *entries.HEADLINE)
    reader = Reader(access.now)
    latest = {event.item_id: entries.headline(event, reader) for event in found}
    for row in rows:
        if news := latest.get(row["id"]):
            row["is_new"], row["news"] = True, news
    return len(latest)


def _grouped(rows: Iterable[item_rows.Row], now: datetime) -> list[Group]:
    groups = {key: Group(key, icon, title) for key, (icon, title) in GROUPS.items()}
    for row in rows:
        groups[_part_of_day(row["due_at"], now)].rows.append(row)
    return [group for group in groups.values() if group.rows]


def _part_of_day(due_at: datetime, now: datetime) -> str:
    if due_at <= now:
        return "burning"
    if due_at <= now + SOON:
        return "soon"
    same_day = timezone.localtime(due_at).date() == timezone.localtime(now).date()
    return "today" if same_day else "later"


@dataclass(frozen=True)
class CheckIn:
    """A shift of the person that may begin now."""

    assignment_id: int
    post: str
    shift: str
    text: str


def check_ins(choices: list[Assignment], now: datetime) -> list[CheckIn]:
    """The answer of `duty.check_in_choices` in words."""
    return [
        CheckIn(
            assignment_id=assignment.pk,
            post=assignment.shift.post.name,
            shift=assignment.shift.name,
            text=_("From %(start)s (%(relative)s) to %(end)s")
            % {
                "start": instant_words(assignment.shift.starts_at, now),
                "relative": relative_words(assignment.shift.starts_at, now),
                "end": instant_words(assignment.shift.ends_at, now),
            },
        )
        for assignment in choices
    ]


def version(access: Access, *, newest_message: int) -> str:
    """Changes whenever the page may: with the newest entry of each team's trail and the newest message."""
    newest = [pk for team_id in sorted(access.roles) for (pk,) in _newest_event(team=team_id) or [(0,)]]
    return "-".join(map(str, [*newest, newest_message, *sorted(access.duty_shift_ids)]))


@prepared(team=BigIntegerField())
def _newest_event(*, team: int) -> Rows:
    return Event.objects.filter(team=team).order_by("-at", "-pk").values_list("pk")[:1]
