"""What happened in the centre, gathered in any order and played in the order of time."""

from collections.abc import Callable
from datetime import datetime

Act = Callable[[datetime], None]


class Script:
    """Acts with their instants; of two at the same instant the one added first comes first."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._acts: list[tuple[datetime, int, Act]] = []

    def add(self, at: datetime, act: Act) -> None:
        """What lies ahead has not happened and is left out."""
        if at <= self.now:
            self._acts.append((at, len(self._acts), act))

    def play(self) -> None:
        for at, _place, act in sorted(self._acts, key=lambda entry: entry[:2]):
            act(at)
