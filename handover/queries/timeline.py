"""The timeline of an item: the entries of the trail that belong to it, newest first."""

from django.db.models import QuerySet

from handover.models import Event, PendingItem


def of_item(item: PendingItem) -> QuerySet[Event]:
    """Whoever may see the item sees its whole history, that of an earlier team included."""
    return (
        Event.objects.filter(item=item)
        .exclude(verb=Event.Verb.TRANSFERRED_OUT)  # the former team's own entry; the transfer is there too
        .select_related("actor", "person")
        .order_by("-at", "-pk")
    )


def contacts(item: PendingItem) -> list[Event]:
    """The last three contacts with the customer."""
    return list(of_item(item).filter(verb__in=Event.CONTACTS)[:3])
