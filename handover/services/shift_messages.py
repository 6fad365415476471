"""Tells people what awaits them at their shift, and reminds them to open and to sign its handover.

Each message is one row of the inbox with a key, such as "start.<shift>", so that nobody gets it twice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from billiard.exceptions import SoftTimeLimitExceeded  # of Celery, without loading all of it into the web
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone, translation

from accounts.models import User
from handover.models import About, Assignment, Handover, Message, Shift
from handover.queries.hours import service
from handover.queries.shift_words import ShiftWords
from handover.services import outbox
from handover.services.opening import OPENS_BEFORE

logger = logging.getLogger(__name__)

STARTS_BEFORE = timedelta(minutes=15)
SIGN_BEFORE = timedelta(minutes=10)


def tell(*, now: datetime) -> int:
    """Send every message of shifts that is due; answers how many.

    One statement where there is nothing to tell. Safe to run at any time, late and by several at once: a
    shift is told under its lock, and what is older than its sense is not told any more.
    """
    due = [_untold(name, now).values_list(Value(name), "shift_id") for name in TELLINGS]
    return sum(_tell_alone(name, shift_id, now) for name, shift_id in sorted(due[0].union(*due[1:])))


def _starting(now: datetime) -> QuerySet[Assignment]:
    """Who comes to a shift that is about to start; not who is at the post already and works on."""
    works_on = Assignment.objects.effective().filter(
        user=OuterRef("user"),
        shift__post=OuterRef("shift__post"),
        shift__starts_at__lt=OuterRef("shift__starts_at"),
        shift__ends_at__gte=OuterRef("shift__starts_at"),
        checked_out_at__isnull=True,
    )
    coming = Assignment.objects.effective().of_workers().filter(checked_out_at__isnull=True)
    soon = coming.filter(shift__starts_at__gt=now, shift__starts_at__lte=now + STARTS_BEFORE)
    return soon.exclude(Exists(works_on))


def _opening(now: datetime) -> QuerySet[Assignment]:
    return _leaving(now, after=now + SIGN_BEFORE, until=now + OPENS_BEFORE)


def _signing(now: datetime) -> QuerySet[Assignment]:
    return _leaving(now, after=now, until=now + SIGN_BEFORE)


def _leaving(now: datetime, *, after: datetime, until: datetime) -> QuerySet[Assignment]:
    """Who is on duty on a shift that ends between the instants and whose handover is not signed."""
    drafts = Handover.objects.filter(
        state=Handover.State.DRAFT, ended_at__isnull=True, boundary_at__gt=after, boundary_at__lte=until
    )
    return Assignment.objects.on_duty(now).filter(shift__outgoing_handover__in=drafts)


@dataclass(frozen=True)
class Telling:
    """One kind of message: for whom it is due at an instant, and what it says."""

    who: Callable[[datetime], QuerySet[Assignment]]
    about: str
    say: Callable[[ShiftWords, User], str]


TELLINGS = {
    "start": Telling(_starting, About.SHIFT, ShiftWords.start),
    "open": Telling(_opening, About.HANDOVER, ShiftWords.open),
    "sign": Telling(_signing, About.HANDOVER, ShiftWords.sign),
}


def _untold(name: str, now: datetime) -> QuerySet[Assignment]:
    """Whom the message is due for and who does not have it yet, at the posts in use."""
    key = Concat(Value(f"{name}."), Cast(OuterRef("shift"), CharField()))
    # That the key is not empty is said for the sake of its index.
    told = Message.objects.filter(recipient=OuterRef("user"), key=key).exclude(key="")
    in_use = TELLINGS[name].who(now).filter(shift__post__is_active=True, shift__post__team__is_active=True)
    return in_use.exclude(Exists(told))


def _tell_alone(name: str, shift_id: int, now: datetime) -> int:
    """A shift whose message fails holds up no other."""
    try:
        return _tell(name, shift_id, now)
    except SoftTimeLimitExceeded:
        raise  # no fault of the shift: the next run goes on
    except Exception:
        logger.exception("The message %s of shift %d failed", name, shift_id)
        return 0


@transaction.atomic
def _tell(name: str, shift_id: int, now: datetime) -> int:
    """Claim the shift, unless somebody else tells it at this moment, and ask again who is to be told."""
    claim = Shift.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    shift = claim.filter(pk=shift_id).select_related("post__team").first()
    if shift is None or not service(shift.post, shift.starts_at, shift.ends_at):
        return 0
    words, handover = ShiftWords(shift, now), Handover.objects.filter(outgoing_shift=shift).first()
    letters = []
    for place in _untold(name, now).filter(shift=shift).select_related("user"):
        with translation.override(place.user.own_language), timezone.override(shift.post.team.zone):
            text = TELLINGS[name].say(words, place.user)
        key = f"{name}.{shift.pk}"
        letters.append(outbox.Letter(place.user, TELLINGS[name].about, text, key, handover=handover))
    outbox.send(letters, now=now)
    return len(letters)
