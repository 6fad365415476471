"""Keeps what is measured of the work: reads the trail on from where it stopped, and counts what changed.

Each batch is one transaction under the lock of one row: facts, their sums and how far the trail is read.
Safe to run at any time, late, by several at once, or again after a crash anywhere in it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import islice
from operator import or_
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from handover.models import Clock, ClockKind, Event, Fact, FigureMark, Rollup
from handover.queries.handover_facts import of_handovers, overdue
from handover.queries.item_facts import of_items

BATCH = 500
# After so many a run gives way; the next one goes on. Only a first run over an old database needs more.
BATCHES = 60
# No transaction runs longer: ids that are missing until then were never given to an entry of the trail.
LONGEST_TRANSACTION = timedelta(hours=1)
TIMED = {ClockKind.TAKEN, ClockKind.RESPONSE, ClockKind.DONE, ClockKind.PROMISE}
PLACE = ("team_id", "post_id", "shift_name", "week")
CHANGING = (*PLACE, "bucket", "item_id", "handover_id", "person_id", "at", "hit", "value")

Cell = tuple[int, date, str, int, str, int]  # team, week, measure, post, shift, bucket


class Gap(NamedTuple):
    """Ids of the trail that were not there when it was read."""

    first: int
    last: int
    since: str


def run(*, now: datetime) -> None:
    """Count what changed since the last run, then what ran out of time since."""
    FigureMark.objects.get_or_create(pk=1)
    for _batch in range(BATCHES):
        read = _read_on(now)
        if read is None:
            return
        if read < BATCH:
            _count_what_ran_out(now)
            return


@transaction.atomic
def _read_on(now: datetime) -> int | None:
    """Count what one batch of the trail is about; how much was read, or None while somebody else counts."""
    mark = FigureMark.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if mark is None:
        return None
    entries = _unread(mark)
    _count(
        items={item for _pk, item, _handover in entries if item},
        handovers={handover for _pk, _item, handover in entries if handover},
        now=now,
    )
    read = [pk for pk, _item, _handover in entries]
    gaps, read_to = _gaps(mark, read, now), max([mark.read_to, *read])
    if read or len(gaps) < len(mark.gaps):
        FigureMark.objects.filter(pk=mark.pk).update(gaps=gaps, read_to=read_to)
    return len(entries)


def _unread(mark: FigureMark) -> list[tuple[int, int | None, int | None]]:
    """The next entries of the trail, those in gaps first: their ids, items and handovers."""
    gaps = (Q(pk__range=(first, last)) for first, last, _since in mark.gaps)
    among = reduce(or_, gaps, Q(pk__gt=mark.read_to))
    # That none is before the first gap is said for the sake of the index.
    first = min((gap[0] for gap in mark.gaps), default=mark.read_to)
    found = Event.objects.filter(among, pk__gte=first).order_by("pk")
    return list(found.values_list("pk", "item_id", "handover_id")[:BATCH])


def _gaps(mark: FigureMark, read: list[int], now: datetime) -> list[Gap]:
    """What is missing now that these are read, without what nothing can fill any more."""
    oldest = (now - LONGEST_TRANSACTION).isoformat()
    gaps = [Gap(*gap) for gap in mark.gaps if gap[2] >= oldest]
    if read and read[-1] > mark.read_to:
        first = mark.read_to + 1 if mark.read_to else read[0]
        gaps.append(Gap(first, read[-1], now.isoformat()))
    return [left for gap in gaps for left in _left(gap, read)]


def _left(gap: Gap, read: list[int]) -> Iterator[Gap]:
    first = gap.first
    for pk in read:
        if first <= pk <= gap.last:
            if pk > first:
                yield Gap(first, pk - 1, gap.since)
            first = pk + 1
    if first <= gap.last:
        yield Gap(first, gap.last, gap.since)


def _count_what_ran_out(now: datetime) -> None:
    """Nobody writes an entry when a time runs out. Afterwards everything until now is counted."""
    mark = FigureMark.objects.get(pk=1)
    ran_out = Clock.objects.filter(kind__in=TIMED, stopped_at__isnull=True, due_at__lt=now)
    if mark.counted_until:
        ran_out = ran_out.filter(due_at__gte=mark.counted_until)
    items = sorted(set(ran_out.values_list("item_id", flat=True)))
    handovers = list(overdue(now).order_by("pk").values_list("pk", flat=True))
    for batch in _batches(items):
        _count_alone(items=batch, now=now)
    for batch in _batches(handovers):
        _count_alone(handovers=batch, now=now)
    FigureMark.objects.filter(pk=mark.pk, counted_until=mark.counted_until).update(counted_until=now)


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


@transaction.atomic
def _count_alone(*, items: Collection[int] = (), handovers: Collection[int] = (), now: datetime) -> None:
    FigureMark.objects.select_for_update().get(pk=1)  # whoever else counts is waited for
    _count(items=items, handovers=handovers, now=now)


def _count(*, items: Collection[int], handovers: Collection[int], now: datetime) -> None:
    """Measure these again, and write what is other than it was together with its sums."""
    if not (items or handovers):
        return
    measured = Fact.objects.of(items=list(items), handovers=list(handovers))
    known = {(fact.measure, fact.thing): fact for fact in measured}
    sums = Sums()
    new, changed = [], []
    for fact in [*of_items(items, now), *of_handovers(handovers, now)]:
        old = known.pop((fact.measure, fact.thing), None)
        if old is None:
            new.append(fact)
            sums.add(fact)
            continue
        fact.pk = old.pk
        if fact.at == old.at:  # what was decided stays where it was, wherever its item went since
            _copy(PLACE, old, fact)
        if any(getattr(fact, name) != getattr(old, name) for name in CHANGING):
            changed.append(fact)
            sums.add(old, times=-1)
            sums.add(fact)
    for gone in known.values():
        sums.add(gone, times=-1)
    Fact.objects.filter(pk__in=[fact.pk for fact in known.values()]).delete()
    Fact.objects.bulk_update(changed, [name.removesuffix("_id") for name in CHANGING], batch_size=BATCH)
    Fact.objects.bulk_create(new, batch_size=BATCH)
    sums.write()


def _copy(names: Iterable[str], source: Fact, target: Fact) -> None:
    for name in names:
        setattr(target, name, getattr(source, name))


class Sums:
    """By how much the sums change. Who holds the mark is alone in writing them."""

    def __init__(self) -> None:
        self.cells: dict[Cell, list[int]] = defaultdict(lambda: [0, 0, 0])

    def add(self, fact: Fact, *, times: int = 1) -> None:
        sums = self.cells[_cell(fact)]
        for place, number in enumerate((1, int(fact.hit), fact.value or 0)):
            sums[place] += times * number

    def write(self) -> None:
        changes = {cell: sums for cell, sums in self.cells.items() if any(sums)}
        if not changes:
            return
        near = Rollup.objects.filter(
            team__in={cell[0] for cell in changes},
            week__in={cell[1] for cell in changes},
            measure__in={cell[2] for cell in changes},
        )
        known = {_cell(rollup): rollup for rollup in near}
        old = [_plus(known[cell], sums) for cell, sums in changes.items() if cell in known]
        new = [_plus(_empty(cell), sums) for cell, sums in changes.items() if cell not in known]
        Rollup.objects.filter(pk__in=[rollup.pk for rollup in old if not rollup.n]).delete()
        Rollup.objects.bulk_update([rollup for rollup in old if rollup.n], ["n", "hits", "total"], BATCH)
        Rollup.objects.bulk_create(new, batch_size=BATCH)


def _cell(row: Fact | Rollup) -> Cell:
    return row.team_id, row.week, row.measure, row.post_id, row.shift_name, row.bucket


def _empty(cell: Cell) -> Rollup:
    team, week, measure, post, shift_name, bucket = cell
    place = {"team_id": team, "week": week, "post_id": post, "shift_name": shift_name}
    return Rollup(measure=measure, bucket=bucket, n=0, hits=0, total=0, **place)


def _plus(rollup: Rollup, sums: list[int]) -> Rollup:
    rollup.n, rollup.hits, rollup.total = (
        rollup.n + sums[0],
        rollup.hits + sums[1],
        rollup.total + sums[2],
    )
    return rollup
