"""What may never change once it is written, and the ledger that would show if it did."""

from dataclasses import dataclass

from django.db import models

from .disputes import DisputeStatement
from .events import Event
from .handovers import Round
from .readings import Reading
from .signoffs import Addendum, SignedText, SignOff
from .spot_checks import FindingEntry, SpotCheck


@dataclass(frozen=True)
class Protected:
    """A table of which no row is ever deleted or changed."""

    model: type[models.Model]
    # Grows with each new row, so that those which are not sealed yet are found without reading all.
    serial: str = "id"
    # The only columns that are frozen, where the others follow what happens; else every column is.
    frozen: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        """The frozen columns in the order of the model."""
        names = [field.attname for field in self.model._meta.concrete_fields]
        return [name for name in names if not self.frozen or name in self.frozen]


class LedgerEntry(models.Model):
    """The fingerprint of one protected row, chained to that of every row sealed before it."""

    seq = models.BigIntegerField(primary_key=True)  # from 1 without a gap
    table = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    # The chain does not hang on it: a row and its salt could be erased one day, and the rest still be proved.
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="ledger_entry_once")]

    def __str__(self) -> str:
        return f"{self.seq}: {self.table} {self.key}"


class Checkpoint(models.Model):
    """What the ledger was at an instant, signed with a key that is not in the database."""

    size = models.BigIntegerField(primary_key=True)
    since = models.BigIntegerField()  # the size of the checkpoint before
    head = models.CharField(max_length=64)
    at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"{self.size} at {self.at:%Y-%m-%d %H:%M} UTC"


class Layout(models.Model):
    """Which columns the entries from `since` on stand for: a later migration may add some."""

    since = models.BigIntegerField(primary_key=True)
    columns = models.JSONField()

    def __str__(self) -> str:
        return f"from {self.since}"


class Watermark(models.Model):
    """Up to which serial every row of a table is sealed. It only spares work, and proves nothing."""

    table = models.CharField(max_length=40, primary_key=True)
    serial = models.BigIntegerField(default=0)
    # Sealed up to here, but a transaction that was running then may still commit a smaller serial.
    candidate = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.table}: {self.serial}"


# A new table of the trail is one more line here: `migrate` then protects it and the ledger covers it.
PROTECTED = (
    Protected(Event),
    Protected(Reading),
    Protected(SignedText, serial="sign_offs__id"),
    Protected(SignOff),
    Protected(Addendum),
    Protected(DisputeStatement),
    Protected(SpotCheck),
    Protected(FindingEntry),
    Protected(
        Round,
        frozen=(
            "id",
            "handover_id",
            "number",
            "text_id",
            "submitted_by_id",
            "submitted_at",
            "score",
            "score_rules_id",
            "score_parts",
        ),
    ),
)
APPEND_ONLY = (*PROTECTED, Protected(LedgerEntry), Protected(Checkpoint), Protected(Layout))
