"""Imports items with their history from a table file, and tells what it did or would do."""

import csv
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, TextIO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover.imports.formulas import harmless
from handover.imports.history import ENDS
from handover.imports.mapping import Mapping
from handover.imports.rows import Facts, Problem, RowReader
from handover.imports.spool import Spool
from handover.imports.tables import open_table
from handover.models import Customer, Event

from . import events, import_words
from .import_plans import Plan, plan
from .import_writes import Writer

BATCH = 500  # references in one transaction
SHOWN = 20  # problems and notices that a report holds in words


@dataclass
class Report:
    """What an import did, or would do. The lists hold the first few; the numbers count all."""

    dry_run: bool
    rows: int = 0
    later_rows: int = 0  # updated after the instant to stand at
    repeated_rows: int = 0  # the same update twice
    rejected_rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    timeline_only: int = 0  # worked on here since, so their state was left alone
    entries: int = 0
    transfers: int = 0
    refused: bool = False  # all or nothing was asked for, and some rows are bad
    posts: Counter[str] = field(default_factory=Counter)
    stages: Counter[tuple[str, str]] = field(default_factory=Counter)  # stage, and its word in the source
    new_posts: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    more_notices: int = 0

    @property
    def items(self) -> int:
        return self.new + self.changed + self.unchanged + self.timeline_only

    @property
    def unfinished(self) -> int:
        return sum(count for (stage, _word), count in self.stages.items() if stage not in ENDS)


@dataclass(frozen=True)
class Source:
    """A file, how to read it, and until which instant; `post` is for rows that name none."""

    file: BinaryIO
    name: str
    mapping: Mapping
    team: Team
    as_of: datetime
    post: str = ""


def run(
    *,
    source: Source,
    actor: User | None,
    now: datetime,
    dry_run: bool = False,
    strict: bool = False,
    rejected: TextIO | None = None,
) -> Report:
    """Import the file: a new reference becomes an item in a queue, a known one gets what is new.

    Bad rows are left out and told, and written to `rejected` with the reasons; with `strict` one bad row
    stops everything. Writes in batches, each one transaction; with `strict` it is one altogether. Safe to
    repeat, also after a crash. Where people have worked on an item since, new rows become entries of its
    timeline and nothing else. Raises UnreadableFile and BadColumns.
    """
    report = Report(dry_run=dry_run)
    with Spool() as spool:
        header = _fill(spool, source, report)
        _tell_problems(spool, header, report, rejected)
        report.refused = strict and report.rejected_rows > 0
        if not report.refused:
            with transaction.atomic() if strict else nullcontext():
                _import(spool, source, report, actor, now)
    return report


def _fill(spool: Spool, source: Source, report: Report) -> list[str]:
    """Reads the whole file once, so that a broken end stops the import before it has written anything."""
    table = open_table(source.file)
    reader = RowReader(source.mapping, table.header, source.mapping.zone(source.team.zone), source.post)
    for number, cells in table.rows:
        report.rows += 1
        row = reader.read(number, cells)
        if isinstance(row, list):
            spool.reject(cells, row)
        elif row.at and row.at > source.as_of:
            report.later_rows += 1
        else:
            spool.add(row, cells)
    if not source.mapping.history:
        spool.reject_repeats()
    return table.header


def _tell_problems(spool: Spool, header: list[str], report: Report, rejected: TextIO | None) -> None:
    writer = csv.writer(rejected) if rejected else None
    for cells, problems in spool.rejected():
        if writer and not report.rejected_rows:
            writer.writerow([*map(harmless, header), _("Row"), _("What is wrong")])
        report.rejected_rows += 1
        report.problems += problems[: SHOWN - len(report.problems)]
        if writer:
            padding = [""] * (len(header) - len(cells))
            sentences = " ".join(str(problem) for problem in problems)
            writer.writerow([harmless(cell) for cell in [*cells, *padding]] + [problems[0].row, sentences])


def _import(spool: Spool, source: Source, report: Report, actor: User | None, now: datetime) -> None:
    mapping, team = source.mapping, source.team
    writer = Writer(team=team, mapping=mapping, as_of=source.as_of, actor=actor, now=now)
    references = spool.references()
    while batch := list(islice(references, BATCH)):
        with transaction.atomic():
            if not report.dry_run:
                # Two imports at once would both find an item missing. The weaker lock lets people go on:
                # what they write refers to the team.
                Team.objects.select_for_update(no_key=True).get(pk=team.pk)
            writer.look_up()
            known_posts = frozenset(writer.posts)
            earlier = writer.earlier([rows[0].reference for rows in batch])
            plans = [
                plan(rows, earlier.get(rows[0].reference), history=mapping.history, as_of=source.as_of)
                for rows in batch
            ]
            _tell_needs(writer.differing_needs(plans), report)
            if not report.dry_run:
                writer.write(plans)
        for each in plans:
            _count(each, report, known_posts)
    if report.entries and not report.dry_run:
        events.record(
            verb=Event.Verb.IMPORTED, actor=actor, now=now, team=team, data=_summary(source, report)
        )


def _count(plan: Plan, report: Report, known_posts: frozenset[str]) -> None:
    report.repeated_rows += plan.repeated_rows
    report.entries += len(plan.entries)
    report.transfers += sum(entry.verb == Event.Verb.TRANSFERRED for entry in plan.entries)
    report.posts[plan.facts.post] += 1
    report.stages[plan.facts.stage, plan.facts.stage_word] += 1
    report.new_posts |= {entry.post for entry in plan.entries} - known_posts
    if plan.earlier is None:
        report.new += 1
    elif not plan.new_rows:
        report.unchanged += 1
    elif plan.sets_state:
        report.changed += 1
    else:
        report.timeline_only += 1
        _notice(report, import_words.left_alone(plan))


def _tell_needs(differing: list[tuple[Customer, Facts]], report: Report) -> None:
    for customer, facts in differing:
        if customer.need != Customer.Need.UNKNOWN:
            _notice(report, import_words.other_need(customer, facts))


def _notice(report: Report, sentence: str) -> None:
    if len(report.notices) < SHOWN:
        report.notices.append(sentence)
    else:
        report.more_notices += 1


def _summary(source: Source, report: Report) -> dict[str, Any]:
    """What the audit keeps of the run."""
    return {
        "file": source.name,
        "mapping": source.mapping.name,
        "as_of": source.as_of.isoformat(),
        "rows": report.rows,
        "rejected": report.rejected_rows,
        "new": report.new,
        "changed": report.changed,
        "timeline_only": report.timeline_only,
    }
