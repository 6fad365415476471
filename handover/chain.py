"""How the ledger is computed: the fingerprint of a row, the chain over them, and what a checkpoint says.

`handover/verifier.py` computes the same without this program; docs/evidence.md writes it down.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from handover import canonical

BEGINNING = "0" * 64  # before the first entry


def _plain(value: Any) -> str | None:
    if isinstance(value, datetime):
        return canonical.instant(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical text.")


# Numbers of `data` may be floats here: what is sealed is what the database answers.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode


def row_text(columns: Iterable[str], values: Iterable[Any]) -> str:
    """The canonical text of a row: an object of its columns."""
    return _encode(dict(zip(columns, values, strict=True)))


def commitment(salt: str, text: str) -> str:
    """Tells nothing of the row without the salt, and fits no other row."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(salt) + text.encode()).hexdigest()


def link(previous: str, seq: int, table: str, key: str, committed: str) -> str:
    """The hash of an entry, which hangs on all entries before it."""
    return hashlib.sha256(f"\x01{previous}\n{seq}\n{table}\n{key}\n{committed}".encode()).hexdigest()


def checkpoint_text(*, size: int, since: int, head: str, at: datetime, key_id: str) -> str:
    """What is signed."""
    return canonical.dumps(
        {"size": size, "since": since, "head": head, "at": canonical.instant(at), "key_id": key_id}
    )
