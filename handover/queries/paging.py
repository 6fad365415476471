"""Where the next page of a list begins: after the last row, by its instant and id; never at a row count."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from django.db.models import Q

FORMAT = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page, as it stands in the address of the next one."""

    at: datetime
    pk: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The cursor in an address; None where there is none, or one that somebody made up."""
        moment, _dash, pk = text.partition("-")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            return None
        try:
            return cls(datetime.strptime(moment, FORMAT).replace(tzinfo=UTC), int(pk))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).strftime(FORMAT)}-{self.pk}"

    def earlier(self, column: str) -> Q:
        """The rows after this one where the latest come first."""
        return Q(**{f"{column}__lt": self.at}) | Q(**{column: self.at, "pk__lt": self.pk})

    def later(self, column: str) -> Q:
        """The rows after this one where the earliest come first."""
        return Q(**{f"{column}__gt": self.at}) | Q(**{column: self.at, "pk__gt": self.pk})
