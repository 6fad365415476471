"""Registers items and writes what happens to them while they are open.

Every function is one transaction, writes the item's Event and stamps `changed_at`. Of two who change the
same item at once, the second gets a Conflict; what is not possible in the item's state is an InvalidMove.
Who holds an item is the matter of `holding`, its end of `endings`, promises of `promises`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from handover import lifecycle
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.hints import hints
from handover.models import (
    Clock,
    ClockKind,
    Customer,
    Emotion,
    Event,
    IssueType,
    Kind,
    PendingItem,
    Post,
    Stage,
    UnknownFact,
)
from handover.queries import duty
from handover.services import clocks, customers, promises, urgency
from handover.services.customers import CustomerFacts
from handover.services.item_changes import feel, note, require_open, touch

Promised = tuple[str, datetime]  # what, by when
SECOND_CLICK = timedelta(minutes=1)


class Holder(Enum):
    BY_DUTY = "by_duty"  # whoever registers it, while on duty at the post; else the queue


class Details(TypedDict, total=False):
    """The facts of an item that may stay empty."""

    key_note: str
    next_action: str
    plan: str
    channel: str
    emotion: str
    order_ref: str
    order_url: str


class Facts(Details, total=False):
    """All that the form of an item may correct."""

    customer: Customer
    issue_type: IssueType
    progress: str
    key_at: datetime | None


class NewFacts(Details):
    """What must be said of a new item."""

    customer: Customer | CustomerFacts  # facts make a new customer
    issue_type: IssueType
    kind: str
    progress: str
    key_at: datetime


class NewItem(NewFacts, total=False):
    """What may be said of it beside its facts; `holder` None means the queue."""

    holder: User | Holder | None
    promise: Promised | None


class Contact(TypedDict, total=False):
    """What a note on progress says beside its text."""

    next_action: str
    key_note: str
    waiting_for: str
    waiting_until: datetime | None
    channel: str
    emotion: str


@dataclass(frozen=True)
class Answers:
    """What the first contact found out of the facts that an imported item lacks."""

    need: str = ""
    need_note: str = ""
    promise: Promised | None = None
    promise_known: bool = False  # also where nothing was promised


@transaction.atomic
def create(
    *, post: Post, actor: User, now: datetime, form_key: str = "", **facts: Unpack[NewItem]
) -> PendingItem:
    """Register an item with its clocks and its promise. Without a holder it stands in the post's queue.

    The same `form_key` again answers the item that it made; one of somebody else counts for nothing. Raises
    NotAllowed where customer or issue type belong to another team, and HandoverError where the ID of a new
    customer is taken.
    """
    if made := _made_with(form_key):
        if made.first_contact_id == actor.pk:
            return made
        form_key = ""
    try:
        with transaction.atomic():
            return _register(post=post, actor=actor, now=now, form_key=form_key, **facts)
    except IntegrityError:
        made = _made_with(form_key)
        if made and made.first_contact_id == actor.pk:
            return made
        raise


@transaction.atomic
def edit(
    *,
    item: PendingItem,
    actor: User,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
    **facts: Unpack[Facts],
) -> bool:
    """Correct the facts; False where nothing changes. Never a contact, so it stops no clock.

    The time of a reminder is its clock: a new time is a new run. Raises Conflict when a fact to be
    changed is not any more as it was `seen`.
    """
    require_open(item)
    changes: dict[str, Any] = {name: value for name, value in facts.items() if value != getattr(item, name)}
    if any(getattr(item, name) != value for name, value in (seen or {}).items() if name in changes):
        raise Conflict(_("Somebody else changed this meanwhile. Please look at it again."))
    if not changes:
        return False
    _require_team(item.team_id, changes.get("customer"), changes.get("issue_type"))
    data = {
        "old": {name: _plain(getattr(item, name)) for name in changes},
        "new": {name: _plain(value) for name, value in changes.items()},
    }
    lifecycle.update(item, **changes, changed_at=now)
    if item.kind == Kind.REMINDER and "key_at" in changes:
        _restart_done(item=item, now=now)
    if "issue_type" in changes:
        clocks.watch_complaint(item=item, now=now)
    note(item=item, verb=Event.Verb.EDITED, actor=actor, now=now, data=data)
    return True


@transaction.atomic
def set_kind(*, item: PendingItem, kind: str, actor: User, now: datetime, reason: str = "") -> None:
    """Change the kind and its clocks.

    An item that becomes urgent has its first response due from now, unless there was one, or it was urgent
    before; one that is urgent no longer waits for neither taking nor response. Raises InvalidMove where it is
    of this kind.
    """
    require_open(item)
    if kind == item.kind:
        raise InvalidMove(_("The item is of this kind already."))
    old = item.kind
    urgent_since = now if kind == Kind.URGENT else None
    lifecycle.update(item, kind=kind, urgent_since=urgent_since, changed_at=now)
    if kind == Kind.URGENT:
        urgency.begin(item=item, now=now)
    else:
        urgency.end(item=item, now=now)
    if Kind.REMINDER in (old, kind):
        _restart_done(item=item, now=now)
    clocks.look_again(item=item, kind=ClockKind.PROMISE, now=now)
    clocks.refresh(item=item)
    data = {"old": old, "new": kind}
    note(item=item, verb=Event.Verb.KIND_CHANGED, actor=actor, now=now, text=reason, data=data)


@transaction.atomic
def progress(
    *,
    item: PendingItem,
    text: str,
    stage: str,
    key_at: datetime | None,
    actor: User,
    now: datetime,
    answers: Answers | None = None,
    **contact: Unpack[Contact],
) -> None:
    """Note what was done; it becomes the current progress and the item goes on, or waits for somebody.

    Only a text that says what was done is a response. The customer's emotion is kept with the customer,
    and answers to facts that the import lacked are written where they belong. The same text again within
    a minute is a second click and changes nothing.
    """
    require_open(item)
    if item.stage == stage and _repeats(
        item=item, verb=Event.Verb.PROGRESSED, actor=actor, now=now, text=text
    ):
        return
    real = _says_what_was_done(text)
    changes: dict[str, Any] = {**contact, "progress": text, "key_at": key_at, "progressed_at": now}
    if stage != Stage.WAITING:
        changes |= {"waiting_for": "", "waiting_until": None}
    if real:
        changes |= _answered(item=item, now=now)
    moved = item.key_at != key_at
    changes |= _learn(item=item, answers=answers, actor=actor, now=now)
    lifecycle.move(item, stage, **changes, changed_at=now)
    if real:
        clocks.stop(item=item, kinds={ClockKind.RESPONSE}, now=now)
        clocks.watch_idle(item=item, now=now)
    if item.kind == Kind.REMINDER and moved:
        _restart_done(item=item, now=now)
    clocks.refresh(item=item)
    note(item=item, verb=Event.Verb.PROGRESSED, actor=actor, now=now, text=text, **_said(item))
    if "emotion" in contact:
        feel(item=item, now=now)


@transaction.atomic
def call_again(
    *,
    item: PendingItem,
    text: str,
    actor: User,
    now: datetime,
    channel: str = "",
    emotion: str = Emotion.NEUTRAL,
) -> None:
    """Log that the customer called again: one more repeat. It stops no clock.

    Every call counts, but for a second click within a minute.
    """
    if _repeats(item=item, verb=Event.Verb.CALLED_AGAIN, actor=actor, now=now, text=text):
        return
    touch(item=item, now=now, repeat_count=F("repeat_count") + 1, emotion=emotion)
    note(
        item=item,
        verb=Event.Verb.CALLED_AGAIN,
        actor=actor,
        now=now,
        text=text,
        channel=channel,
        emotion=emotion,
    )
    feel(item=item, now=now)


def _made_with(form_key: str) -> PendingItem | None:
    return PendingItem.objects.filter(form_key=form_key).order_by("pk").first() if form_key else None


def _register(
    *,
    post: Post,
    actor: User,
    now: datetime,
    form_key: str,
    holder: User | Holder | None = Holder.BY_DUTY,
    promise: Promised | None = None,
    **facts: Unpack[NewFacts],
) -> PendingItem:
    customer = facts["customer"]
    if isinstance(customer, CustomerFacts):
        customer = customers.create(team=post.team, facts=customer, actor=actor, now=now)
    facts["customer"] = customer
    _require_team(post.team_id, customer, facts["issue_type"])
    access = duty.access(actor, now)
    if isinstance(holder, Holder):
        holder = actor if post.pk in access.duty_post_ids else None
    item = PendingItem(team=post.team, post=post, holder=holder, first_contact=actor, **facts)
    item.form_key = form_key
    item.created_at = item.changed_at = now
    item.urgent_since = now if item.is_urgent else None
    if customer.need == Customer.Need.UNKNOWN:
        item.unknown_facts = [UnknownFact.NEED]
    taken = holder == actor and post.team_id in access.duty_team_ids
    dues = _first_dues(item=item, promise=promise, taken=taken, now=now)
    item.next_clock = min(dues, key=lambda clock: dues[clock])
    item.next_due_at = dues[item.next_clock]
    item.save(force_insert=True)
    Clock.objects.bulk_create(
        clocks.run(item=item, kind=clock, started_at=now, due_at=due_at) for clock, due_at in dues.items()
    )
    if item.issue_type.is_complaint:
        clocks.watch_complaint(item=item, now=now)
    _note_new(item=item, actor=actor, now=now)
    if promise:
        promises.write(item=item, promise=promise, actor=actor, now=now)
    if "emotion" in facts:
        feel(item=item, now=now)
    return item


def _note_new(*, item: PendingItem, actor: User, now: datetime) -> None:
    """The person is who has it from the beginning: nobody, where it stands in the queue."""
    facts = {"person": item.holder, "text": item.progress, **_said(item)}
    note(item=item, verb=Event.Verb.CREATED, actor=actor, now=now, **facts)


def _first_dues(
    *, item: PendingItem, promise: Promised | None, taken: bool, now: datetime
) -> dict[str, datetime]:
    dues: dict[str, datetime] = {}
    if item.is_urgent and not taken:
        dues[ClockKind.TAKEN] = clocks.taken_due(post=item.post, start_at=now)
    if item.is_urgent:
        dues[ClockKind.RESPONSE] = clocks.response_due(post=item.post, start_at=now)
    dues[ClockKind.DONE] = clocks.done_due(kind=item.kind, team=item.team, key_at=item.key_at, now=now)
    if promise:
        dues[ClockKind.PROMISE] = promise[1]
    return dues


def _restart_done(*, item: PendingItem, now: datetime) -> None:
    due_at = clocks.done_due(kind=item.kind, team=item.team, key_at=item.key_at, now=now)
    clocks.stop(item=item, kinds={ClockKind.DONE}, now=now, void=True)
    clocks.start(item=item, kind=ClockKind.DONE, now=now, due_at=due_at)
    clocks.refresh(item=item)


def _learn(*, item: PendingItem, answers: Answers | None, actor: User, now: datetime) -> dict[str, Any]:
    """Write the answers where they belong; a note itself tells the progress and the key time."""
    if not item.unknown_facts:
        return {}
    answers = answers or Answers()
    known = {UnknownFact.PROGRESS, UnknownFact.KEY_TIME}
    if answers.need:
        customers.set_need(
            customer=item.customer, need=answers.need, need_note=answers.need_note, actor=actor, now=now
        )
        known.add(UnknownFact.NEED)
    if answers.promise:
        text, due_at = answers.promise
        promises.make(item=item, text=text, due_at=due_at, actor=actor, now=now)
    if answers.promise or answers.promise_known:
        known.add(UnknownFact.PROMISE)
    return {"unknown_facts": [fact for fact in item.unknown_facts if fact not in known]}


def _repeats(*, item: PendingItem, verb: str, actor: User, now: datetime, text: str) -> bool:
    last = Event.objects.filter(item=item, verb=verb, actor=actor, at__gt=now - SECOND_CLICK)
    return last.filter(text=text).exists()


def _answered(*, item: PendingItem, now: datetime) -> dict[str, Any]:
    """What a real action leaves with the item; of an urgent one the first is the response."""
    responded_at = now if item.is_urgent and not item.responded_at else item.responded_at
    return {"idle_handover_count": 0, "responded_at": responded_at}


def _says_what_was_done(text: str) -> bool:
    return not any(hint.is_must for hint in hints(text, field="progress"))


def _said(item: PendingItem) -> dict[str, str]:
    return {"channel": item.channel, "emotion": item.emotion}


def _require_team(team_id: int, *things: Customer | IssueType | None) -> None:
    if any(thing and thing.team_id != team_id for thing in things):
        raise NotAllowed(_("Customer and issue type must belong to the team of the post."))


def _plain(value: object) -> object:
    """A fact as the trail keeps it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, models.Model) else value
