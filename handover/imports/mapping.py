"""Says which column of a file holds which fact, and what its words mean here. Mappings are JSON files."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from handover.errors import HandoverError
from handover.models import Channel, Customer, Kind, Stage

FOLDER = Path(__file__).resolve().parent.parent / "mappings"
TEAM_ZONE = "team"
TEXTS = {
    "reference",
    "post",
    "issue_type",
    "customer_code",
    "customer_name",
    "phone",
    "need_note",
    "progress",
    "next_action",
    "key_note",
    "waiting_for",
    "order_ref",
    "result",
    "promise",
    "promised_by",
    "assigned_to",
    "by",
}
INSTANTS = {"at", "created_at", "key_at", "waiting_until", "promise_due_at"}
NUMBERS = {"order", "reopen_count"}
CHOICES = {"stage", "kind", "need", "channel", "target_met"}
FACTS = TEXTS | INSTANTS | NUMBERS | CHOICES
# Without these no item can be made, or no history be put in order.
ALWAYS_KNOWN = {"customer_code", "post", "issue_type", "kind", "stage"}

MEANINGS: dict[str, set[Any]] = {
    "stage": set(Stage.values),
    "kind": set(Kind.values),
    "need": set(Customer.Need.values),
    "channel": set(Channel.values),
    "target_met": {True, False},
}


class BadMapping(HandoverError):
    """The mapping itself, or the choice of it, is wrong."""


@dataclass(frozen=True)
class Mapping:
    """One way to read the files of one source; docs/import.md explains each key."""

    name: str
    about: str
    history: bool
    time_zone: str
    date_formats: tuple[str, ...]
    columns: dict[str, list[str]]
    required: frozenset[str]
    unknown: frozenset[str] = frozenset()
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    when_unknown: dict[str, str] = field(default_factory=dict)
    no_promise: frozenset[str] = frozenset()
    reference_from: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def zone(self, team_zone: ZoneInfo) -> ZoneInfo:
        return team_zone if self.time_zone == TEAM_ZONE else ZoneInfo(self.time_zone)


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> Mapping:
    """One of the mappings that come with the product. Raises BadMapping."""
    if name not in names():
        raise BadMapping(
            _("There is no mapping “%(name)s”. There are: %(names)s.")
            % {"name": name, "names": ", ".join(names())}
        )
    return read(FOLDER / f"{name}.json")


def read(path: Path) -> Mapping:
    """The mapping in a file of its own; its file name names the source. Raises BadMapping."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        mapping = _mapping(path.stem, data)
        ZoneInfo("UTC" if mapping.time_zone == TEAM_ZONE else mapping.time_zone)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadMapping(
            _("The mapping “%(path)s” cannot be used: %(error)s.") % {"path": path, "error": error}
        ) from error
    return mapping


def _mapping(name: str, data: dict[str, Any]) -> Mapping:
    columns = {fact: _headers(headers) for fact, headers in data["columns"].items()}
    if not re.fullmatch(r"[a-z0-9_]{1,40}", name):
        raise ValueError("its name must be 1 to 40 of a-z, 0-9 and _")
    if wrong := set(columns) - FACTS:
        raise ValueError(f"unknown facts {sorted(wrong)}")
    mapping = Mapping(
        name=name,
        about=data["about"],
        history=data["history"],
        time_zone=data["time_zone"],
        date_formats=tuple(data["date_formats"]),
        columns=columns,
        required=frozenset(data["required"]),
        unknown=_folded(data.get("unknown", [])),
        no_promise=_folded(data.get("no_promise", [])),
        values=data.get("values", {}),
        when_unknown=data.get("when_unknown", {}),
        reference_from=tuple(data.get("reference_from", [])),
        keep=tuple(data.get("keep", [])),
    )
    _check(mapping)
    return mapping


def _headers(headers: str | list[str]) -> list[str]:
    return [headers] if isinstance(headers, str) else list(headers)


def _folded(words: list[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _check(mapping: Mapping) -> None:
    known = set(mapping.columns) | set(mapping.when_unknown)
    if missing := ALWAYS_KNOWN - known:
        raise ValueError(f"neither a column nor a word for unknown is given for {sorted(missing)}")
    if mapping.history and not {"reference", "at"} <= set(mapping.columns):
        raise ValueError("a history needs the columns reference and at")
    if not mapping.reference_from and "reference" not in mapping.columns:
        raise ValueError("a column for reference, or reference_from, is needed")
    if wrong := (set(mapping.reference_from) | mapping.required) - set(mapping.columns):
        raise ValueError(f"no column is given for {sorted(wrong)}")
    for fact, known_here in MEANINGS.items():
        meanings = {_meaning(fact, meaning) for meaning in mapping.values.get(fact, {}).values()}
        if wrong := meanings - known_here:
            raise ValueError(f"{sorted(map(str, wrong))} is no {fact}")


def _meaning(fact: str, meaning: Any) -> Any:
    """A stage may bring along for whom it waits: {"stage": "waiting", "waiting_for": "Vendor"}."""
    return meaning[fact] if isinstance(meaning, dict) else meaning
