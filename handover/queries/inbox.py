"""The messages of a person, newest first, in the words of the page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from handover.models import About, Access, Handover, Message, MessageChoice, PendingItem, WeeklyReport

from .paging import Cursor
from .prepared import Rows, prepared

PAGE = 30
ON_BOARD = 5
MANY = 9
TOASTS = 3


@dataclass(frozen=True)
class Note:
    """One message; `url` leads to what it is about where the reader may see that."""

    id: int
    text: str
    at: datetime
    is_read: bool
    url: str
    link: str  # what the address is called


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
        found = found.filter(cursor.earlier("at"))
    return _page(access, found, PAGE)


def unread(access: Access) -> Inbox:
    """The newest that wait to be read, for the first page."""
    return _page(access, Message.objects.filter(recipient=access.user, read_at__isnull=True), ON_BOARD)


def newest_unread(access: Access) -> int:
    """The same as `unread(access).newest`, for who asks every few seconds."""
    newest = _newest_unread(recipient=access.user.pk)
    return newest[0][0] if newest else 0


@dataclass(frozen=True)
class Badge:
    """How much is unread, in the header of every page; `version` changes whenever that does."""

    count: int
    version: str
    newest_urgent: int

    @property
    def number(self) -> str:
        return f"{MANY}+" if self.count > MANY else str(self.count)


def badge(access: Access) -> Badge:
    """One short read: more than nine are not counted."""
    rows = _badge(recipient=access.user.pk)
    urgent = [pk for pk, about in rows if about == About.URGENT]
    return Badge(len(rows), "-".join(str(pk) for pk, _about in rows), max(urgent, default=0))


@prepared(recipient=BigIntegerField())
def _badge(*, recipient: int) -> Rows:
    messages = Message.objects.filter(recipient=recipient, read_at__isnull=True)
    return messages.order_by("-at", "-pk").values_list("pk", "about")[: MANY + 1]


def urgent(access: Access) -> list[Note]:
    """The newest unread urgent ones, for who sees another page just now."""
    found = Message.objects.filter(recipient=access.user, read_at__isnull=True, about=About.URGENT)
    return _page(access, found, TOASTS).notes


def choices(user: User) -> list[MessageChoice]:
    """How the person is told of each thing, as chosen or as it is without a choice."""
    made = {choice.about: choice for choice in user.message_choices.order_by("pk")}
    return [made.get(about) or MessageChoice.default(about) for about in About]


@prepared(recipient=BigIntegerField())
def _newest_unread(*, recipient: int) -> Rows:
    messages = Message.objects.filter(recipient=recipient, read_at__isnull=True)
    return messages.order_by("-at", "-pk").values_list("pk")[:1]


def _page(access: Access, found: QuerySet[Message], size: int) -> Inbox:
    rows = list(found.order_by("-at", "-pk")[: size + 1])
    shown = rows[:size]
    after = str(Cursor(shown[-1].at, shown[-1].pk)) if len(rows) > size else ""
    return Inbox(_notes(shown, access), after)


def _items(messages: list[Message], access: Access) -> dict[int | None, str]:
    """The addresses of the items of these messages that the reader may see."""
    ids = {message.item_id for message in messages if message.item_id}
    visible = PendingItem.objects.visible_to(access).filter(pk__in=ids).values_list("pk", flat=True)
    return {pk: reverse("item_detail", args=[pk]) for pk in visible} if ids else {}


def _handovers(messages: list[Message], access: Access) -> dict[int | None, str]:
    """The same of their handovers."""
    ids = {message.handover_id for message in messages if message.handover_id and not message.item_id}
    visible = Handover.objects.visible_to(access).filter(pk__in=ids).values_list("pk", flat=True)
    return {pk: reverse("handover_detail", args=[pk]) for pk in visible} if ids else {}


def _reports(messages: list[Message], access: Access) -> dict[int | None, str]:
    """The same of weekly figures."""
    ids = {message.report_id for message in messages if message.report_id}
    visible = WeeklyReport.objects.visible_to(access).filter(pk__in=ids).values_list("pk", flat=True)
    return {pk: reverse("weekly_report", args=[pk]) for pk in visible} if ids else {}


def _link(message: Message) -> str:
    if message.path:
        return _("Open")
    if message.report_id:
        return _("Open the weekly figures")
    return _("Open the item") if message.item_id else _("Open the handover")


def _notes(messages: list[Message], access: Access) -> list[Note]:
    items, handovers = _items(messages, access), _handovers(messages, access)
    reports = _reports(messages, access)
    return [
        Note(
            id=message.pk,
            text=message.text,
            at=message.at,
            is_read=message.read_at is not None,
            url=message.path
            or items.get(message.item_id)
            or handovers.get(message.handover_id)
            or reports.get(message.report_id, ""),
            link=_link(message),
        )
        for message in messages
    ]
