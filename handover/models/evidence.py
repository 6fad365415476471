"""What may never change once it is written, and the ledger that would show if it did."""

from dataclasses import dataclass

from django.db import models

from .disputes import Dispute, DisputeStatement
from .escalation import Ladder
from .events import Event
from .handovers import Handover, Round
from .notices import Notice, NoticeReceipt
from .readings import Reading
from .score_rules import ScoreRules
from .signoffs import Addendum, SignedText, SignOff
from .spot_checks import Draw, DrawnRecord, Finding, FindingEntry, SpotCheck


@dataclass(frozen=True)
class Protected:
    """A table of which no row is ever deleted or changed, or the columns of one that are written once."""

    model: type[models.Model]
    # Grows with each new row, so that those which are not sealed yet are found without reading all.
    serial: str = "id"
    # When it was written, as the row itself says; an addendum leaves that to its signature.
    at: str = "at"
    # The columns that are written later, or follow what happens.
    free: tuple[str, ...] = ()
    # The only ones that are frozen, from when `since`, one of them, is no longer empty.
    frozen: tuple[str, ...] = ()
    since: str = ""
    # A key that the row has in common with the Event which tells of that: by new Events it is found.
    told_by: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def name(self) -> str:
        """As the ledger calls it."""
        return f"{self.table}.{self.since}" if self.since else self.table

    @property
    def written_at(self) -> str:
        return self.since or self.at

    @property
    def columns(self) -> list[str]:
        """The frozen columns in the order of the model."""
        names = [field.attname for field in self.model._meta.concrete_fields]
        return [name for name in names if name not in self.free and (not self.frozen or name in self.frozen)]


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


OVER = (
    *("incoming_shift_id", "boundary_at", "state", "submitted_at", "ended_at", "taken_over"),
    "round_count",
)
ENDED = ("outcome", "ended_at", "ended_by_id", "reason")
DRAWN = ("algorithm", "algorithm_version", "population", "drawn_at", "drawn_by_id")
SETTLED = (
    *("state", "settled_at", "settled_by_id", "reason", "verdict", "decided_holder_id"),
    *("rule", "rule_due_on", "rule_by_id"),
)
RULE_DONE = ("rule_done_at", "rule_done_by_id")
ACCEPTED = ("state", "settled_at")
RETIRED = ("retired_at",)
WITHDRAWN = ("withdrawn_at",)

# A new table of the trail is one more line here: `migrate` then protects it and the ledger covers it.
PROTECTED = (
    Protected(Event),
    Protected(Reading),
    Protected(SignedText, serial="sign_offs__id", at="created_at"),
    Protected(SignOff, at="signed_at"),
    Protected(Addendum, at=""),
    Protected(Handover, at="opened_at", free=(*OVER, "with_reservation", "reservation_ended_at", "version")),
    Protected(Handover, frozen=OVER, since="ended_at", told_by="handover"),
    Protected(Round, at="submitted_at", free=ENDED),
    Protected(Round, frozen=ENDED, since="ended_at", told_by="handover"),
    Protected(Dispute, at="raised_at", free=(*SETTLED, *RULE_DONE)),
    Protected(Dispute, frozen=SETTLED, since="settled_at", told_by="handover"),
    Protected(Dispute, frozen=RULE_DONE, since="rule_done_at", told_by="handover"),
    Protected(DisputeStatement),
    Protected(Draw, at="committed_at", free=DRAWN),
    Protected(Draw, frozen=DRAWN, since="drawn_at", told_by="team"),
    Protected(DrawnRecord),
    Protected(SpotCheck, at="checked_at"),
    Protected(Finding, at="filed_at", free=(*ACCEPTED, "version")),
    Protected(Finding, frozen=ACCEPTED, since="settled_at", told_by="post"),
    Protected(FindingEntry),
    Protected(Notice, free=WITHDRAWN),
    Protected(Notice, frozen=WITHDRAWN, since="withdrawn_at", told_by="team"),
    Protected(NoticeReceipt, at="read_at"),
    Protected(ScoreRules, at="made_at", free=RETIRED),
    Protected(ScoreRules, frozen=RETIRED, since="retired_at", told_by="team"),
    Protected(Ladder, at="made_at", free=RETIRED),
    Protected(Ladder, frozen=RETIRED, since="retired_at", told_by="team"),
)
APPEND_ONLY = (*PROTECTED, Protected(LedgerEntry), Protected(Checkpoint), Protected(Layout))
