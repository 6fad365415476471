"""What was promised to a customer: made, then kept, broken or moved. An item has one open promise at most.

Every function is one transaction, runs or stops the promise clock and writes the item's Event. Settling a
promise twice is an InvalidMove or a Conflict.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from handover import lifecycle
from handover.errors import InvalidMove
from handover.models import ClockKind, Event, PendingItem, Promise
from handover.services import clocks
from handover.services.item_changes import note, touch


@transaction.atomic
def make(*, item: PendingItem, text: str, due_at: datetime, actor: User, now: datetime) -> Promise:
    """Promise something by an instant. Raises InvalidMove where a promise is open."""
    touch(item=item, now=now)
    if Promise.objects.filter(item=item, state=Promise.State.OPEN).exists():
        raise InvalidMove(_("An earlier promise is still open. Say first whether it was kept, or move it."))
    promise = write(item=item, promise=(text, due_at), actor=actor, now=now)
    clocks.start(item=item, kind=ClockKind.PROMISE, now=now, due_at=due_at)
    clocks.refresh(item=item)
    return promise


def write(*, item: PendingItem, promise: tuple[str, datetime], actor: User, now: datetime) -> Promise:
    """The promise and its entry in the trail; its clock is the matter of the caller."""
    text, due_at = promise
    made = Promise.objects.create(item=item, text=text, due_at=due_at, made_by=actor, made_at=now)
    data = {"promise": made.pk, "due_at": due_at.isoformat()}
    note(item=item, verb=Event.Verb.PROMISED, actor=actor, now=now, text=text, data=data)
    return made


@transaction.atomic
def keep(*, promise: Promise, actor: User, now: datetime) -> None:
    _settle(promise=promise, state=Promise.State.KEPT, actor=actor, now=now)
    clocks.stop(item=promise.item, kinds={ClockKind.PROMISE}, now=now)
    clocks.refresh(item=promise.item)
    _note(promise=promise, verb=Event.Verb.PROMISE_KEPT, actor=actor, now=now)


@transaction.atomic
def break_(*, promise: Promise, actor: User, now: datetime, reason: str = "") -> None:
    """Say that it was not kept, or will not be."""
    _settle(promise=promise, state=Promise.State.BROKEN, actor=actor, now=now, reason=reason)
    clocks.stop(item=promise.item, kinds={ClockKind.PROMISE}, now=now, void=promise.due_at >= now)
    clocks.refresh(item=promise.item)
    _note(promise=promise, verb=Event.Verb.PROMISE_BROKEN, actor=actor, now=now, text=reason)


@transaction.atomic
def move(*, promise: Promise, due_at: datetime, reason: str, actor: User, now: datetime) -> Promise:
    """Promise the same by another instant, with a reason; the old promise stays as it was, marked moved."""
    item = promise.item
    _settle(promise=promise, state=Promise.State.MOVED, actor=actor, now=now, reason=reason)
    touch(item=item, now=now, promise_moves=F("promise_moves") + 1)
    moved = Promise.objects.create(item=item, text=promise.text, due_at=due_at, made_by=actor, made_at=now)
    clocks.stop(item=item, kinds={ClockKind.PROMISE}, now=now, void=promise.due_at >= now)
    clocks.start(item=item, kind=ClockKind.PROMISE, now=now, due_at=due_at)
    clocks.refresh(item=item)
    data = {"promise": moved.pk, "old": promise.due_at.isoformat(), "new": due_at.isoformat()}
    note(item=item, verb=Event.Verb.PROMISE_MOVED, actor=actor, now=now, text=reason, data=data)
    return moved


def _settle(*, promise: Promise, state: str, actor: User, now: datetime, reason: str = "") -> None:
    touch(item=promise.item, now=now)
    lifecycle.move(promise, state, settled_at=now, settled_by=actor, reason=reason)


def _note(*, promise: Promise, verb: str, actor: User, now: datetime, text: str = "") -> None:
    data = {"promise": promise.pk}
    note(item=promise.item, verb=verb, actor=actor, now=now, text=text, data=data)
