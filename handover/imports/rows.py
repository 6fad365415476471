"""Turns one row of cells into the facts it states, or into what is wrong in which column."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.zones import local_instant
from handover.errors import HandoverError
from handover.models import Customer, IssueType, PendingItem, Post, Promise

from .mapping import ALWAYS_KNOWN, CHOICES, INSTANTS, NUMBERS, TEXTS, Mapping

ISO_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
# A day without a time is due at its end.
DUE_FACTS = {"key_at", "waiting_until", "promise_due_at"}
END_OF_DAY = time(23, 59)
YEARS = range(1990, 2101)
BIGGEST_NUMBER = 32_767
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _longest(model: Any, name: str) -> int:
    return int(model._meta.get_field(name).max_length)


LONGEST = {
    **{
        name: _longest(PendingItem, name)
        for name in ("progress", "next_action", "key_note", "waiting_for", "order_ref", "result")
    },
    "reference": _longest(PendingItem, "source_ref"),
    "post": _longest(Post, "name"),
    "issue_type": _longest(IssueType, "name"),
    "customer_code": _longest(Customer, "code"),
    "customer_name": _longest(Customer, "name"),
    "phone": _longest(Customer, "phone"),
    "need_note": _longest(Customer, "need_note"),
    "promise": _longest(Promise, "text"),
    "promised_by": 150,
    "assigned_to": 150,
    "by": 150,
}


class BadColumns(HandoverError):
    """The header does not hold the columns that the mapping needs."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row; `column` is empty where it is the row as a whole."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        if not self.column:
            return _("Row %(row)s: %(sentence)s") % {"row": self.row, "sentence": self.sentence}
        return _("Row %(row)s, column “%(column)s”: %(sentence)s") % {
            "row": self.row,
            "column": self.column,
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class Facts:
    """What one row states. Empty means that the source does not know."""

    post: str
    issue_type: str
    customer_code: str
    kind: str
    stage: str
    customer_name: str = ""
    phone: str = ""
    need: str = ""
    need_note: str = ""
    channel: str = ""
    progress: str = ""
    next_action: str = ""
    key_note: str = ""
    waiting_for: str = ""
    order_ref: str = ""
    result: str = ""
    promise: str = ""
    no_promise: bool = False  # the source says that nothing was promised
    promised_by: str = ""
    assigned_to: str = ""
    by: str = ""
    stage_word: str = ""  # the stage in the words of the source
    reopen_count: int | None = None
    target_met: bool | None = None
    created_at: datetime | None = None
    key_at: datetime | None = None
    waiting_until: datetime | None = None
    promise_due_at: datetime | None = None


@dataclass(frozen=True)
class SourceRow:
    """One row of the file: the state of the matter `reference` after one update."""

    number: int
    reference: str
    at: datetime | None
    order: int
    facts: Facts
    # Cells that are kept with the timeline, in the words of the source.
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Tells the row among the rows of its reference, in this file and in later ones; sorts by time."""
        if self.at:
            return f"{self.at:%Y-%m-%dT%H:%M:%S} {self.order:05}"
        text = json.dumps(vars(self.facts), default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:20]


class RowReader:
    """Reads the rows of one file by one mapping. Raises BadColumns when the header does not fit."""

    def __init__(self, mapping: Mapping, header: list[str], zone: ZoneInfo, post: str = "") -> None:
        self.mapping = mapping
        self.header = header
        self.zone = zone
        self.when_unknown = mapping.when_unknown | ({"post": post} if post else {})
        self.places = self._find_columns()
        self.kept_places = {name: header.index(name) for name in mapping.keep if name in header}

    def read(self, number: int, cells: list[str]) -> SourceRow | list[Problem]:
        width = len(self.header)
        if any(cells[width:]):
            sentence = _("It has %(cells)s cells, but the header has %(width)s.")
            return [Problem(number, "", sentence % {"cells": len(cells), "width": width})]
        cells = cells + [""] * (width - len(cells))
        problems: list[Problem] = []
        facts = {fact: self._fact(fact, number, cells, problems) for fact in self.places}
        stated = str(facts.pop("reference", "") or "")
        reference = stated or self._made_reference(facts)
        facts["order_ref"] = facts.get("order_ref") or stated
        at, order = facts.pop("at", None), facts.pop("order", None)
        facts["stage_word"] = cells[self.places["stage"]] if "stage" in self.places else ""
        problems = problems or self._complete(number, facts, reference)
        if problems:
            return problems
        kept = {name: cells[place] for name, place in self.kept_places.items()}
        return SourceRow(number, reference, at, order or 0, Facts(**facts), kept)

    def _find_columns(self) -> dict[str, int]:
        names = [name.casefold() for name in self.header]
        places = {}
        for fact, accepted in self.mapping.columns.items():
            found = [names.index(name.casefold()) for name in accepted if name.casefold() in names]
            if found:
                places[fact] = found[0]
            elif fact in self.mapping.required or fact in ALWAYS_KNOWN - self.when_unknown.keys():
                raise BadColumns(
                    _("The file has no column “%(column)s”. It has: %(columns)s.")
                    % {"column": " / ".join(accepted), "columns": ", ".join(self.header)}
                )
        for fact, place in places.items():
            if names.count(names[place]) > 1:
                raise BadColumns(
                    _("Two columns are called “%(column)s”; remove one of them.")
                    % {"column": self.header[places[fact]]}
                )
        return places

    def _fact(self, fact: str, number: int, cells: list[str], problems: list[Problem]) -> Any:
        text = cells[self.places[fact]]
        try:
            if UNSTORABLE.search(text):
                raise ValueError(_("The cell holds a character that cannot be stored."))
            if not text or text.casefold() in self.mapping.unknown:
                return self._of_unknown(fact)
            return READERS[fact](self, fact, text)
        except ValueError as error:
            problems.append(Problem(number, self.header[self.places[fact]], str(error)))
            return None

    def _of_unknown(self, fact: str) -> Any:
        if fact in self.mapping.required and fact not in self.when_unknown:
            raise ValueError(_("This must be filled in."))
        return "" if fact in TEXTS or fact in CHOICES - {"target_met"} else None

    def _text(self, fact: str, text: str) -> str:
        if len(text) > LONGEST[fact]:
            raise ValueError(
                _("The text has %(length)s characters; at most %(most)s are possible.")
                % {"length": len(text), "most": LONGEST[fact]}
            )
        return text

    def _number(self, fact: str, text: str) -> int:
        if not re.fullmatch("[0-9]{1,5}", text) or int(text) > BIGGEST_NUMBER:
            raise ValueError(_("“%(text)s” is not a whole number.") % {"text": text[:40]})
        return int(text)

    def _instant(self, fact: str, text: str) -> datetime:
        at = instant(text, self.mapping.date_formats, self.zone, end_of_day=fact in DUE_FACTS)
        if at is None:
            example = f"{datetime(2026, 12, 31, 17, 30, tzinfo=UTC):{self.mapping.date_formats[0]}}"
            raise ValueError(
                _("“%(text)s” is not a date and time as this mapping expects it, such as %(example)s.")
                % {"text": text[:40], "example": example}
            )
        return at

    def _choice(self, fact: str, text: str) -> Any:
        words = self.mapping.values.get(fact, {})
        for word, meaning in words.items():
            if word.casefold() == text.casefold():
                return meaning
        if fact == "need":
            return {"need": Customer.Need.OTHER.value, "need_note": self._text("need_note", text)}
        raise ValueError(
            _("“%(text)s” is not known here; known are: %(words)s.")
            % {"text": text[:40], "words": ", ".join(words)}
        )

    def _made_reference(self, facts: dict[str, Any]) -> str:
        parts = [str(facts.get(fact) or "") for fact in self.mapping.reference_from]
        return " / ".join(part for part in parts if part)[: LONGEST["reference"]]

    def _complete(self, number: int, facts: dict[str, Any], reference: str) -> list[Problem]:
        """Fills in what the mapping says of unknown facts, and checks what belongs together."""
        for fact in ("stage", "need"):
            if isinstance(facts.get(fact), dict):
                facts |= facts[fact]
        if str(facts.get("promise") or "").casefold() in self.mapping.no_promise:
            facts |= {"promise": "", "no_promise": True}
        if not facts.get("customer_code") and "customer_code" in self.when_unknown:
            code = reference[: LONGEST["customer_code"]]
            facts |= {"customer_code": code, "customer_name": self.when_unknown["customer_code"]}
        for fact in sorted(ALWAYS_KNOWN):
            facts[fact] = facts.get(fact) or self.when_unknown.get(fact)
        missing = [
            Problem(number, self._header_of(fact), _("This must be filled in."))
            for fact in sorted(ALWAYS_KNOWN)
            if not facts[fact]
        ]
        if bool(facts.get("promise")) != bool(facts.get("promise_due_at")):
            sentence = _("A promise needs its text and the time by which it was promised.")
            return [*missing, Problem(number, self._header_of("promise"), sentence)]
        return missing

    def _header_of(self, fact: str) -> str:
        return self.header[self.places[fact]] if fact in self.places else fact


READERS: dict[str, Callable[[RowReader, str, str], Any]] = {
    **dict.fromkeys(TEXTS, RowReader._text),
    **dict.fromkeys(NUMBERS, RowReader._number),
    **dict.fromkeys(INSTANTS, RowReader._instant),
    **dict.fromkeys(CHOICES, RowReader._choice),
}


@lru_cache(maxsize=8192)
def instant(text: str, formats: tuple[str, ...], zone: ZoneInfo, *, end_of_day: bool) -> datetime | None:
    """The instant that the text names on the clocks of the zone; None where it names none."""
    for shape in (*formats, *ISO_FORMATS):
        try:
            wall = datetime.strptime(text, shape)  # noqa: DTZ007  the zone follows
        except ValueError:
            continue
        if wall.year not in YEARS:
            return None
        at = END_OF_DAY if end_of_day and "%H" not in shape else wall.time()
        return local_instant(wall.date(), at, zone)
    return None
