"""Judges from outside whether background work still runs."""

import time
from dataclasses import dataclass, field
from datetime import datetime

MOST_PATIENCE = 8  # times the first


@dataclass
class PulseWatch:
    """Judges by the monotonic clock whether the pulse still changes: the wall clock may step back."""

    deaf_after: float
    seen: datetime | None = None
    changed: float = field(default_factory=time.monotonic)
    restarts: int = 0  # since the pulse last changed

    def is_deaf(self, *, beat: datetime | None, clock: float) -> bool:
        if beat != self.seen:
            self.seen, self.changed, self.restarts = beat, clock, 0
        return clock - self.changed > self.patience

    @property
    def patience(self) -> float:
        """Seconds without a pulse. More after each restart: on a slow machine a start may take longer."""
        return self.deaf_after * min(2**self.restarts, MOST_PATIENCE)

    def discount(self, *, beat: datetime | None) -> None:
        """This pulse is the watcher's own: it says nothing of those who should run."""
        self.seen = beat

    def restarted(self, *, clock: float) -> None:
        self.restarts += 1
        self.forgive(clock=clock)

    def forgive(self, *, clock: float) -> None:
        self.changed = clock
