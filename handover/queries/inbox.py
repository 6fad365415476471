"""The messages of a person, newest first, in the words of the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from handover.models import Access, Message, PendingItem

from .paging import Cursor

PAGE = 30
ON_BOARD = 5


@dataclass(frozen=True)
class Note:
    """One message; `url` leads to its item where the reader may see it."""

    id: int
    text: str
    at: datetime
    is_read: bool
    url: str


@dataclass(frozen=True)
class Inbox:
    notes: list[Note]
    after: str

    @property
    def has_unread(self) -> bool:
        return any(not note.is_read for note in self.notes)


def listing(access: Access, *, after: str = "") -> Inbox:
    """One page of all messages; `after` is where the next one begins."""
    found = Message.objects.filter(recipient=access.user)
    if cursor := Cursor.read(after):
        found = found.filter(Q(at__lt=cursor.at) | Q(at=cursor.at, pk__lt=cursor.pk))
    return _page(access, found, PAGE)


def unread(access: Access) -> Inbox:
    """The newest that wait to be read, for the first page."""
    return _page(access, Message.objects.filter(recipient=access.user, read_at__isnull=True), ON_BOARD)


def _page(access: Access, found: QuerySet[Message], size: int) -> Inbox:
    visible = PendingItem.objects.visible_to(access).filter(pk=OuterRef("item"))
    rows = list(found.annotate(may_open=Exists(visible)).order_by("-at", "-pk")[: size + 1])
    shown = rows[:size]
    return Inbox(_notes(shown), str(Cursor(shown[-1].at, shown[-1].pk)) if len(rows) > size else "")


def _notes(messages: Iterable[Message]) -> list[Note]:
    base = reverse("item_detail", args=[0]).removesuffix("0/")
    return [
        Note(
            id=message.pk,
            text=message.text,
            at=message.at,
            is_read=message.read_at is not None,
            url=f"{base}{message.item_id}/" if message.may_open else "",  # type: ignore[attr-defined]
        )
        for message in messages
    ]
