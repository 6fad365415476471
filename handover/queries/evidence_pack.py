"""What proves one record: its rows, and the part of the ledger that seals them."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from handover import chain
from handover.errors import HandoverError
from handover.models import Addendum, Checkpoint, Handover, LedgerEntry, Round, SignedText, SignOff
from handover.models.evidence import PROTECTED, Protected
from handover.queries import evidence

# How the rows of a record are found in each table.
OF_RECORD: dict[type[Model], str] = {
    SignedText: "sign_offs__handover",
    SignOff: "handover",
    Addendum: "handover",
    Round: "handover",
}


class NotSealed(HandoverError):
    """The ledger has not come to this record yet."""


@dataclass(frozen=True)
class Proof:
    """The rows with their salts, and each batch of the ledger in which one of them was sealed."""

    rows: list[dict[str, Any]]
    batches: list[dict[str, Any]]


def prove(handover: Handover) -> Proof:
    """Raises NotSealed unless every row of the record is."""
    rows, seqs = [], []
    for table in PROTECTED:
        if table.model not in OF_RECORD:
            continue
        values = {str(key): tuple(row) for key, *row in _values(handover, table)}
        entries = LedgerEntry.objects.filter(table=table.name, key__in=values).order_by("seq")
        if len(entries) < len(values):
            raise NotSealed(_("Not everything of this record is sealed yet. Try again in a few minutes."))
        for entry in entries:
            seqs.append(entry.seq)
            row = json.loads(chain.row_text(table.columns, values[entry.key]))
            rows.append({"table": entry.table, "key": entry.key, "salt": entry.salt, "row": row})
    return Proof(rows, _batches(seqs))


def _values(handover: Handover, table: Protected) -> Any:
    found = evidence.rows(table).filter(**{OF_RECORD[table.model]: handover})
    return found.distinct().values_list("pk", *table.columns)


def _batches(seqs: list[int]) -> list[dict[str, Any]]:
    """From the checkpoint before to the checkpoint after each entry. Of the rows of others only what tells
    nothing of them: no salt.
    """
    found: dict[int, dict[str, Any]] = {}
    for seq in seqs:
        checkpoint = Checkpoint.objects.filter(size__gte=seq).order_by("size")[0]
        if checkpoint.size not in found:
            before = Checkpoint.objects.filter(size=checkpoint.since).first()
            entries = LedgerEntry.objects.filter(seq__gt=checkpoint.since, seq__lte=checkpoint.size)
            columns = ("seq", "table", "key", "commitment")
            found[checkpoint.size] = {
                "before": json.loads(evidence.line(before)) if before else None,
                "checkpoint": json.loads(evidence.line(checkpoint)),
                "entries": [list(entry) for entry in entries.order_by("seq").values_list(*columns)],
            }
    return [found[size] for size in sorted(found)]
