"""What a person has seen: their messages, and what is new on their first page.

These are marks for the reader alone, so they leave nothing in the trail.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from handover.models import LastLook, Message


@transaction.atomic
def mark_read(*, message: Message, actor: User, now: datetime) -> None:
    """The reader has read it. Safe to repeat: the first time counts."""
    Message.objects.filter(pk=message.pk, recipient=actor, read_at__isnull=True).update(read_at=now)


@transaction.atomic
def mark_all_read(*, actor: User, until: datetime, now: datetime) -> None:
    """All that had come until the page was made; what came later was not seen."""
    unread = Message.objects.filter(recipient=actor, read_at__isnull=True)
    unread.filter(at__lte=until).update(read_at=now)


@transaction.atomic
def look(*, actor: User, until: datetime, now: datetime) -> None:
    """The person has seen everything up to `until`. Never moves back, and not into the future."""
    until = min(until, now)
    LastLook.objects.get_or_create(user=actor, defaults={"at": until})
    LastLook.objects.filter(user=actor, at__lt=until).update(at=until)
