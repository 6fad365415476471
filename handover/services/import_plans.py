"""Compares what a file has of one reference with what earlier imports made of it."""

from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from handover.imports.history import Course, Happening, advance, begin, happenings, state
from handover.imports.rows import Facts, SourceRow
from handover.models import PendingItem

State = dict[str, Any]
BY_KEY = itemgetter(0)


@dataclass
class Earlier:
    """An item of an earlier import, with the state after each row that it knows."""

    item: PendingItem
    states: list[tuple[str, State]] = field(default_factory=list)
    worked_on: bool = False  # by people, here, since

    @property
    def course(self) -> Course:
        item = self.item
        return Course(
            created_at=item.created_at,
            started_at=item.created_at,
            urgent_since=item.urgent_since,
            responded_at=item.responded_at,
            progressed_at=item.progressed_at,
            ended_at=item.closed_at,
        )


@dataclass(frozen=True)
class Plan:
    """What of one reference is new here. The item itself may be touched only where `sets_state` says so."""

    last: SourceRow
    earlier: Earlier | None
    new_rows: int
    repeated_rows: int
    entries: list[Happening]
    course: Course
    is_latest: bool

    @property
    def facts(self) -> Facts:
        return self.last.facts

    @property
    def sets_state(self) -> bool:
        return self.is_latest and not (self.earlier and self.earlier.worked_on)


def plan(rows: list[SourceRow], earlier: Earlier | None, *, history: bool, as_of: datetime) -> Plan:
    """The plan for the rows of one reference, which come in order of time."""
    distinct = _distinct(rows)
    states = list(earlier.states) if earlier else []
    new = _unknown(distinct, states) if history else _differing(distinct[-1], states)
    if history:
        states.sort(key=BY_KEY)
    is_latest = bool(new) and (not history or not states or new[-1].key >= states[-1][0])
    entries: list[Happening] = []
    course = earlier.course if earlier else begin(distinct[0], as_of)
    for row in new:
        place = bisect_left(states, row.key, key=BY_KEY) if history else len(states)
        found = happenings(row, states[place - 1][1] if place else None, as_of)
        course = advance(course, row, found)
        entries += found
        if history:
            insort(states, (row.key, state(row)), key=BY_KEY)
    return Plan(distinct[-1], earlier, len(new), len(rows) - len(distinct), entries, course, is_latest)


def _distinct(rows: list[SourceRow]) -> list[SourceRow]:
    """Without rows that say the same as the one before: the same update written twice."""
    kept: list[SourceRow] = []
    for row in rows:
        if not kept or (row.key, row.facts, row.kept) != (kept[-1].key, kept[-1].facts, kept[-1].kept):
            kept.append(row)
    return kept


def _unknown(rows: list[SourceRow], states: list[tuple[str, State]]) -> list[SourceRow]:
    """Rows that no earlier import has seen; of several with one key, those beyond the known number."""
    known = Counter(key for key, _state in states)
    new = []
    for row in rows:
        known[row.key] -= 1
        if known[row.key] < 0:
            new.append(row)
    return new


def _differing(row: SourceRow, states: list[tuple[str, State]]) -> list[SourceRow]:
    """A sheet has no history: its row is new where it differs from the one that was read last."""
    return [] if states and states[-1][0] == row.key else [row]
