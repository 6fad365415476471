"""Takes out of the application what waits in the outbox: by email, and to group chats.

A row is leased in one transaction, sent outside of any, and settled in another that counts only while the
lease does. Whoever dies between sending and settling leaves a row that is sent again: at least once, under
the same id, and marked as a possible repeat.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from queue import SimpleQueue

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from accounts.models import User
from handover.carriers import Carrier, Mail, NotSent, Parcel, Reason, chat
from handover.models import Delivery, Event, Message
from handover.queries.pulse import DELIVERY
from handover.services import events, pulse

logger = logging.getLogger(__name__)

LIMIT = 1000
LEASE = timedelta(seconds=30)
# Nothing is begun later than this, so that what was begun ends within the lease.
SENDING_SECONDS = 12
PLACES_AT_ONCE = 8
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
# About three hours of trying. What waits behind a place that is down is tried less often, for a day at most.
ATTEMPTS = 10
OLDEST = timedelta(days=1)
_NEEDS = (
    "message__recipient",
    "message__item__team",
    "message__handover__team",
    "webhook",
    "item",
    "handover",
)


@dataclass(frozen=True)
class Outcome:
    """What became of one row; untried ones wait, with the failure of what went to the same place."""

    pk: int
    is_tried: bool
    failure: NotSent | None = None


def deliver(*, now: datetime, limit: int = LIMIT) -> int:
    """Send what is due and write the pulse; answers how many rows were leased.

    Safe to run at any time, by several at once, late, or again after a crash anywhere in it.
    """
    rows = {row.pk: row for row in _lease(now, limit)}
    pulse.beat(name=DELIVERY, now=now)
    if rows:
        for outcome in _carried(rows.values(), now):
            _settle(rows[outcome.pk], outcome, now)
    return len(rows)


@transaction.atomic
def retry(*, delivery: Delivery, actor: User, now: datetime) -> None:
    """Try once more what was given up, from the beginning. Safe to repeat."""
    given_up = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.GIVEN_UP)
    given_up.update(state=Delivery.State.WAITING, attempts=0, next_at=now, settled_at=None, error="")


@transaction.atomic
def _lease(now: datetime, limit: int) -> list[Delivery]:
    """Only PostgreSQL locks rows; on SQLite a writer has the database for itself."""
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    locked = due.select_for_update(skip_locked=True, of=("self",)).select_related(*_NEEDS)
    rows = list(locked[:limit])
    # Until the outcome is written, nobody knows it.
    leased = Delivery.objects.filter(pk__in=[row.pk for row in rows])
    leased.update(next_at=now + LEASE, attempts=F("attempts") + 1, may_have_arrived=True)
    return rows


def _carried(rows: Iterable[Delivery], now: datetime) -> Iterator[Outcome]:
    """One outcome for each row, as soon as it is known.

    Each place has a thread of its own, so that a slow one holds up no other.
    """
    places: dict[int | None, list[Delivery]] = {}
    for row in rows:
        places.setdefault(row.webhook_id, []).append(row)
    outcomes: SimpleQueue[Outcome] = SimpleQueue()
    until = time.monotonic() + SENDING_SECONDS
    with ThreadPoolExecutor(PLACES_AT_ONCE) as pool:
        for waiting in places.values():
            carrier, parcels = _carrier(waiting[0], now), [(row.pk, _parcel(row)) for row in waiting]
            pool.submit(_carry, carrier, parcels, until=until, outcomes=outcomes)
        for _row in range(sum(map(len, places.values()))):
            yield outcomes.get()


def _carry(
    carrier: Carrier, parcels: list[tuple[int, Parcel]], *, until: float, outcomes: SimpleQueue[Outcome]
) -> None:
    """To one place in order, until its server fails or the time is over."""
    down: NotSent | None = None
    for pk, parcel in parcels:
        if down or time.monotonic() > until:
            outcomes.put(Outcome(pk, is_tried=False, failure=down))
            continue
        failure = _send(carrier, parcel)
        down = failure if failure and failure.place_is_down else None
        outcomes.put(Outcome(pk, is_tried=True, failure=failure))
    carrier.close()


def _send(carrier: Carrier, parcel: Parcel) -> NotSent | None:
    try:
        carrier.send(parcel)
    except NotSent as failure:
        return failure
    except Exception as error:
        logger.exception("%s could not be sent", parcel.ref)
        return NotSent(Reason.FAILED, type(error).__name__)
    return None


def _carrier(row: Delivery, now: datetime) -> Carrier:
    hook = row.webhook
    return chat(hook.format, url=hook.url, secret=hook.secret, now=now) if hook else Mail()


def _parcel(row: Delivery) -> Parcel:
    """What is sent: to a group chat in its language, to a person what stands in their inbox."""
    parcel = Parcel(
        ref=f"handover-{row.pk}",
        at=row.at,
        text=row.text,
        language=row.webhook.language if row.webhook else "",
        url=_address(row),
        item_id=row.item_id,
        handover_id=row.handover_id,
        may_be_repeat=row.may_have_arrived,
    )
    return _to_reader(parcel, row.message) if row.message else parcel


def _to_reader(parcel: Parcel, message: Message) -> Parcel:
    reader, about = message.recipient, message.item or message.handover
    return replace(
        parcel,
        text=message.text,
        language=reader.language or settings.LANGUAGE_CODE,
        to=reader.email if reader.is_active else "",
        zone=reader.time_zone or (about.team.time_zone if about else settings.TIME_ZONE),
    )


def _address(row: Delivery) -> str:
    """Where it can be read about, nothing while nobody has said where this installation is reached."""
    source = row.message or row
    if settings.SITE_URL and source.item_id:
        return settings.SITE_URL + reverse("item_detail", args=[source.item_id])
    if settings.SITE_URL and source.handover_id:
        return settings.SITE_URL + reverse("handover_detail", args=[source.handover_id])
    return ""


@transaction.atomic
def _settle(row: Delivery, outcome: Outcome, now: datetime) -> None:
    """Write what became of the row as it was before the lease; nothing once the lease is somebody else's."""
    leased = Delivery.objects.filter(
        pk=row.pk, state=Delivery.State.WAITING, next_at=now + LEASE, attempts=row.attempts + 1
    )
    if outcome.failure is None and outcome.is_tried:
        leased.update(state=Delivery.State.SENT, next_at=None, settled_at=now, error="")
        return
    failure, attempts = outcome.failure, row.attempts + outcome.is_tried
    facts = {
        "attempts": attempts,
        "error": str(failure or row.error)[:300],
        "may_have_arrived": row.may_have_arrived
        or bool(outcome.is_tried and failure and failure.may_have_arrived),
    }
    if attempts >= ATTEMPTS or (failure and now - row.at > OLDEST):
        if leased.update(state=Delivery.State.GIVEN_UP, next_at=None, settled_at=now, **facts):
            _tell_of(row, now)
        return
    pause = min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE) if failure else timedelta()
    leased.update(next_at=now + pause, **facts)


def _tell_of(row: Delivery, now: datetime) -> None:
    """In the trail of what the message was about; supervisors find it on their first page."""
    source = row.message or row
    if source.item or source.handover:
        facts = {"item": source.item, "handover": source.handover}
        events.record(verb=Event.Verb.DELIVERY_GIVEN_UP, actor=None, now=now, **facts)
