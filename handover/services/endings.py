"""How an item ends, and how it comes back: resolved, closed, cancelled, reopened.

Every function is one transaction and writes the item's Event. At the end all clocks stop and the first
contact is told the result, wherever they work now. Ending twice is an InvalidMove or a Conflict.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from handover import lifecycle
from handover.errors import InvalidMove
from handover.models import (
    ClockKind,
    Emotion,
    Event,
    PendingItem,
    Promise,
    Stage,
    Waits,
)
from handover.queries import duty
from handover.services import clocks, inbox, lines, promises
from handover.services.item_changes import await_taking, feel, note, require_open

TOLD = {
    Stage.RESOLVED: gettext_noop(
        "The item #%(number)s of %(customer)s, which you registered, was resolved by %(person)s: %(result)s"
    ),
    Stage.CLOSED: gettext_noop(
        "The item #%(number)s of %(customer)s, which you registered, was closed by %(person)s: %(result)s"
    ),
    Stage.CANCELLED: gettext_noop(
        "The item #%(number)s of %(customer)s, which you registered, was cancelled by %(person)s: %(result)s"
    ),
}
# What a result ends; whether in time shows the clock.
ENDED = {Waits.RESPONSE, Waits.DONE, Waits.COMPLAINT}


@transaction.atomic
def resolve(
    *,
    item: PendingItem,
    result: str,
    customer_told: bool,
    actor: User,
    now: datetime,
    channel: str = "",
    emotion: str = Emotion.NEUTRAL,
    promise_kept: bool | None = None,
) -> None:
    """Resolve the item, which is a response too. Until the customer is told it stays open, its clock running.

    Where the customer is told and a promise is open, `promise_kept` must say what became of it.
    """
    require_open(item)
    if customer_told:
        _settle_promise(item=item, kept=promise_kept, actor=actor, now=now)
    changes: dict[str, Any] = {"result": result, "customer_told": customer_told, "emotion": emotion}
    if item.is_urgent and not item.responded_at:
        changes["responded_at"] = now
    changes |= {"is_open": not customer_told, "closed_at": now if customer_told else None}
    lifecycle.move(item, Stage.RESOLVED, **changes, idle_handover_count=0, progressed_at=now, changed_at=now)
    clocks.stop(item=item, kinds={ClockKind.RESPONSE}, now=now)
    said = {"channel": channel, "emotion": emotion, "data": {"customer_told": customer_told}}
    note(item=item, verb=Event.Verb.RESOLVED, actor=actor, now=now, text=result, **said)
    feel(item=item, now=now)
    if customer_told:
        clocks.stop(item=item, kinds=ENDED, now=now)
        _finish(item=item, result=result, actor=actor, now=now)
    else:
        clocks.watch_idle(item=item, now=now)
    clocks.refresh(item=item)


@transaction.atomic
def close(
    *, item: PendingItem, result: str, actor: User, now: datetime, promise_kept: bool | None = None
) -> None:
    """End the item with what came of it."""
    require_open(item)
    _settle_promise(item=item, kept=promise_kept, actor=actor, now=now)
    lifecycle.move(item, Stage.CLOSED, result=result, is_open=False, closed_at=now, changed_at=now)
    clocks.stop(item=item, kinds=ENDED, now=now)
    note(item=item, verb=Event.Verb.CLOSED, actor=actor, now=now, text=result)
    _finish(item=item, result=result, actor=actor, now=now)


@transaction.atomic
def cancel(
    *, item: PendingItem, reason: str, actor: User, now: datetime, promise_kept: bool | None = None
) -> None:
    """End an item that should not be one, such as one registered twice."""
    require_open(item)
    _settle_promise(item=item, kept=promise_kept, actor=actor, now=now)
    lifecycle.move(item, Stage.CANCELLED, result=reason, is_open=False, closed_at=now, changed_at=now)
    note(item=item, verb=Event.Verb.CANCELLED, actor=actor, now=now, text=reason)
    _finish(item=item, result=reason, actor=actor, now=now)


@transaction.atomic
def reopen(*, item: PendingItem, reason: str, actor: User, now: datetime) -> None:
    """Open an ended item again, with its history and first contact; its time to be done starts anew.

    Whoever reopens it has it, when on duty in the team; else it stands in the queue of its post.
    """
    if item.is_open:
        raise InvalidMove(_("This item is open already."))
    on_duty = item.team_id in duty.access(actor, now).duty_team_ids
    coming = item.key_at if item.key_at and item.key_at > now else None
    due_at = clocks.done_due(kind=item.kind, team=item.team, key_at=coming, now=now)
    clocks.start(item=item, kind=ClockKind.DONE, now=now, due_at=due_at)
    if item.is_urgent and not item.responded_at:
        response_at = clocks.response_due(post=item.post, start_at=now)
        clocks.start(item=item, kind=ClockKind.RESPONSE, now=now, due_at=response_at)
    lifecycle.move(
        item,
        Stage.IN_PROGRESS,
        holder=actor if on_duty else None,
        is_open=True,
        closed_at=None,
        customer_told=None,
        next_due_at=due_at,
        changed_at=now,
    )
    if not on_duty:
        await_taking(item=item, now=now)
    clocks.watch_idle(item=item, now=now)
    clocks.watch_complaint(item=item, now=now)
    clocks.refresh(item=item)
    note(item=item, verb=Event.Verb.REOPENED, actor=actor, now=now, text=reason, person=item.holder)


def _settle_promise(*, item: PendingItem, kept: bool | None, actor: User, now: datetime) -> None:
    promise = item.promises.filter(state=Promise.State.OPEN).select_related("item").order_by("pk").first()
    if promise is None:
        return
    if kept is None:
        raise InvalidMove(
            _("Please say whether this promise was kept: %(promise)s") % {"promise": promise.text}
        )
    if kept:
        promises.keep(promise=promise, actor=actor, now=now)
    else:
        promises.break_(promise=promise, actor=actor, now=now)


def _finish(*, item: PendingItem, result: str, actor: User, now: datetime) -> None:
    """What runs still is needed no more, its open line is answered, and the first contact is told."""
    lines.end_for_item(item=item, actor=actor, now=now)
    clocks.stop(item=item, kinds=set(Waits.values), now=now, void=True)
    clocks.refresh(item=item)
    inbox.tell(
        recipient=item.first_contact,
        actor=actor,
        sentence=TOLD[Stage(item.stage)],
        facts={"result": result},
        item=item,
        now=now,
    )
