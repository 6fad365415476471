"""What somebody was shown a short time ago, for it is not noted twice; and to whom a thing belongs."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, CharField, DateTimeField, Value

from handover.models import Customer, Handover, PendingItem, Reading

from .prepared import Rows, prepared

# For so long a page that keeps itself fresh, or is opened again, is one reading; the trail page says so.
SAME_FOR = timedelta(minutes=10)
SUBJECTS = {"items": "item_id", "customers": "customer_id", "handovers": "handover_id"}
KEPT = 50_000

Shown = dict[str, list[int]]  # ids by the words of SUBJECTS
Place = tuple[int, int | None]  # team and post
Key = tuple[int, str, str, int]  # who, page, kind, id

# What this process knows to be noted, so that a page that asks again and again asks the database nothing.
_noted: dict[Key, datetime] = {}


def fresh(actor: int, page: str, shown: Shown, now: datetime) -> Shown:
    """Of what a page shows, that which the person was not shown there a short time ago."""
    left = _unknown(actor, page, shown, now)
    if not left:
        return {}
    for at, *subjects, listed in _recent(actor=actor, page=page, since=now - SAME_FOR):
        single = {kind: [pk] for kind, pk in zip(SUBJECTS, subjects, strict=True) if pk}
        remember(actor, page, single | listed, at)
    return _unknown(actor, page, left, now)


def remember(actor: int, page: str, shown: Shown, at: datetime) -> None:
    """It stands in the database. Forgetting all at once costs no more than asking again."""
    if len(_noted) > KEPT:
        forget()
    _noted.update((key, at) for key in _keys(actor, page, shown))


def forget() -> None:
    _noted.clear()


def _unknown(actor: int, page: str, shown: Shown, now: datetime) -> Shown:
    known = {key[2:] for key in _keys(actor, page, shown) if key in _noted and now - _noted[key] < SAME_FOR}
    left = {kind: sorted({pk for pk in ids if (kind, pk) not in known}) for kind, ids in shown.items()}
    return {kind: ids for kind, ids in left.items() if ids}


def _keys(actor: int, page: str, shown: Shown) -> Iterator[Key]:
    return ((actor, page, kind, pk) for kind, ids in shown.items() for pk in ids)


@prepared(actor=BigIntegerField(), page=CharField(), since=DateTimeField())
def _recent(*, actor: int, page: str, since: datetime) -> Rows:
    """Answered by the index `reading_of_page`, whatever the size of the table."""
    recent = Reading.objects.filter(actor=actor, page=page, at__gt=since)
    return recent.values_list("at", *SUBJECTS.values(), "listed")


def by_place(kind: str, ids: list[int]) -> dict[Place, list[int]]:
    """A list may hold what belongs to several teams; each keeps what was read of its own."""
    # Most pages show one thing, and the SQL for so many numbers cannot be built before they are known.
    rows = _place(kind=kind, pk=ids[0]) if len(ids) == 1 else _places(kind).filter(pk__in=ids).order_by("pk")
    found: dict[Place, list[int]] = defaultdict(list)
    for pk, team, post in rows:
        found[team, post].append(pk)
    return found


@prepared(pk=BigIntegerField())
def _place(*, kind: str, pk: int) -> Rows:
    return _places(kind).filter(pk=pk)


def _places(kind: str) -> Rows:
    if kind == "customers":  # of the whole team
        return Customer.objects.values_list("pk", "team_id", Value(None, BigIntegerField()))
    things = PendingItem if kind == "items" else Handover
    return things.objects.values_list("pk", "team_id", "post_id")
