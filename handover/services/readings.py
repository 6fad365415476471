"""Notes who was shown which customers' data; the data themselves are never in it."""

import logging
from collections import defaultdict
from datetime import datetime
from functools import partial

from django.db import InternalError, OperationalError, transaction

from accounts.browser import answered_address
from accounts.models import User
from handover.models import Customer, Handover, PendingItem, Reading
from handover.queries import readings
from handover.queries.readings import SUBJECTS, Shown

logger = logging.getLogger(__name__)

Place = tuple[int, int | None]  # team and post


def note(*, actor: User, page: str, shown: Shown, now: datetime) -> None:
    """One row for each team whose customers the page shows, in one statement.

    Nothing is written for what the person was shown on this page a short time ago. No transaction is begun
    to find that out: on SQLite it would wait for whoever writes. Two pages at once may be noted twice.

    Where the database takes nothing, its disk full for instance, the log of the server keeps the note: the
    customer on the phone must not wait for it.
    """
    new = readings.fresh(actor.pk, page, shown, now)
    rows = [
        _row(kind, ids, place, Reading(actor=actor, page=page, at=now, address=answered_address()))
        for kind, unnoted in new.items()
        for place, ids in _by_place(kind, unnoted).items()
    ]
    if not rows:
        return
    try:
        Reading.objects.bulk_create(rows)
    except (OperationalError, InternalError):
        logger.exception(
            "READING not noted: at %s user %d was shown %s of %s from %s",
            *(now.isoformat(), actor.pk, page, new, answered_address()),
        )
    else:
        transaction.on_commit(partial(readings.remember, actor.pk, page, new, now))


def _row(kind: str, ids: list[int], place: Place, reading: Reading) -> Reading:
    reading.team_id, reading.post_id = place
    if len(ids) == 1:
        setattr(reading, SUBJECTS[kind], ids[0])
    else:
        reading.listed = {kind: ids}
    return reading


def _by_place(kind: str, ids: list[int]) -> dict[Place, list[int]]:
    """A list may hold what belongs to several teams; each keeps what was read of its own."""
    found: dict[Place, list[int]] = defaultdict(list)
    if kind == "customers":
        for pk, team in Customer.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "team_id"):
            found[team, None].append(pk)
        return found
    model = PendingItem if kind == "items" else Handover
    for pk, team, post in (
        model.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "team_id", "post_id")
    ):
        found[team, post].append(pk)
    return found
