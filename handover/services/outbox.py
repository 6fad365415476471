"""Writes messages to people and to group chats, inside the transaction of what they tell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.text import Truncator

from accounts.models import Team, User
from handover.models import (
    About,
    Delivery,
    Handover,
    Message,
    MessageChoice,
    PendingItem,
    Webhook,
    WeeklyReport,
)

LONGEST = 600


@dataclass(frozen=True)
class Letter:
    """What one person is told; `key` names it, so that nobody is told it twice.

    `path` is the page where it is answered, if that is neither its item nor its record.
    `by_email` None leaves it to the person, False never leaves the application.
    """

    recipient: User
    about: str
    text: str
    key: str = ""
    item: PendingItem | None = None
    handover: Handover | None = None
    report: WeeklyReport | None = None
    path: str = ""
    by_email: bool | None = None


@dataclass(frozen=True)
class Bulletin:
    """What the group chats of a team are told, in the language of each: `texts` by language."""

    team: Team
    texts: dict[str, str]
    key: str
    item: PendingItem | None = None
    handover: Handover | None = None


def send(letters: Iterable[Letter], *, now: datetime) -> None:
    """Put the letters into the inboxes, and those that go out by email into the outbox.

    Three statements for any number of letters. Raises IntegrityError where somebody is told twice.
    """
    letters = list(letters)
    if not letters:
        return
    choices = _choices(letters)
    messages = Message.objects.bulk_create(
        Message(
            recipient=letter.recipient,
            about=letter.about,
            text=_short(letter.text),
            item=letter.item,
            handover=letter.handover,
            report=letter.report,
            path=letter.path,
            key=letter.key,
            at=now,
            # Whoever does not want it in the application finds it there, read.
            read_at=None if choices[letter].in_app else now,
        )
        for letter in letters
    )
    Delivery.objects.bulk_create(
        Delivery(message=message, key=letter.key or f"message-{message.pk}", at=now, next_at=now)
        for letter, message in zip(letters, messages, strict=True)
        if _leaves(letter, choices[letter])
    )


def send_to_administrators(
    say: Callable[[], str],
    *,
    key: str,
    now: datetime,
    item: PendingItem | None = None,
    handover: Handover | None = None,
) -> None:
    """Tell every administrator, in their language, what the engine cannot put right by itself."""
    letters = []
    for person in User.objects.filter(is_active=True, is_administrator=True).order_by("pk"):
        with translation.override(person.own_language):
            letters.append(Letter(person, About.URGENT, say(), key, item, handover))
    send(letters, now=now)


def leaving(letters: list[Letter]) -> list[Letter]:
    """Those of the letters that also go out by email."""
    choices = _choices(letters)
    return [letter for letter in letters if _leaves(letter, choices[letter])]


def publish(bulletins: Iterable[Bulletin], *, now: datetime) -> None:
    """Put the bulletins into the outbox, once for each group chat of their team."""
    bulletins = list(bulletins)
    if not bulletins:
        return
    hooks = list(
        Webhook.objects.filter(team__in={bulletin.team.pk for bulletin in bulletins}, is_active=True)
    )
    Delivery.objects.bulk_create(
        Delivery(
            webhook=hook,
            text=_short(bulletin.texts[hook.language]),
            item=bulletin.item,
            handover=bulletin.handover,
            key=bulletin.key,
            at=now,
            next_at=now,
        )
        for bulletin in bulletins
        for hook in hooks
        if hook.team_id == bulletin.team.pk
    )


def _short(text: str) -> str:
    """The text as far as there is room; Truncator looks at each letter, and hardly any text is too long."""
    return text if len(text) <= LONGEST else Truncator(text).chars(LONGEST)


def _leaves(letter: Letter, choice: MessageChoice) -> bool:
    may_leave = settings.EMAIL_IS_SET_UP and letter.by_email is not False
    return bool(may_leave and letter.recipient.email and choice.email)


def _choices(letters: list[Letter]) -> dict[Letter, MessageChoice]:
    """How the reader of each letter wants to be told: as chosen, else by email of what is urgent alone."""
    made = {
        (choice.user_id, choice.about): choice
        for choice in MessageChoice.objects.filter(user__in={letter.recipient.pk for letter in letters})
    }
    return {
        letter: made.get((letter.recipient.pk, letter.about)) or MessageChoice.default(letter.about)
        for letter in letters
    }
