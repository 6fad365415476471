"""Notes who was shown which customers' data; the data themselves are never in it."""

import logging
from datetime import datetime
from functools import partial

from django.db import InternalError, OperationalError, transaction

from accounts.browser import answered_address
from accounts.models import User
from handover.models import Reading
from handover.queries import readings
from handover.queries.readings import SUBJECTS, Place, Shown

logger = logging.getLogger(__name__)


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
        for place, ids in readings.by_place(kind, unnoted).items()
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
