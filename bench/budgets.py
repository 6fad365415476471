"""What is measured and what it may cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """One request of one side.

    `at_most` is a ratio of processor time to that of the subject `against` of the floor; `p95_ms` is
    processor time too: neighbours on the machine make wall time useless as a limit.
    """

    side: str
    name: str
    title: str
    against: str = ""
    at_most: float = 0
    queries: int = 0
    p95_ms: float = 0


LIST = Subject("floor", "list", "Floor: list of the newest 50")
FLOOR = (
    Subject("bare", "bare", "Floor: no middleware, no page"),
    LIST,
    Subject("floor", "record_page", "Floor: record with 15 lines"),
    Subject("floor", "form", "Floor: form that inserts 16 rows"),
    Subject("floor", "insert", "Floor: the insert of 16 rows alone"),
)
PAGES = (
    Subject("product", "list", "Live list, newest 50", "list", 1.0, 8),
    Subject("product", "list_by_instant", "Live list, most pressing 50", "list", 1.0, 8),
    Subject("product", "home", "Mine now, 60 items", "list", 1.5),
    Subject("product", "board", "Board of a supervisor", "list", 1.5),
    Subject("product", "trends", "Trends of a team, 26 weeks", "list", 1.5),
    Subject("product", "trend_records", "Records behind a point, newest 50", "list", 1.5),
    Subject("product", "item", "Item", "record_page", 1.5, 8),
    Subject("product", "customer", "Customer", "record_page", 1.5, 8),
    Subject("product", "edit", "Handover being written, 15 lines", "record_page", 1.5, 8),
    Subject("product", "review", "Handover being received, 15 lines", "record_page", 1.5, 8),
    Subject("product", "record", "Record of a handover, 15 lines", "record_page", 1.5, 8),
    Subject("product", "search", "Search for a word of two characters", p95_ms=40),
    Subject("product", "trail", "Trail, newest 50 entries", "list", 1.5),
    Subject("product", "trail_of_person", "Trail of one person and one kind of entry", "list", 1.5),
)
WRITES = (
    Subject("product", "form", "Form that registers an item", "form", 2.0),
    Subject("product", "create", "Register an item, the service alone", "insert", 2.0),
    Subject("product", "submit", "Sign and submit 15 lines, alone", "insert", 2.0),
    Subject("product", "confirm", "Confirm 15 lines, alone", "insert", 2.0),
)
# What is measured among few and among many items, too.
GROWTH = tuple(
    page
    for page in PAGES
    if page.name
    in {"list", "list_by_instant", "board", "trends", "trend_records", "search", "trail", "trail_of_person"}
)
GROWTH_AT_MOST = 1.15
MEMORY_AT_MOST = 1.3
# So many things that come due at once, how long one worker may take for them, and of the processor for each.
BURST = 10_000
BURST_SECONDS = 15
BURST_CPU_MS = 1.0
# A sweep that finds nothing due, and how much longer it may take among many items than among few.
IDLE_SQL_MS = 2.0
IDLE_GROWTH = 1.5
# A million entries of the ledger in two minutes by the clock of a busy machine.
VERIFIED_A_SECOND = 1_000_000 / 60  # of the processor
