"""What the search finds items by."""

from django.db import models

from .items import PendingItem


class SearchEntry(models.Model):
    """The tokens (see `handover.grams`) of everything written about one item, with a space around each.

    The index over them is made by the migration for each database: a tsvector column with GIN on
    PostgreSQL, an FTS5 table kept by triggers on SQLite.
    """

    item = models.OneToOneField(PendingItem, models.CASCADE, primary_key=True, related_name="search_entry")
    text = models.TextField()

    def __str__(self) -> str:
        return f"words of #{self.item_id}"
