"""Snoozing an item: for a while, and for a reason, its clocks tell nobody.

No clock stops, and nothing is due later by it: only the instant at which the engine looks again moves, to
the end of the snooze. It ends by itself at that instant, and at once with whatever happens to the item.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from handover import lifecycle, permissions
from handover.errors import InvalidMove, NotAllowed
from handover.models import Clock, Event, PendingItem, Waits
from handover.queries import duty
from handover.queries.items import snooze_limit
from handover.queries.words import instant_words
from handover.services.item_changes import note, require_open

# What asks that somebody goes on with the item. A promise is the customer's own time, and a complaint or a
# refused line waits for a supervisor: those are told whoever snoozes.
QUIETED = {Waits.TAKEN, Waits.RESPONSE, Waits.IDLE, Waits.DONE}


@transaction.atomic
def snooze(*, item: PendingItem, until: datetime, reason: str, actor: User, now: datetime) -> None:
    """Leave the item in peace until an instant; a second snooze replaces the first.

    Raises InvalidMove where the item is not open or the instant is over, past a promise or past the
    business day, NotAllowed where an agent has not taken the item, and Conflict where somebody else changed
    it meanwhile.
    """
    require_open(item)
    _require_taken(item, actor, now)
    # Writing locks the row, so that no promise can come in between.
    lifecycle.update(item, snoozed_until=until, snoozed_by=actor, snooze_reason=reason, changed_at=now)
    _require_instant(until, latest=snooze_limit(item, now), now=now)
    running = Clock.objects.filter(item=item, kind__in=QUIETED, stopped_at__isnull=True)
    running.filter(next_at__lt=until).update(next_at=until)
    data = {"until": until.isoformat()}
    note(item=item, verb=Event.Verb.SNOOZED, actor=actor, now=now, text=reason, data=data)


@transaction.atomic
def wake(*, item: PendingItem, actor: User, now: datetime) -> None:
    """End the snooze. Raises InvalidMove where there is none, and Conflict where somebody was first."""
    if item.snoozed_until is None or item.snoozed_until <= now:
        raise InvalidMove(_("This item is awake already."))
    lifecycle.update(item, changed_at=now)
    note(item=item, verb=Event.Verb.WOKEN, actor=actor, now=now)


def _require_taken(item: PendingItem, actor: User, now: datetime) -> None:
    """What nobody has taken yet is only left in peace by who leads its post."""
    waiting = Clock.objects.filter(item=item, kind=Waits.TAKEN, stopped_at__isnull=True)
    if waiting.exists() and not permissions.can_reassign_item(duty.access(actor, now), item):
        raise NotAllowed(_("Take the item first. What nobody has taken cannot be snoozed."))


def _require_instant(until: datetime, *, latest: datetime, now: datetime) -> None:
    if until <= now:
        raise InvalidMove(_("This time is over already. Choose one that is still to come."))
    if until > latest:
        raise InvalidMove(
            _("It can be snoozed until %(at)s at most: then the business day ends, or a promise is due.")
            % {"at": instant_words(latest, now)}
        )
