"""The live board of whoever leads something: what waits at their posts, what breaks first, who is there.

Every list is short and goes on by a cursor of its own; every read follows an index.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from handover.models import Access, Clock, Event, PendingItem, Waits

from . import item_rows
from .item_words import snooze_words
from .paging import Cursor
from .words import Reader

SHOWN = 10
MORE = ("holder_id", "snoozed_until", "snoozed_by__display_name", "snooze_reason")


class Step(NamedTuple):
    """One thing to do about a row: a button that is sent at once, or the way to a page."""

    url: str
    icon: str
    label: str
    is_sent: bool = False


@dataclass(frozen=True)
class Part:
    """The rows of one list, and where it goes on ("" at its end)."""

    rows: list[Any]
    after: str = ""
    is_later: bool = False  # not its beginning


def untaken(access: Access, after: str = "") -> Part:
    """Urgent items that nobody has taken: in a queue, or handed to somebody who has not said "mine"."""
    return _of_clocks(access, Waits.TAKEN, after)


def complaints(access: Access, after: str = "") -> Part:
    """Complaints that wait for somebody in charge to verify them."""
    return _of_clocks(access, Waits.COMPLAINT, after)


def running(access: Access, after: str = "") -> Part:
    """All other open items by their earliest instant."""
    cursor = Cursor.read(after)
    taking = Clock.objects.filter(item=OuterRef("pk"), kind=Waits.TAKEN, stopped_at__isnull=True)
    items = PendingItem.objects.open().exclude(Exists(taking)).order_by("next_due_at", "pk")
    if cursor:
        items = items.filter(
            cursor.later("next_due_at"),
            next_due_at__gte=cursor.at,  # where the index begins to be read
        )
    # One read for each place by its own index, and one small sort: no index serves several places at once.
    values = [
        value
        for place in _places(access)
        for value in item_rows.values(items.filter(place)[: SHOWN + 1], *MORE)
    ]
    values = sorted(values, key=lambda value: (value["next_due_at"], value["id"]))[: SHOWN + 1]
    last = [(value["next_due_at"], value["id"]) for value in values]
    return Part(_rows(values[:SHOWN], access), _after(last), is_later=cursor is not None)


def version(access: Access) -> str:
    """Changes whenever the board may: with the newest entry of the trail of any of its teams."""
    newest = Event.objects.order_by("-pk").values_list("pk")
    if access.is_administrator:
        return str(newest.first())
    own = Event.objects.order_by("-at", "-pk").values_list("pk", flat=True)
    return "-".join(str(own.filter(team=team_id).first()) for team_id in sorted(access.roles))


def clocks_of(access: Access, kind: str, after: Cursor | None = None) -> list[tuple[Any, int, int]]:
    """When the running clocks of a kind are due, their ids, those of their items; one more than shown."""
    clocks = Clock.objects.filter(kind=kind, stopped_at__isnull=True).filter(_led(access, "item__"))
    if after:
        clocks = clocks.filter(
            Q(due_at__gt=after.at) | Q(due_at=after.at, pk__gt=after.pk), due_at__gte=after.at
        )
    return list(clocks.order_by("due_at", "pk").values_list("due_at", "pk", "item_id")[: SHOWN + 1])


def _led(access: Access, prefix: str = "") -> Q:
    """What the person leads: the posts of a leader, the teams of a supervisor, everything."""
    if access.is_administrator:
        return Q()
    own = Q(**{f"{prefix}team__in": access.supervised_team_ids})
    return own | Q(**{f"{prefix}post__in": access.led_post_ids})


def _places(access: Access) -> list[Q]:
    """What the person leads, each place by itself; no two of them overlap."""
    if access.is_administrator:
        return [Q()]
    teams = [Q(team=team_id) for team_id in sorted(access.supervised_team_ids)]
    return teams + [Q(post=post_id) for post_id in sorted(access.led_post_ids)]


def _of_clocks(access: Access, kind: str, after: str) -> Part:
    cursor = Cursor.read(after)
    found = clocks_of(access, kind, cursor)
    dues = {item_id: due_at for due_at, _pk, item_id in found[:SHOWN]}
    values = {value["id"]: value for value in _values(dues)} if dues else {}
    rows = _rows([values[item_id] for item_id in dues], access)
    reader = Reader(access.now)
    for row in rows:
        row["clock"] = reader.clock(kind, dues[row["id"]])
        if kind == Waits.COMPLAINT:
            row["steps"].insert(0, Step(f"{row['url']}verify/?from=board", "shield", _("Verify")))
    return Part(rows, _after([(due_at, pk) for due_at, pk, _item in found]), is_later=cursor is not None)


def _values(item_ids: Iterable[int]) -> Iterable[item_rows.Row]:
    items: QuerySet[PendingItem] = PendingItem.objects.filter(pk__in=list(item_ids))
    return item_rows.values(items, *MORE)


def _after(keys: list[tuple[Any, int]]) -> str:
    """The cursor of the last row that is shown, where there is another one behind it."""
    return str(Cursor(*keys[SHOWN - 1])) if len(keys) > SHOWN else ""


def _rows(values: list[item_rows.Row], access: Access) -> list[item_rows.Row]:
    """Rows of items with what can be done about each, and why one is left in peace."""
    rows = item_rows.shape(values, access.now)
    reader = Reader(access.now)
    for row, value in zip(rows, values, strict=True):
        row["snooze"] = snooze_words(
            value["snoozed_until"], value["snoozed_by__display_name"], value["snooze_reason"], reader
        )
        row["steps"] = _steps(row["url"], value, access.user.pk, is_asleep=bool(row["snooze"]))
    return rows


def _steps(url: str, value: item_rows.Row, user_id: int, *, is_asleep: bool) -> list[Step]:
    """What nobody holds is taken over by one press; from somebody it is taken with a reason."""
    queued, own = value["holder_id"] is None, value["holder_id"] == user_id
    steps = []
    if not own:
        steps.append(Step(f"{url}take-over/?from=board", "user", _("Take over"), is_sent=queued))
    steps.append(Step(f"{url}pass-on/?from=board", "transfer", _("Reassign")))
    if not own:
        label = _("Call who is on duty") if queued else _("Call the holder")
        steps.append(Step(f"{url}call-holder/?from=board", "bell", label, is_sent=True))
    if is_asleep:
        steps.append(Step(f"{url}wake/?from=board", "clock", _("Wake up"), is_sent=True))
    else:
        steps.append(Step(f"{url}snooze/?from=board", "waiting", _("Snooze")))
    return steps
