"""Judges from outside whether background work still runs."""

import time
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class PulseWatch:
    """Judges by the monotonic clock whether the pulse still changes: the wall clock may step back."""

    deaf_after: float
    seen: datetime | None = None
    changed: float = field(default_factory=time.monotonic)

    def is_deaf(self, *, beat: datetime | None, clock: float) -> bool:
        if beat != self.seen:
            self.seen, self.changed = beat, clock
        return clock - self.changed > self.deaf_after

    def discount(self, *, beat: datetime | None) -> None:
        """This pulse is the watcher's own: it says nothing of those who should run."""
        self.seen = beat

    def forgive(self, *, clock: float) -> None:
        self.changed = clock
