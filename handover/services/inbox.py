"""Messages to a person, and what they have seen: marks for the reader alone, so none is in the trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from handover.models import About, Handover, LastLook, Message, MessageChoice, PendingItem
from handover.services import outbox


def tell(
    *,
    recipient: User | None,
    actor: User,
    sentence: str,
    facts: dict[str, Any],
    now: datetime,
    item: PendingItem | None = None,
    handover: Handover | None = None,
    path: str = "",
) -> None:
    """A message in the reader's language, saying enough by itself; nobody is told what they did
    themselves.

    `sentence` is a source string with the names of `facts` in it, of the actor as `person`, and of the item.
    Called inside the transaction of what is told.
    """
    if recipient is None or recipient == actor:
        return
    with translation.override(recipient.own_language):
        of_item = {"number": item.pk, "customer": item.customer} if item else {}
        text = _(sentence) % {"person": actor, **of_item, **facts}
    letter = outbox.Letter(recipient, About.NEWS, text, item=item, handover=handover, path=path)
    outbox.send([letter], now=now)


@transaction.atomic
def mark_read(*, message: Message, actor: User, now: datetime) -> None:
    """The reader has read it. Safe to repeat: the first time counts."""
    Message.objects.filter(pk=message.pk, recipient=actor, read_at__isnull=True).update(read_at=now)


@transaction.atomic
def mark_all_read(*, actor: User, until: datetime, now: datetime) -> None:
    """All that had come until the page was made; what came later was not seen."""
    unread = Message.objects.filter(recipient=actor, read_at__isnull=True)
    unread.filter(at__lte=until).update(read_at=now)


@dataclass(frozen=True)
class Choice:
    """How a person wants to be told of one thing."""

    about: About
    in_app: bool
    email: bool


@transaction.atomic
def choose(*, actor: User, choices: list[Choice]) -> None:
    """From the next message on. What is urgent stays in the application whatever was chosen."""
    for choice in choices:
        in_app = choice.in_app or choice.about == About.URGENT
        MessageChoice.objects.update_or_create(
            user=actor, about=choice.about, defaults={"in_app": in_app, "email": choice.email}
        )


@transaction.atomic
def look(*, actor: User, until: datetime, now: datetime) -> None:
    """The person has seen everything up to `until`. Never moves back, and not into the future."""
    until = min(until, now)
    LastLook.objects.get_or_create(user=actor, defaults={"at": until})
    LastLook.objects.filter(user=actor, at__lt=until).update(at=until)
