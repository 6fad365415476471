"""What the ledger holds: its end, rows that it lacks, and its checkpoints as lines of the copy outside."""

import json
from typing import Any

from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from handover import canonical, chain
from handover.models import Checkpoint, Event, Handover, LedgerEntry, SignOff
from handover.models.evidence import Protected
from handover.queries.prepared import Rows, prepared

# So many serials below the watermark are looked at again: a number is given out shortly before its
# transaction can be seen.
RECENT = 1_000


def rows(table: Protected) -> QuerySet[Any]:
    """Those in which the protected columns are written."""
    found = table.model._default_manager.all()
    return found.exclude(**{table.since: None}) if table.since else found


def without_entry(table: Protected) -> QuerySet[Any]:
    """The rows that are not sealed."""
    key = Cast("pk", CharField(max_length=64))
    entry = LedgerEntry.objects.filter(table=table.name, key=OuterRef("ledger_key"))
    return rows(table).annotate(ledger_key=key).filter(~Exists(entry))


def recent(table: Protected, sealed_to: int) -> Q:
    """The rows among which some may not be sealed, when all up to a serial were looked at."""
    since = sealed_to - RECENT
    if not table.told_by:
        return Q(**{f"{table.serial}__gt": since})
    told = Event.objects.filter(**{"pk__gt": since, f"{table.told_by}__isnull": False})
    key = "pk" if table.model._meta.model_name == table.told_by else table.told_by
    return Q(**{f"{key}__in": told.values(table.told_by)})


def is_sealed(handover: Handover) -> bool:
    """Whether every signature of a record stands in the ledger."""
    return not _unsealed_sign_offs(handover=handover.pk)


@prepared(handover=BigIntegerField())
def _unsealed_sign_offs(*, handover: int) -> Rows:
    return without_entry(Protected(SignOff)).filter(handover=handover).values_list("pk")


def key_id() -> str:
    """Of the latest checkpoint; none before the first."""
    return Checkpoint.objects.order_by("-size").values_list("key_id", flat=True).first() or ""


def end() -> tuple[int, str] | None:
    """Number and hash of the last entry."""
    return LedgerEntry.objects.order_by("-seq").values_list("seq", "hash").first()


def signed_text(checkpoint: Checkpoint) -> str:
    return chain.checkpoint_text(
        size=checkpoint.size,
        since=checkpoint.since,
        head=checkpoint.head,
        at=checkpoint.at,
        key_id=checkpoint.key_id,
    )


def line(checkpoint: Checkpoint) -> str:
    """A checkpoint as it stands in the copy outside."""
    facts = json.loads(signed_text(checkpoint))
    return canonical.dumps({**facts, "signature": checkpoint.signature})


def read_line(text: str) -> Checkpoint:
    """Raises ValueError for anything but a line of the copy."""
    try:
        facts = json.loads(text)
        return Checkpoint(**{**facts, "at": canonical.parse_instant(facts["at"])})
    except (TypeError, KeyError) as error:
        raise ValueError(text) from error
