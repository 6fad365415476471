"""The engine: fires every step of a ladder that has come due, once, and says when it looks again.

The database alone remembers what waits (`Clock.next_at`). Who calls `sweep`, and how many at once, makes no
difference: a row is claimed under lock, its state and the duty roster are read again, and the step, its
entry in the trail, the messages and the next instant are written in the same transaction.
"""

import logging
from datetime import datetime, timedelta

from billiard.exceptions import SoftTimeLimitExceeded  # of Celery, without loading all of it into the web
from django.db import transaction
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from handover import clock
from handover.models import Clock, Event, PendingItem
from handover.queries.pulse import SWEEP
from handover.services import events, outbox, pulse
from handover.services.tellings import Tellings

logger = logging.getLogger(__name__)

BATCH = 500
# A row that fails waits this long, twice as long each time, and is reported after some failures.
FIRST_PAUSE = timedelta(seconds=30)
MOST_DOUBLINGS = 7
LONGEST_PAUSE = timedelta(hours=1)
FAILURES_TO_REPORT = 3
# What the clocks of a batch come with.
NEEDS = (
    "ladder",
    "item__post__team",
    "item__customer",
    "item__issue_type",
    "item__holder",
    "handover__post__team",
    "handover__outgoing_shift",
)
# And what the few of disputes and findings need besides.
NEEDS_OF_DISPUTE = (
    "dispute__post__team",
    "dispute__handover__post",
    "dispute__handover__outgoing_shift",
    "dispute__item__customer",
    "dispute__rule_by",
)
NEEDS_OF_FINDING = (
    "finding__post__team",
    "finding__responsible",
    "finding__handover__post",
    "finding__handover__outgoing_shift",
)


def run(*, reading: clock.Reading) -> int:
    """One turn of the engine: keep the time, sweep, and leave the pulse; answers as `sweep` does."""
    now = pulse.keep_time(reading=reading)
    looked = sweep(now=now)
    pulse.beat(name=SWEEP, now=now)
    return looked


def sweep(*, now: datetime) -> int:
    """Fire all that is due, batch by batch; answers how many clocks were looked at.

    Safe to run at any time, by several at once, late, or again after a crash anywhere in it.
    """
    looked, ahead = 0, Q()
    while rows := list(_due(now).filter(ahead).values_list("next_at", "pk")[:BATCH]):
        looked += _batch([pk for _at, pk in rows], now)
        if len(rows) < BATCH:
            break
        # What somebody else has locked is due still; to read it again would hold up all behind it.
        at, pk = rows[-1]
        ahead = Q(next_at__gt=at) | Q(next_at=at, pk__gt=pk)
    return looked


def _due(now: datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(stopped_at__isnull=True, next_at__lte=now).order_by("next_at", "pk")


def _batch(ids: list[int], now: datetime) -> int:
    """All of them in one transaction; where one fails, each in its own, so that it holds up no other."""
    try:
        return _fire(ids, now)
    except SoftTimeLimitExceeded:
        raise  # no fault of a row: the next sweep goes on
    except Exception:
        logger.exception("A batch of %d clocks failed; trying them one by one", len(ids))
    return sum(_fire_alone(pk, now) for pk in ids)


def _fire_alone(pk: int, now: datetime) -> int:
    try:
        return _fire([pk], now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("Clock %d failed", pk)
        _set_back(pk, now)
        return 1


@transaction.atomic
def _fire(ids: list[int], now: datetime) -> int:
    """Claim what nobody else has claimed, tell what is due of it, and write when to look again.

    The items are claimed first: of two clocks of an item the second must know what the first has told. Only
    PostgreSQL locks rows; on SQLite a writer has the database for itself.
    """
    items = PendingItem.objects.filter(pk__in=Clock.objects.filter(pk__in=ids).values("item"))
    ours = list(items.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    claimed = _due(now).filter(Q(item__in=ours) | Q(item=None), pk__in=ids)
    locked = claimed.select_for_update(skip_locked=True, of=("self",))
    clocks = list(locked.select_related(*NEEDS))
    prefetch_related_objects([clock for clock in clocks if clock.dispute_id], *NEEDS_OF_DISPUTE)
    prefetch_related_objects([clock for clock in clocks if clock.finding_id], *NEEDS_OF_FINDING)
    if clocks:
        Tellings(clocks, now).write()
    return len(clocks)


@transaction.atomic
def _set_back(pk: int, now: datetime) -> None:
    """Look at a row that failed later, and tell the administrators of one that goes on failing."""
    failed = _due(now).filter(pk=pk).select_for_update(skip_locked=True, of=("self",))
    row = failed.select_related("item", "handover", "dispute__handover", "finding__handover").first()
    if row is None:
        return  # it was stopped meanwhile, or somebody else has looked at it
    pause = min(FIRST_PAUSE * 2 ** min(row.failures, MOST_DOUBLINGS), LONGEST_PAUSE)
    failures = row.failures + 1
    Clock.objects.filter(pk=pk).update(next_at=now + pause, failures=failures)
    if failures == FAILURES_TO_REPORT:
        _report(row, now)


def _report(waiting: Clock, now: datetime) -> None:
    """Say in the inbox of every administrator that the engine cannot tell what it should."""
    outbox.send_to_administrators(
        lambda: _failing(waiting),
        key=f"failed.{waiting.pk}.{now:%Y%m%d%H%M%S}",  # it may recover, and fail again another day
        now=now,
        item=waiting.item,
        handover=waiting.record,
    )
    events.record(
        verb=Event.Verb.ENGINE_FAILED,
        actor=None,
        now=now,
        data={"clock": waiting.kind},
        **events.facts(waiting),
    )


def _failing(waiting: Clock) -> str:
    thing = f"#{waiting.item_id}" if waiting.item_id else str(waiting.record)
    return _(
        "The engine cannot tell anybody that %(thing)s waits: it failed %(count)s times. "
        "It goes on trying. The log of the worker says why."
    ) % {"thing": thing, "count": FAILURES_TO_REPORT}
