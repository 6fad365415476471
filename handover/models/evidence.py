"""What may never change once it is written, and the ledger that would show if it did."""

from dataclasses import dataclass

from django.db import models

from .events import Event
from .handovers import Round
from .readings import Reading
from .signoffs import Addendum, SignedText, SignOff


@dataclass(frozen=True)
class Protected:
    """A table of which no row is ever deleted or changed."""

    model: type[models.Model]
    # The only columns that are frozen, where the others follow what happens; else every column is.
    frozen: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        """The frozen columns in the order of the model."""
        names = [field.attname for field in self.model._meta.concrete_fields]
        return [name for name in names if not self.frozen or name in self.frozen]


# A new table of the trail is one more line here: `migrate` then protects it and the ledger covers it.
PROTECTED = (
    Protected(Event),
    Protected(SignedText),
    Protected(SignOff),
    Protected(Addendum),
    Protected(
        Round, frozen=("id", "handover_id", "number", "text_id", "submitted_by_id", "submitted_at", "score")
    ),
)
APPEND_ONLY = (*PROTECTED, Protected(Reading))
