"""Tables in Markdown, for the terminal and for RESULTS.md."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from bench import budgets
from bench.budgets import Subject

HEAD = ("Request", "Queries", "CPU ms", "CPU p95", "p50 ms", "p95 ms", "p99 ms", "Ratio", "Budget", "Kept")


@dataclass(frozen=True)
class Measured:
    """The figures of one subject over all turns."""

    subject: Subject
    queries: int
    costs: list[dict[str, float]]

    def cpu_ms(self, percent: int = 50) -> float:
        return self._percentile("cpu_ms", percent)

    def wall_ms(self, percent: int) -> float:
        return self._percentile("wall_ms", percent)

    def _percentile(self, figure: str, percent: int) -> float:
        return quantiles((cost[figure] for cost in self.costs), n=100, method="inclusive")[percent - 1]


def pages(measured: Sequence[Measured], memory: dict[str, float]) -> str:
    floor = {m.subject.name: m.cpu_ms() for m in measured if m.subject.side != "product"}
    rows = [_row(m, floor) for m in measured]
    ratio = memory["product"] / memory["floor"]
    judged = _judged(ratio <= budgets.MEMORY_AT_MOST)
    grown = f"Memory of a process in MB: floor {memory['floor']:.0f}, product {memory['product']:.0f}"
    return "\n\n".join(
        (
            f"{_database()}, {len(measured[0].costs)} requests of each kind, one at a time.",
            _table(HEAD, rows),
            f"{grown}, ratio {ratio:.2f} of at most {budgets.MEMORY_AT_MOST}: {judged}",
        )
    )


def growth(measured: Sequence[Measured], few: int, many: int) -> str:
    """Each page among few and among many items, its growth, and its ratio to the floor then."""
    found = {(one.subject.side, one.subject.name): one for one in measured}
    floor = found["floor", budgets.LIST.name].cpu_ms()
    rows = []
    for page in budgets.GROWTH:
        small, large = found["small", page.name], found["large", page.name]
        growth, ratio = large.cpu_ms() / small.cpu_ms(), large.cpu_ms() / floor
        budget, judged = "", ""
        if page.at_most:
            budget = f"≤ {budgets.GROWTH_AT_MOST}, ≤ {page.at_most}"
            judged = _judged(growth <= budgets.GROWTH_AT_MOST and ratio <= page.at_most)
        figures = (small.cpu_ms(), large.cpu_ms(), large.cpu_ms(95))
        shown = (*(f"{figure:.1f}" for figure in figures), f"{growth:.2f}", f"{ratio:.2f}")
        rows.append((page.title, *shown, budget, judged))
    among = (f"CPU ms, {few:,} items", f"{many:,} items", f"CPU p95, {many:,}")
    head = ("Request", *among, "Growth", "Of the floor's list", "Budget", "Kept")
    return f"{_database()}, the floor's list {floor:.1f} ms\n\n{_table(head, rows)}"


def burst(steps: int, *, wall: float, own: float, server: float) -> str:
    """Very many steps that come due at once, told by one process; its own processor time is limited."""
    each = own * 1000 / steps
    kept = wall <= budgets.BURST_SECONDS and each <= budgets.BURST_CPU_MS
    row = (f"{steps}", f"{wall:.1f}", f"{each:.2f}", f"{(own + server) * 1000 / steps:.2f}")
    budget = f"≤ {budgets.BURST_SECONDS} s, ≤ {budgets.BURST_CPU_MS} ms"
    head = ("Steps due at once", "Seconds", "CPU ms each", "with the database", "Budget", "Kept")
    return f"{_database()}\n\n{_table(head, [(*row, budget, _judged(kept))])}"


def idle(found: Sequence[tuple[int, float, float]]) -> str:
    """Turns that find nothing due: among so many items, so many milliseconds of SQL and statements."""
    fewest = found[0][1]
    rows = []
    for size, milliseconds, statements in found:
        growth = milliseconds / fewest
        kept = milliseconds <= budgets.IDLE_SQL_MS and growth <= budgets.IDLE_GROWTH
        budget = f"≤ {budgets.IDLE_SQL_MS} ms, ≤ {budgets.IDLE_GROWTH}"
        figures = (f"{size:,}", f"{milliseconds:.2f}", f"{statements:g}", f"{growth:.2f}")
        rows.append((*figures, budget, _judged(kept)))
    head = ("Open items, nothing due", "SQL ms", "Queries", "Growth", "Budget", "Kept")
    return f"{_database()}\n\n{_table(head, rows)}"


@dataclass(frozen=True)
class Evidence:
    """The seconds of the processor and by the clock for so many entries, `sealed` of them new."""

    entries: int
    sealed: int
    sealing: tuple[float, float]
    verifying: tuple[float, float]


def evidence(found: Sequence[Evidence]) -> str:
    """What it costs to seal rows, and to verify all that were sealed."""
    rows = []
    for one in found:
        a_second = one.entries / one.verifying[0]
        figures = (one.sealing[0] * 1000 / one.sealed, *one.verifying)
        budget = f"≥ {budgets.VERIFIED_A_SECOND:,.0f}"
        judged = _judged(a_second >= budgets.VERIFIED_A_SECOND)
        words = (f"{figure:.2f}" for figure in figures)
        rows.append((f"{one.entries:,}", *words, f"{a_second:,.0f}", budget, judged))
    head = (
        "Entries",
        "CPU ms to seal one",
        "CPU s to verify",
        "Seconds",
        "Entries a CPU s",
        "Budget",
        "Kept",
    )
    return f"{_database()}\n\n{_table(head, rows)}"


def _row(measured: Measured, floor: dict[str, float]) -> tuple[str, ...]:
    subject = measured.subject
    walls = (measured.wall_ms(percent) for percent in (50, 95, 99))
    figures = (measured.cpu_ms(), measured.cpu_ms(95), *walls)
    ratio = measured.cpu_ms() / floor[subject.against] if subject.against else 0
    kept = (
        not subject.at_most or ratio <= subject.at_most,
        not subject.queries or measured.queries <= subject.queries,
        not subject.p95_ms or measured.cpu_ms(95) <= subject.p95_ms,
    )
    budget = _budget(subject)
    return (
        subject.title,
        str(measured.queries),
        *(f"{figure:.1f}" for figure in figures),
        f"{ratio:.2f}" if ratio else "",
        budget,
        _judged(all(kept)) if budget else "",
    )


def _budget(subject: Subject) -> str:
    parts = (
        f"≤ {subject.at_most}" if subject.at_most else "",
        f"{subject.queries} queries" if subject.queries else "",
        f"CPU p95 ≤ {subject.p95_ms} ms" if subject.p95_ms else "",
    )
    return ", ".join(part for part in parts if part)


def _judged(kept: bool) -> str:
    return "OK" if kept else "**OVER**"


def _database() -> str:
    return "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)
