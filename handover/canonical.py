"""The canonical JSON text that signatures bind to, and its hash.

UTF-8, keys sorted, no white space between tokens, no floats, instants as `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
The same content gives the same bytes on every machine, so that anyone can check the hash.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

SCHEMA_VERSION = 2  # since 2: the paper forms that a round was typed from, and the notices


def instant(at: datetime | None) -> str | None:
    """An aware instant in UTC with six digits of a second; None stays None."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


def parse_instant(text: str | None) -> datetime | None:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) if text else None


def dumps(content: dict[str, Any]) -> str:
    """The canonical text. Raises TypeError for a float or anything else that has no one way to be written."""
    _refuse_floats(content)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(content: dict[str, Any]) -> str:
    """The hash that goes with the form of a signer, to be compared with that of what is signed."""
    return sha256(dumps(content))


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A float has no canonical text.")
    for part in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    ):
        _refuse_floats(part)
