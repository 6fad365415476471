"""The timeline of an item: the entries of the trail that belong to it, newest first."""

from django.db.models import BigIntegerField, F, Q, QuerySet

from handover.models import Event, PendingItem

from . import entries
from .entries import Entry
from .paging import Cursor
from .prepared import Rows, prepared

PAGE = 20
CONTACTS = 3


def of_item(item: PendingItem | int) -> QuerySet[Event]:
    """Whoever may see the item sees its whole history, that of an earlier team included.

    What that team disputed stays there, and so does its own entry of the transfer: the transfer is there too.
    """
    found = Event.objects.filter(item=item).exclude(verb=Event.Verb.TRANSFERRED_OUT)
    disputes = Q(verb__in=Event.OF_DISPUTES) & ~Q(team=F("item__team"))
    return found.exclude(disputes).order_by("-at", "-pk")


def page(item: PendingItem, before: str = "") -> tuple[list[Entry], str]:
    """One page of entries, from `before` on, and where the next page begins ("" at the end)."""
    cursor = Cursor.read(before)
    found = _earlier(item, cursor) if cursor else [Entry(*row) for row in _newest(item=item.pk)]
    shown = found[:PAGE]
    older = str(Cursor(shown[-1].at, shown[-1].pk)) if len(found) > PAGE else ""
    return shown, older


def contacts(item: PendingItem) -> list[Entry]:
    """The last three contacts with the customer."""
    return entries.rows(of_item(item).filter(verb__in=Event.CONTACTS)[:CONTACTS])


def contacts_among(item: PendingItem, shown: list[Entry], *, newest: bool, whole: bool) -> list[Entry]:
    """The same, without a query where a page of the timeline shows them already."""
    found = [entry for entry in shown if entry.verb in Event.CONTACTS][:CONTACTS]
    return found if newest and (whole or len(found) == CONTACTS) else contacts(item)


@prepared(item=BigIntegerField())
def _newest(*, item: int) -> Rows:
    return of_item(item).values_list(*entries.COLUMNS)[: PAGE + 1]


def _earlier(item: PendingItem, cursor: Cursor) -> list[Entry]:
    return entries.rows(of_item(item).filter(cursor.earlier("at"))[: PAGE + 1])
