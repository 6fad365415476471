"""Takes out of the application what waits in the outbox: by email, and to group chats.

A row is leased in one transaction, sent outside of any, and settled in another that counts only while the
lease does. Whoever dies between sending and settling leaves a row that is sent again: at least once, under
the same id, and marked as a possible repeat. Rows are leased in portions and settled in batches, so that a
crowd is told soon, and a crash leaves few of them to their lease.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from billiard.exceptions import SoftTimeLimitExceeded  # of Celery, without loading all of it into the web
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse

from accounts.models import User
from handover.carriers import Carrier, Mail, NotSent, Parcel, Reason, chat
from handover.models import Delivery, Event, Message
from handover.queries.pulse import DELIVERY
from handover.services import events, pulse

logger = logging.getLogger(__name__)

# Of one lane. As much as a place takes in about a second, and as much as waits for its lease after a crash.
PORTION = 100
LEASE = timedelta(seconds=30)
# Nothing is begun later than this, so that what was begun ends within the lease.
SENDING_SECONDS = 12
# What becomes known within so short a time is written at once.
TOGETHER_SECONDS = 0.1
LANES_AT_ONCE = 8
MAIL_LANES = 4  # a mail server takes its time over each letter, and takes several at once
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
# About three hours of trying. What waits behind a place that is down is tried less often, for a day at most.
ATTEMPTS = 10
OLDEST = timedelta(days=1)
# What was sent or given up can be looked at for so long.
KEPT = timedelta(days=30)
FORGOTTEN_AT_ONCE = 5000
_NEEDS = (
    "message__recipient",
    "message__item__team",
    "message__handover__team",
    "webhook",
    "item",
    "handover",
)
_SETTLED = ("state", "attempts", "may_have_arrived", "next_at", "settled_at", "error")


class Lane(NamedTuple):
    """One way to a place: a group chat has one, so that it is told in order."""

    place: int | None  # the webhook; None is the mail server
    number: int


@dataclass(frozen=True)
class Outcome:
    """What became of one row; untried ones wait, with the failure of what went to the same place."""

    pk: int
    is_tried: bool
    failure: NotSent | None = None


def deliver(*, now: datetime) -> int:
    """Send what is due and write the pulse; answers how many rows were leased.

    Safe to run at any time, by several at once, late, or again after a crash anywhere in it.
    """
    places = list(_due(now).values_list("webhook", flat=True).distinct().order_by("webhook"))
    pulse.beat(name=DELIVERY, now=now)
    lanes = [Lane(place, number) for place in places for number in range(1 if place else MAIL_LANES)]
    return _Round(now).drain(lanes)


@transaction.atomic
def retry(*, delivery: Delivery, actor: User, now: datetime) -> None:
    """Try once more what was given up, from the beginning. Safe to repeat."""
    given_up = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.GIVEN_UP)
    if given_up.update(state=Delivery.State.WAITING, attempts=0, next_at=now, settled_at=None, error=""):
        events.record(verb=Event.Verb.DELIVERY_RETRIED, actor=actor, now=now, **_facts(delivery))


def forget_old(*, now: datetime) -> None:
    """Delete what was sent or given up long ago, so much at once that nobody waits for it. Safe to repeat."""
    settled = (
        Delivery.objects.filter(settled_at__lt=now - KEPT).order_by("settled_at").values_list("pk", flat=True)
    )
    Delivery.objects.filter(pk__in=list(settled[:FORGOTTEN_AT_ONCE])).delete()


def _due(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now)


class _Round:
    """One turn. Each lane sends portion after portion in a thread of its own, so that a slow one holds up no
    other; this thread alone asks the database.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.until = time.monotonic() + SENDING_SECONDS
        self.under_way: dict[int, Delivery] = {}
        self.lanes: dict[int, Lane] = {}  # of what is under way
        self.outcomes: SimpleQueue[Outcome] = SimpleQueue()

    def drain(self, lanes: Iterable[Lane]) -> int:
        """Until nothing is due any more, or the time is over."""
        count = 0
        with ThreadPoolExecutor(LANES_AT_ONCE) as pool:
            try:
                for lane in lanes:
                    count += self._begin(lane, pool)
                while self.under_way:
                    known = self._known()
                    _settle(self.under_way, known, self.now)
                    for lane in self._done_with(known):
                        count += self._begin(lane, pool)
            finally:
                self.until = 0  # what cannot be written down any more is not sent either
        return count

    def _begin(self, lane: Lane, pool: ThreadPoolExecutor) -> int:
        """Lease the next portion for a lane, and have it sent; answers how much it was."""
        rows = _lease(self.now, lane.place) if time.monotonic() < self.until else []
        if rows:
            self.under_way |= {row.pk: row for row in rows}
            self.lanes |= {row.pk: lane for row in rows}
            carrier, parcels = _carrier(rows[0], self.now), [(row.pk, _parcel(row)) for row in rows]
            pool.submit(self._carry, carrier, parcels)
        return len(rows)

    def _carry(self, carrier: Carrier, parcels: list[tuple[int, Parcel]]) -> None:
        """Along one lane in order, until its server fails or the time is over."""
        down: NotSent | None = None
        for pk, parcel in parcels:
            if down or time.monotonic() > self.until:
                self.outcomes.put(Outcome(pk, is_tried=False, failure=down))
                continue
            failure = _send(carrier, parcel)
            down = failure if failure and failure.place_is_down else None
            self.outcomes.put(Outcome(pk, is_tried=True, failure=failure))
        carrier.close()

    def _known(self) -> list[Outcome]:
        """The next outcome, and what else becomes known while one would be written."""
        known = [self.outcomes.get()]
        end = time.monotonic() + TOGETHER_SECONDS
        while len(known) < len(self.under_way):
            try:
                known.append(self.outcomes.get(timeout=max(end - time.monotonic(), 0)))
            except Empty:
                break
        return known

    def _done_with(self, known: list[Outcome]) -> set[Lane]:
        """The lanes on which nothing is under way any more."""
        for outcome in known:
            del self.under_way[outcome.pk]
        return {self.lanes.pop(outcome.pk) for outcome in known} - set(self.lanes.values())


@transaction.atomic
def _lease(now: datetime, place: int | None) -> list[Delivery]:
    """Only PostgreSQL locks rows; on SQLite a writer has the database for itself."""
    due = _due(now).filter(webhook=place).order_by("next_at", "pk").select_related(*_NEEDS)
    rows = list(due.select_for_update(skip_locked=True, of=("self",))[:PORTION])
    # Until the outcome is written, nobody knows it.
    leased = Delivery.objects.filter(pk__in=[row.pk for row in rows])
    leased.update(next_at=now + LEASE, attempts=F("attempts") + 1, may_have_arrived=True)
    return rows


def _send(carrier: Carrier, parcel: Parcel) -> NotSent | None:
    try:
        carrier.send(parcel)
    except NotSent as failure:
        return failure
    except SoftTimeLimitExceeded:
        raise  # no fault of the letter: the next run goes on
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
        language=reader.own_language,
        to=reader.email if reader.is_active else "",
        zone=reader.time_zone or (about.team.time_zone if about else settings.TIME_ZONE),
    )


def _address(row: Delivery) -> str:
    """Where it can be read about, nothing while nobody has said where this installation is reached."""
    path = _path(row) if settings.SITE_URL else ""
    return settings.SITE_URL + path if path else ""


def _path(row: Delivery) -> str:
    if row.message and row.message.path:
        return row.message.path
    source = row.message or row
    if source.item_id:
        return reverse("item_detail", args=[source.item_id])
    return reverse("handover_detail", args=[source.handover_id]) if source.handover_id else ""


@transaction.atomic
def _settle(rows: Mapping[int, Delivery], outcomes: list[Outcome], now: datetime) -> None:
    """Write what became of rows as they were before the lease; nothing where it is somebody else's by now."""
    leased = Delivery.objects.filter(state=Delivery.State.WAITING, next_at=now + LEASE)
    leased = leased.filter(pk__in=[outcome.pk for outcome in outcomes]).order_by("pk")
    ours = set(leased.select_for_update().values_list("pk", flat=True))
    settled = [_settled(rows[outcome.pk], outcome, now) for outcome in outcomes if outcome.pk in ours]
    # Every row is there, so that this updates alone.
    Delivery.objects.bulk_create(settled, update_conflicts=True, unique_fields=["pk"], update_fields=_SETTLED)
    given_up = [row for row in settled if row.state == Delivery.State.GIVEN_UP]
    verb = Event.Verb.DELIVERY_GIVEN_UP
    events.record_all([events.entry(verb=verb, actor=None, now=now, **_facts(row)) for row in given_up])


def _settled(row: Delivery, outcome: Outcome, now: datetime) -> Delivery:
    """The row with what became of it."""
    row.attempts += outcome.is_tried
    failure = outcome.failure
    if outcome.is_tried and failure is None:
        row.may_have_arrived, row.error = True, ""
        row.state, row.next_at, row.settled_at = Delivery.State.SENT, None, now
        return row
    row.error = str(failure or row.error)[:300]
    row.may_have_arrived |= bool(outcome.is_tried and failure and failure.may_have_arrived)
    if row.attempts >= ATTEMPTS or (failure and now - row.at > OLDEST):
        row.state, row.next_at, row.settled_at = Delivery.State.GIVEN_UP, None, now
    elif failure:
        row.next_at = now + min(FIRST_PAUSE * 2 ** max(row.attempts - 1, 0), LONGEST_PAUSE)
    return row  # what there was no time for keeps its place in the line


def _facts(row: Delivery) -> dict[str, Any]:
    """What the message was about, for the trail; what is about nothing stands in that of its team."""
    source = row.message or row
    if source.item or source.handover:
        return {"item": source.item, "handover": source.handover}
    return {"team_id": row.webhook.team_id} if row.webhook else {}
