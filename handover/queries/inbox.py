"""The messages of a person, newest first, in the words of the page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Q, QuerySet
from django.urls import reverse

from handover.models import Access, Message, PendingItem

from .paging import Cursor
from .prepared import Rows, prepared

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
    def newest(self) -> int:
        return self.notes[0].id if self.notes else 0

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


def newest_unread(access: Access) -> int:
    """The same as `unread(access).newest`, for who asks every few seconds."""
    newest = _newest_unread(recipient=access.user.pk)
    return newest[0][0] if newest else 0


@prepared(recipient=BigIntegerField())
def _newest_unread(*, recipient: int) -> Rows:
    messages = Message.objects.filter(recipient=recipient, read_at__isnull=True)
    return messages.order_by("-at", "-pk").values_list("pk")[:1]


def _page(access: Access, found: QuerySet[Message], size: int) -> Inbox:
    rows = list(found.order_by("-at", "-pk")[: size + 1])
    shown = rows[:size]
    after = str(Cursor(shown[-1].at, shown[-1].pk)) if len(rows) > size else ""
    return Inbox(_notes(shown, _may_open(access, shown)), after)


def _may_open(access: Access, messages: list[Message]) -> set[int]:
    """The items of these messages that the reader may see."""
    items = [message.item_id for message in messages if message.item_id]
    visible = PendingItem.objects.visible_to(access).filter(pk__in=items)
    return set(visible.values_list("pk", flat=True)) if items else set()


def _notes(messages: list[Message], may_open: set[int]) -> list[Note]:
    base = reverse("item_detail", args=[0]).removesuffix("0/")
    return [
        Note(
            id=message.pk,
            text=message.text,
            at=message.at,
            is_read=message.read_at is not None,
            url=f"{base}{message.item_id}/" if message.item_id in may_open else "",
        )
        for message in messages
    ]
