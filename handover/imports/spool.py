"""Puts the rows of a file in order on disk, so that memory does not grow with them."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from django.utils.translation import gettext as _

from .rows import Facts, Problem, SourceRow

SCHEMA = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -8000;
    CREATE TABLE row (
        reference TEXT, at TEXT, place INTEGER, number INTEGER, facts TEXT, kept TEXT, cells TEXT
    );
    CREATE TABLE rejected (number INTEGER, cells TEXT, column_name TEXT, sentence TEXT);
"""
INSTANT_FACTS = ("created_at", "key_at", "waiting_until", "promise_due_at")


class Spool:
    """The readable rows, to be read back by reference and in order of time, and the problems of the others.

    Rows of one minute keep the order of the source's own counter, then that of the file.
    """

    def __init__(self) -> None:
        self.folder = TemporaryDirectory(prefix="import-")
        self.database = sqlite3.connect(Path(self.folder.name) / "rows.sqlite3")
        self.database.executescript(SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()
        self.folder.cleanup()

    def add(self, row: SourceRow, cells: list[str]) -> None:
        at = row.at.isoformat() if row.at else ""
        facts = json.dumps(_filled(row.facts), default=datetime.isoformat)
        values = (row.reference, at, row.order, row.number, facts, json.dumps(row.kept))
        self.database.execute("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, json.dumps(cells)))

    def reject(self, cells: list[str], problems: list[Problem]) -> None:
        self.database.executemany(
            "INSERT INTO rejected VALUES (?, ?, ?, ?)",
            [(problem.row, json.dumps(cells), problem.column, problem.sentence) for problem in problems],
        )

    def reject_repeats(self) -> None:
        """Where one row is one matter, a reference that comes again is a mistake."""
        repeats = self.database.execute(
            "SELECT number, reference, cells, first FROM"
            " (SELECT *, min(number) OVER (PARTITION BY reference) AS first FROM row) WHERE number > first"
        ).fetchall()
        for number, reference, cells, first in repeats:
            values = {"reference": reference, "first": first}
            sentence = _("It is the same matter as row %(first)s: “%(reference)s”.") % values
            self.reject(json.loads(cells), [Problem(number, "", sentence)])
        self.database.executemany("DELETE FROM row WHERE number = ?", [(number,) for number, *_ in repeats])

    def references(self) -> Iterator[list[SourceRow]]:
        """The rows of one reference at a time."""
        cursor = self.database.execute(
            "SELECT reference, at, place, number, facts, kept FROM row ORDER BY reference, at, place, number"
        )
        for _reference, group in groupby(map(_row, cursor), key=attrgetter("reference")):
            yield list(group)

    def rejected(self) -> Iterator[tuple[list[str], list[Problem]]]:
        """The cells of each rejected row and what is wrong with them, in order of the rows."""
        cursor = self.database.execute("SELECT * FROM rejected ORDER BY number, rowid")
        for (number, cells), group in groupby(cursor, key=itemgetter(0, 1)):
            yield json.loads(cells), [Problem(number, column, sentence) for *_, column, sentence in group]


def _filled(facts: Facts) -> dict[str, Any]:
    return {name: value for name, value in vars(facts).items() if value not in ("", None)}


def _row(values: tuple[str, str, int, int, str, str]) -> SourceRow:
    reference, at, place, number, facts, kept = values
    stated = json.loads(facts)
    for name in INSTANT_FACTS:
        if name in stated:
            stated[name] = datetime.fromisoformat(stated[name])
    instant = datetime.fromisoformat(at) if at else None
    return SourceRow(number, reference, instant, place, Facts(**stated), json.loads(kept))
