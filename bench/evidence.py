"""What it costs to seal the trail and to verify all of it, among so many entries.

`bench.run --evidence` runs it in a process of its own: `python -m bench.launch bench.evidence ENTRIES...`.
"""

import sys
from datetime import datetime
from itertools import count
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench import report
from bench.engine import Spent, spending
from handover import seal_key
from handover.models import Event, LedgerEntry
from handover.queries import verification
from handover.services import ledger

PORTION = 10_000  # made at once
WORDS = "Rang the warehouse: they look for parcel %d, and the customer is told by 15:00."


def main(*sizes: int) -> None:
    call_command("migrate", verbosity=0)
    connection.settings_dict["CONN_MAX_AGE"] = None  # its processor time is read from one process
    now = timezone.now()
    rows = []
    for size in sizes:
        before = LedgerEntry.objects.count()
        _write(size - before, now)
        with spending() as sealing:
            while ledger.run(now=now):
                continue
        with spending() as verifying:
            _verify(size)
        rows.append(report.Evidence(size, size - before, _seconds(sealing), _seconds(verifying)))
    sys.stdout.write(f"{report.evidence(rows)}\n\n")


def _write(missing: int, now: datetime) -> None:
    numbers = count()
    for first in range(0, missing, PORTION):
        Event.objects.bulk_create(
            Event(at=now, verb="progressed", text=WORDS % number, channel="phone", data={"contact": number})
            for number, _row in zip(numbers, range(min(PORTION, missing - first)), strict=False)
        )


def _verify(size: int) -> None:
    with Path(settings.EVIDENCE_CHECKPOINT_FILE).open() as copy:
        found = verification.verify(seal_key.load().public_key(), copy)
    if (found.entries, found.waiting) != (size, 0):
        raise SystemExit(f"Only {found.entries} of {size} entries were verified.")


def _seconds(spent: Spent) -> tuple[float, float]:
    """Of the processor, of this process and of the database server; and by the clock."""
    return spent.own + spent.server, spent.wall


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
