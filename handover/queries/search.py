"""Finds items by what was written about them, inside the border of what the person may see.

Never one query: for a word that stands in many items a planner reads the wrong index. First the index is
asked for up to MATCHES items; so few are sorted. Where there are more, the newest items are walked until
the page is full or the row budget is spent; the next page goes on from there.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from handover.grams import TAIL, is_cjk, query_grams
from handover.models import Access, Customer, PendingItem, SearchEntry

from . import item_rows
from .customers import plain_phone
from .item_rows import Row
from .paging import Cursor

PAGE = 50
MATCHES = 2000
ROW_BUDGET = 5000
BATCH = 500
LONGEST_QUERY = 100
SHORTEST_PHONE = 7
SHORTEST_START = 3  # letters of a word that may be unfinished
ITEM_NUMBER = re.compile(r"(#?)\s*(\d{1,18})")
REFERENCE = re.compile(r"[0-9A-Za-z]")  # IDs and order numbers have one of these
IN_INDEX = {
    "postgresql": "SELECT item_id FROM handover_searchentry WHERE tokens @@ %s::tsquery LIMIT %s",
    "sqlite": "SELECT rowid FROM handover_searchtoken WHERE handover_searchtoken MATCH %s LIMIT %s",
}
STARTS_WITH = {"postgresql": "'{}':*", "sqlite": '"{}"*'}
IS = {"postgresql": "'{}'", "sqlite": '"{}"'}
AND = {"postgresql": " & ", "sqlite": " AND "}
OR = {"postgresql": " | ", "sqlite": " OR "}

Key = tuple[datetime, int]  # when an item was last changed, and its number


@dataclass(frozen=True)
class Found:
    """The items of one page. `exact` are those that the text names; `after` is where the next page begins."""

    exact: list[int]
    items: list[int]
    after: str


@dataclass(frozen=True)
class FoundRows:
    """What the page shows of it."""

    exact: list[Row]
    rows: list[Row]
    after: str


class Piece(NamedTuple):
    """What a found entry holds: a token of the index whole or as a start, and how it is written in the entry.

    A number stands there by its end or by its start, hence the several ways.
    """

    whole: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


def find(access: Access, text: str, *, limit: int = PAGE, before: str = "") -> Found:
    """Items that hold every word of the text, the last changed first, after those that it names exactly."""
    text = text.strip()[:LONGEST_QUERY]
    pieces, matches = _read(text)
    if not pieces:
        return Found([], [], "")
    visible = PendingItem.objects.visible_to(access)
    exact = _exact(access, visible, text, matches)[:limit]
    cursor = Cursor.read(before)
    others = visible.exclude(pk__in=exact) if exact else visible
    if matches is None:
        keys, after = _walk(others, pieces, cursor, limit)
    else:
        keys, after = _page(list(_keys(others.filter(pk__in=matches), cursor)[: limit + 1]), limit)
    return Found([] if cursor else exact, [pk for _changed_at, pk in keys], after)


def page(access: Access, text: str, *, before: str = "") -> FoundRows:
    """One page of what is found, in words."""
    found = find(access, text, before=before)
    items = PendingItem.objects.filter(pk__in=[*found.exact, *found.items]).order_by("pk")
    rows = {row["id"]: row for row in item_rows.read(items, access.now)}
    return FoundRows(
        exact=[rows[pk] for pk in found.exact], rows=[rows[pk] for pk in found.items], after=found.after
    )


def _read(text: str) -> tuple[list[Piece], list[int] | None]:
    """The text as one number, where that finds anything, else as words; and the items that hold it."""
    if number := _number(text):
        pieces = [Piece((number[-TAIL:],), (number,), (f"{number} ", f" {number}"))]
        if (matches := _matches(pieces)) != []:
            return pieces, matches
    words = [_piece(token) for token in query_grams(text)]
    return words, _matches(words) if words else []


def _number(text: str) -> str:
    """The digits of a text that is a number of phone, order or anything else, however it is parted."""
    digits = plain_phone(text).removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() and len(digits) >= TAIL else ""


def _piece(token: str) -> Piece:
    """A pair of Chinese characters is whole; one of them alone, or a longer word, may go on."""
    if len(token) == 1 if is_cjk(token) else len(token) >= SHORTEST_START:
        return Piece(starts=(token,), written=(f" {token}",))
    return Piece(whole=(token,), written=(f" {token} ",))


def _matches(pieces: list[Piece]) -> list[int] | None:
    """The items of all teams that hold the pieces; None where there are too many to sort."""
    vendor = connection.vendor
    asked = AND[vendor].join(_asked(piece, vendor) for piece in pieces)
    with connection.cursor() as cursor:
        cursor.execute(IN_INDEX[vendor], [asked, MATCHES + 1])
        matches = [pk for (pk,) in cursor.fetchall()]
    if len(matches) > MATCHES:
        return None
    if any(len(piece.written) > 1 for piece in pieces):  # of the end of a number the index knows four digits
        return list(_holding(pieces, matches))
    return matches


def _asked(piece: Piece, vendor: str) -> str:
    ways = [IS[vendor].format(token) for token in piece.whole]
    ways += [STARTS_WITH[vendor].format(token) for token in piece.starts]
    return f"({OR[vendor].join(ways)})"


def _holding(pieces: list[Piece], items: list[int]) -> QuerySet[SearchEntry, int]:
    entries = SearchEntry.objects.filter(pk__in=items)
    for piece in pieces:
        held = (Q(text__contains=written) for written in piece.written)
        entries = entries.filter(reduce(or_, held))
    return entries.values_list("pk", flat=True)


def _exact(access: Access, visible: QuerySet[PendingItem], text: str, matches: list[int] | None) -> list[int]:
    """The item of this number, then those of the customer or order that the text names, open ones first."""
    number = ITEM_NUMBER.fullmatch(text)
    numbered = list(visible.filter(pk=number[2]).values_list("pk", flat=True)) if number else []
    if number and number[1]:
        return numbered
    named = _named(access, visible, text, matches)
    return numbered + [pk for pk in named if pk not in numbered]


def _named(access: Access, visible: QuerySet[PendingItem], text: str, matches: list[int] | None) -> list[int]:
    if not REFERENCE.search(text):
        return []
    if matches is None:
        customers = Customer.objects.filter(code__in={text, text.upper()})
        if not access.is_administrator:
            customers = customers.filter(team__in=access.roles)
        meant = visible.filter(customer__in=list(customers.values_list("pk", flat=True)))
    else:
        named = Q(customer__code__iexact=text) | Q(order_ref__iexact=text)
        if len(phone := _number(text)) >= SHORTEST_PHONE:
            named |= Q(customer__phone__endswith=phone)
        meant = visible.filter(named, pk__in=matches)
    return list(meant.order_by("-is_open", "-changed_at", "-pk").values_list("pk", flat=True)[:PAGE])


def _keys(items: QuerySet[PendingItem], cursor: Cursor | None) -> QuerySet[PendingItem, Key]:
    if cursor:
        items = items.filter(cursor.earlier("changed_at"))
    return items.order_by("-changed_at", "-pk").values_list("changed_at", "pk")


def _page(keys: list[Key], limit: int) -> tuple[list[Key], str]:
    more = len(keys) > limit
    return keys[:limit], str(Cursor(*keys[limit - 1])) if more else ""


def _walk(
    items: QuerySet[PendingItem], pieces: list[Piece], cursor: Cursor | None, limit: int
) -> tuple[list[Key], str]:
    """Read on from the cursor until the page is full, the items end or the row budget is spent."""
    found: list[Key] = []
    for _turn in range(ROW_BUDGET // BATCH):
        batch = list(_keys(items, cursor)[:BATCH])
        holding = set(_holding(pieces, [pk for _changed_at, pk in batch]))
        found += [key for key in batch if key[1] in holding]
        if len(found) > limit:
            return _page(found, limit)
        if len(batch) < BATCH:
            return found, ""
        cursor = Cursor(*batch[-1])
    return found, str(cursor)
