"""Keeps what SQLite's planner knows about the tables; PostgreSQL does so by itself."""

from django.db import connection, transaction

ROWS = 1000  # read of each index at most, so that it stays a matter of milliseconds


@transaction.atomic
def refresh() -> None:
    """Count anew. Without it SQLite walks the whole trail of a team to find that of one customer.

    Safe to repeat.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {ROWS}")
            cursor.execute("ANALYZE")
