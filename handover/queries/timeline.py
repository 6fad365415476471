"""The timeline of an item: the entries of the trail that belong to it, newest first."""

from django.db.models import Q, QuerySet

from handover.models import Event, PendingItem

from .paging import Cursor

PAGE = 20
CONTACTS = 3


def of_item(item: PendingItem) -> QuerySet[Event]:
    """Whoever may see the item sees its whole history, that of an earlier team included."""
    return (
        Event.objects.filter(item=item)
        .exclude(verb=Event.Verb.TRANSFERRED_OUT)  # the former team's own entry; the transfer is there too
        .select_related("actor", "person")
        .order_by("-at", "-pk")
    )


def page(item: PendingItem, before: str = "") -> tuple[list[Event], str]:
    """One page of entries, from `before` on, and where the next page begins ("" at the end)."""
    entries = of_item(item)
    if cursor := Cursor.read(before):
        entries = entries.filter(Q(at__lt=cursor.at) | Q(at=cursor.at, pk__lt=cursor.pk))
    found = list(entries[: PAGE + 1])
    shown = found[:PAGE]
    older = str(Cursor(shown[-1].at, shown[-1].pk)) if len(found) > PAGE else ""
    return shown, older


def contacts(item: PendingItem) -> list[Event]:
    """The last three contacts with the customer."""
    return list(of_item(item).filter(verb__in=Event.CONTACTS)[:CONTACTS])


def contacts_among(item: PendingItem, entries: list[Event], *, newest: bool, whole: bool) -> list[Event]:
    """The same, without a query where a page of the timeline shows them already."""
    found = [entry for entry in entries if entry.verb in Event.CONTACTS][:CONTACTS]
    return found if newest and (whole or len(found) == CONTACTS) else contacts(item)
