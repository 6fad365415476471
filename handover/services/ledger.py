"""Seals what was written into the ledger.

Requests never wait for it: they write their rows as ever, and one sealer comes after them.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.db.models import Max

from handover import chain, seal_key
from handover.models import Checkpoint, Event, Layout, LedgerEntry, Watermark
from handover.models.evidence import PROTECTED, Protected
from handover.queries import evidence
from handover.services import checkpoints

BATCH = 1_000  # rows of one transaction
BATCHES = 40  # of one run; what it had no time for the next one does
SALT_BYTES = 16


@dataclass(frozen=True)
class Unsealed:
    """A row without an entry."""

    table: str
    serial: int
    key: str
    text: str


def run(*, now: datetime) -> int:
    """Seal what there is, up to a bound, and bring the copy outside up to date; answers with how many rows
    were sealed. Safe to run twice and by several at once.
    """
    key = seal_key.load()
    sealed = 0
    for _batch in range(BATCHES):
        count = seal(key=key, now=now)
        sealed += count
        if count < BATCH:
            break
    checkpoints.copy_out()
    return sealed


@transaction.atomic
def seal(*, key: Ed25519PrivateKey, now: datetime) -> int:
    """Seal one batch under one checkpoint. Nobody acts: it is no change, so it leaves no Event."""
    marks = _marks()
    told_to = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    oldest, coming = _running()
    rows: list[Unsealed] = []
    for table in PROTECTED:
        if not (room := BATCH - len(rows)):
            break
        found = list(_unsealed(table, marks[table.name].serial, room))
        rows += found
        is_all = len(found) < room
        highest = max((row.serial for row in found), default=0)
        if table.told_by:
            highest = told_to if is_all else 0
        _advance(marks[table.name], highest, oldest, coming, is_all=is_all)
    if rows:
        _append(rows, key, now)
    return len(rows)


def _marks() -> dict[str, Watermark]:
    """Held until the commit, so that there is one sealer at a time."""
    marks = [Watermark(table=table.name) for table in PROTECTED]
    Watermark.objects.bulk_create(marks, ignore_conflicts=True)
    return {mark.table: mark for mark in Watermark.objects.select_for_update().order_by("table")}


def _running() -> tuple[int, int]:
    """The oldest transaction that has not ended, and the number that the next one will get.

    SQLite has one writer at a time, so that serials become visible in their order.
    """
    if connection.vendor == "sqlite":
        return 0, 0
    query = "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
    with connection.cursor() as cursor:
        cursor.execute(f"{query} FROM pg_current_snapshot() s")
        oldest, coming = cursor.fetchone()
        return oldest, coming


def _unsealed(table: Protected, sealed_to: int, room: int) -> Iterator[Unsealed]:
    columns = table.columns
    found = evidence.without_entry(table).filter(evidence.recent(table, sealed_to))
    seen = set()
    for serial, key, *values in found.order_by(table.serial).values_list(table.serial, "pk", *columns)[:room]:
        if key not in seen:  # two sign-offs may stand under one text
            seen.add(key)
            yield Unsealed(table.name, serial, str(key), chain.row_text(columns, values))


def _advance(mark: Watermark, highest: int, oldest: int, coming: int, *, is_all: bool) -> None:
    """What was sealed at an earlier look counts once every transaction that was running then has ended:
    until then one of them may commit a serial below.
    """
    before = (mark.serial, mark.candidate)
    if mark.horizon <= oldest or mark.horizon > coming:  # the latter after a move to another server
        mark.serial = max(mark.serial, mark.candidate if is_all else min(mark.candidate, highest))
        if highest > mark.candidate:
            mark.candidate, mark.horizon = highest, coming
    if (mark.serial, mark.candidate) != before:
        mark.save(update_fields=["serial", "candidate", "horizon"])


def _append(rows: list[Unsealed], key: Ed25519PrivateKey, now: datetime) -> None:
    size, head = evidence.end() or (0, chain.BEGINNING)
    _note_layout(size + 1)
    entries = []
    for seq, row in enumerate(rows, start=size + 1):
        salt = secrets.token_hex(SALT_BYTES)
        committed = chain.commitment(salt, row.text)
        head = chain.link(head, seq, row.table, row.key, committed)
        entries.append(
            LedgerEntry(seq=seq, table=row.table, key=row.key, salt=salt, commitment=committed, hash=head)
        )
    LedgerEntry.objects.bulk_create(entries)
    facts: dict[str, Any] = {"size": size + len(rows), "since": size, "head": head, "at": now}
    facts["key_id"] = seal_key.key_id(key.public_key())
    signature = key.sign(chain.checkpoint_text(**facts).encode()).hex()
    Checkpoint.objects.create(**facts, signature=signature)


def _note_layout(since: int) -> None:
    """Only where the columns are not those of the entries before."""
    columns = {table.name: table.columns for table in PROTECTED}
    latest = Layout.objects.order_by("-since").first()
    if latest is None or latest.columns != columns:
        Layout.objects.create(since=since, columns=columns)
