"""Walks the whole ledger, and names the first thing that does not fit."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.exceptions import FieldError
from django.db.models import Max
from django.utils.translation import gettext as _

from handover import chain, seal_key
from handover.models import Checkpoint, Layout, LedgerEntry, Watermark
from handover.models.evidence import PROTECTED, Protected
from handover.queries import coherence, evidence
from handover.queries.coherence import DoesNotFit

PORTION = 2_000  # entries held in memory at once
SLACK = timedelta(days=1)  # what the sealer may lie behind, or a clock be wrong
TABLES = {table.name: table for table in PROTECTED}
ENTRIES, CHECKPOINTS, LAYOUTS = (model._meta.db_table for model in (LedgerEntry, Checkpoint, Layout))

Entry = tuple[int, str, str, str, str, str]  # seq, table, key, salt, commitment, hash


@dataclass(frozen=True)
class Verified:
    """How much was found in order."""

    entries: int
    checkpoints: int
    outside: int
    waiting: int
    backdated: list[str]  # table and key of each row that tells of a time long before it was put there


def verify(key: Ed25519PublicKey, outside: Iterable[str]) -> Verified:
    """Everything once, as a stream. `outside` are the lines of the copy, the oldest first, read before the
    database is: what is sealed meanwhile may only be missing there. Raises DoesNotFit.
    """
    copied = _copied(outside)
    entries, checkpoints, backdated = _ledger(key)
    _outside(copied)
    coherence.check()
    return Verified(entries, checkpoints, len(copied), _unsealed(), backdated)


def _copied(outside: Iterable[str]) -> list[tuple[int, str]]:
    """The size and the canonical line of each checkpoint of the copy."""
    found: list[tuple[int, str]] = []
    for number, text in enumerate(outside, start=1):
        place = _("line %(number)d of the copy outside") % {"number": number}
        try:
            checkpoint = evidence.read_line(text)
        except ValueError:
            raise DoesNotFit(CHECKPOINTS, place, _("This line cannot be read.")) from None
        if found and checkpoint.size <= found[-1][0]:
            raise DoesNotFit(CHECKPOINTS, place, _("It is not larger than the line before it."))
        found.append((checkpoint.size, evidence.line(checkpoint)))
    return found


def _ledger(key: Ed25519PublicKey) -> tuple[int, int, list[str]]:
    """The chain from its beginning, each row that it stands for, and the checkpoints along it."""
    # In this order: an entry that can be seen was committed with its checkpoint.
    last = LedgerEntry.objects.aggregate(last=Max("seq"))["last"] or 0
    checkpoints, layouts = _Checkpoints(key), _Layouts()
    seq, head = 0, chain.BEGINNING
    backdated: list[str] = []
    for portion in _portions(last):
        earliest = {}
        for entry in portion:
            seq, head = _follow(entry, seq, head)
            earliest[seq] = checkpoints.before and checkpoints.before - SLACK
            if seq == checkpoints.coming:
                checkpoints.check(head)
        backdated += _rows(portion, layouts, earliest)
    checkpoints.end(seq)
    return seq, checkpoints.count, backdated


def _portions(last: int) -> Iterator[list[Entry]]:
    seq = 0
    columns = ("seq", "table", "key", "salt", "commitment", "hash")
    entries = LedgerEntry.objects.filter(seq__lte=last).order_by("seq").values_list(*columns)
    while portion := list(entries.filter(seq__gt=seq)[:PORTION]):
        yield portion
        seq = portion[-1][0]


def _follow(entry: Entry, seq: int, head: str) -> tuple[int, str]:
    number, table, key, _salt, committed, written = entry
    if number != seq + 1:
        raise DoesNotFit(ENTRIES, seq + 1, _("This entry of the ledger is gone."))
    head = chain.link(head, number, table, key, committed)
    if head != written:
        raise DoesNotFit(
            ENTRIES, number, _("This entry, or one before it, was changed: its hash does not follow.")
        )
    return number, head


class _Layouts:
    """The columns that an entry stands for."""

    def __init__(self) -> None:
        self._coming = list(Layout.objects.order_by("-since").values_list("since", "columns"))
        self._columns: dict[str, Any] = {}

    def at(self, seq: int, table: str) -> tuple[str, ...]:
        while self._coming and self._coming[-1][0] <= seq:
            self._columns = self._coming.pop()[1]
        columns = self._columns.get(table) if isinstance(self._columns, dict) else None
        if not columns or table not in TABLES:
            raise DoesNotFit(LAYOUTS, seq, _("Nothing says which columns this entry of the ledger covers."))
        return tuple(columns)


def _rows(portion: list[Entry], layouts: _Layouts, earliest: dict[int, datetime | None]) -> Iterator[str]:
    """Each row that these entries stand for is there, and is what it was. Answers with those that tell of a
    time before the earliest that their entry leads to expect.
    """
    wanted: dict[tuple[str, tuple[str, ...]], list[Entry]] = defaultdict(list)
    for entry in portion:
        wanted[entry[1], layouts.at(entry[0], entry[1])].append(entry)
    for (table, columns), entries in wanted.items():
        rows = _read(TABLES[table], columns, [entry[2] for entry in entries])
        written_at = TABLES[table].written_at
        place = columns.index(written_at) if written_at in columns else None
        for seq, _table, key, salt, committed, _hash in entries:
            values = rows.get(key)
            if values is None:
                raise DoesNotFit(
                    table,
                    key,
                    _("This row is gone; entry %(seq)d of the ledger has sealed it.") % {"seq": seq},
                )
            if _commitment(salt, columns, values) != committed:
                raise DoesNotFit(
                    table, key, _("This row was changed after entry %(seq)d sealed it.") % {"seq": seq}
                )
            limit = earliest[seq]
            if limit and place is not None and values[place] < limit:
                yield f"{table} {key}"


def _read(table: Protected, columns: tuple[str, ...], keys: list[str]) -> dict[str, list[Any]]:
    field = table.model._meta.pk
    try:
        found = table.model._default_manager.filter(pk__in=[field.to_python(key) for key in keys])
        return {str(key): values for key, *values in found.values_list("pk", *columns)}
    except FieldError:
        what = _("It does not have all the columns any more that the ledger covers: %(columns)s.")
        raise DoesNotFit(table.name, keys[0], what % {"columns": ", ".join(columns)}) from None


def _commitment(salt: str, columns: tuple[str, ...], values: list[Any]) -> str:
    try:
        return chain.commitment(salt, chain.row_text(columns, values))
    except ValueError:
        return ""  # what stands there is no salt


class _Checkpoints:
    """Those of the database, along the chain."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self._stored = Checkpoint.objects.order_by("size").iterator()
        self._next = next(self._stored, None)
        self._size = 0
        self.count = 0
        # When the sealer ran before the run that made the one that is coming.
        self.before: datetime | None = None

    @property
    def coming(self) -> int | None:
        return self._next.size if self._next else None

    def check(self, head: str) -> None:
        """The coming one, with the hash of the entry at which it stands."""
        checkpoint = self._next
        assert checkpoint is not None  # noqa: S101  asked for by its size
        if checkpoint.key_id != seal_key.key_id(self._key):
            what = _("It is signed with key %(theirs)s, not with %(ours)s.")
            words = {"theirs": checkpoint.key_id, "ours": seal_key.key_id(self._key)}
            raise DoesNotFit(CHECKPOINTS, checkpoint.size, what % words)
        if not seal_key.is_signed(self._key, evidence.signed_text(checkpoint), checkpoint.signature):
            what = _("Its signature is not of this key and this text.")
            raise DoesNotFit(CHECKPOINTS, checkpoint.size, what)
        if checkpoint.head != head:
            what = _("The ledger was written anew: it does not lead to what was signed.")
            raise DoesNotFit(CHECKPOINTS, checkpoint.size, what)
        if checkpoint.since != self._size:
            what = _("The checkpoint before it, %(since)d, is gone.") % {"since": checkpoint.since}
            raise DoesNotFit(CHECKPOINTS, checkpoint.size, what)
        self._size = checkpoint.size
        self._next = next(self._stored, None)
        if self._next and self._next.at > checkpoint.at:
            self.before = checkpoint.at
        self.count += 1

    def end(self, seq: int) -> None:
        """The ledger ends at its last checkpoint. One sealed since the walk began may be further on."""
        checkpoint = self._next
        if checkpoint and not LedgerEntry.objects.filter(seq=checkpoint.size).exists():
            what = _("The ledger has no entry of this number, though it was signed: its end is cut off.")
            raise DoesNotFit(CHECKPOINTS, checkpoint.size, what)
        if self._size != seq:
            raise DoesNotFit(ENTRIES, seq, _("No checkpoint signs this entry of the ledger."))


def _outside(copied: list[tuple[int, str]]) -> None:
    stored = Checkpoint.objects.order_by("size").iterator()
    here = next(stored, None)
    for size, text in copied:
        while here and here.size < size:
            here = next(stored, None)
        if here is None or here.size != size:
            what = _("It is in the copy outside alone: this database was cut off, or is an older one.")
            raise DoesNotFit(CHECKPOINTS, size, what)
        if evidence.line(here) != text:
            raise DoesNotFit(CHECKPOINTS, size, _("The copy outside says something else."))


def _unsealed() -> int:
    """How many rows wait for the sealer; one that it has passed by was put there behind its back."""
    waiting = 0
    marks = dict(Watermark.objects.values_list("table", "serial"))
    for table in PROTECTED:
        found = evidence.without_entry(table)
        passed = found.exclude(evidence.recent(table, marks.get(table.name, 0)))
        if missed := passed.order_by("pk").first():
            raise DoesNotFit(
                table.name, missed.pk, _("This row is not in the ledger, though later ones are.")
            )
        waiting += found.count()
    return waiting
