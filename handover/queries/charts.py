"""Where the parts of a bar chart lie. Whole numbers, so that every language writes them alike."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 400, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 396, 22, 166  # of the field in which the bars stand
MOST_LABELS = 8
LOWEST = 3  # so that a bar of nothing can be seen, and pressed


@dataclass(frozen=True)
class Value:
    """One bar to be: its height in the unit of the chart, None where there is nothing to say."""

    label: str
    words: str
    url: str
    number: float | None
    is_running: bool = False  # its week is not over


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    width: int
    height: int
    column_x: int
    column_width: int
    value: Value


@dataclass(frozen=True)
class Mark:
    """A line of the grid or the goal, or a name below the bars."""

    at: int
    text: str


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    grid: list[Mark]
    labels: list[Mark]
    goal: Mark | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def draw(values: Sequence[Value], *, highest: int | None = None, goal: int | None = None) -> Chart:
    """Bars from zero up to `highest`, or to the next round number above all of them and the goal."""
    numbers = [value.number for value in values if value.number is not None]
    top = highest or _round_up(max([*numbers, goal or 0]))
    return Chart(
        bars=[
            _bar(value, place, len(values), top)
            for place, value in enumerate(values)
            if value.number is not None
        ],
        grid=[Mark(_height(number, top), str(number)) for number in (0, top // 2, top)],
        labels=_labels(values),
        goal=None if goal is None else Mark(_height(goal, top), str(goal)),
    )


def _bar(value: Value, place: int, count: int, top: int) -> Bar:
    start, end = _x(place, count), _x(place + 1, count)
    gap = max(1, (end - start) // 6)
    y = min(_height(value.number or 0, top), BOTTOM - LOWEST)
    return Bar(start + gap, y, end - start - 2 * gap, BOTTOM - y, start, end - start, value)


def _x(place: int, count: int) -> int:
    return LEFT + (RIGHT - LEFT) * place // count


def _height(number: float, top: int) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * number / top)


def _labels(values: Sequence[Value]) -> list[Mark]:
    """As many names as there is room for, the last bar always with its own."""
    count = len(values)
    every = -(-count // MOST_LABELS)
    return [
        Mark((_x(place, count) + _x(place + 1, count)) // 2, value.label)
        for place, value in enumerate(values)
        if (count - 1 - place) % every == 0
    ]


def _round_up(number: float) -> int:
    """The next of 2, 4, 10, 20, 40, 100 ... that is not below; each can be halved."""
    step = 1
    while True:
        for times in (2, 4, 10):
            if step * times >= number:
                return step * times
        step *= 10
