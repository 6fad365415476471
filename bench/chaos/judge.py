"""Compares what was told with what should have been."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from typing import TYPE_CHECKING

from django.db.models import Q

from bench.chaos import oracle
from bench.chaos.plant import Plant
from bench.chaos.receivers import Outside
from bench.chaos.scene import Scene
from handover.models import Clock, Delivery, Waits

if TYPE_CHECKING:
    from bench.chaos.run import Course

# Instants of the application and of the database are read one after the other.
HAIR = timedelta(seconds=0.5)
CAUGHT_UP_SECONDS = 30
DATABASE_CLOCK = (
    "The database's clock is moved for whoever asks it by a function, now() and its kin; the product never "
    "asks it for the time (tests/test_shape.py holds that)."
)


@dataclass(frozen=True)
class Line:
    """One figure; one that must be nothing is bad where it is not."""

    words: str
    figure: float
    at_most: float | None = None

    @property
    def is_good(self) -> bool:
        return self.at_most is None or self.figure <= self.at_most

    def __str__(self) -> str:
        limit = "" if self.at_most is None else f"   (at most {self.at_most:g})"
        return f"  {self.words:<52}{self.figure:>10g}{limit}{'' if self.is_good else '   BAD'}"


@dataclass(frozen=True)
class Verdict:
    lines: list[Line]

    @property
    def is_good(self) -> bool:
        return all(line.is_good for line in self.lines)

    def told(self) -> str:
        return "\n".join(
            [*map(str, self.lines), "Everything held." if self.is_good else "NOT everything held."]
        )


def judge(scene: Scene, course: "Course", outside: Outside, plant: Plant, until: datetime) -> Verdict:
    expected = oracle.due(scene, until)
    fired = oracle.fired()
    in_time = [one for one in fired if one.key in expected]
    return Verdict(
        [
            Line("items", len(scene.items)),
            Line("pages that people looked at", plant.pages_seen()),
            Line("workers killed in the middle of a sweep", plant.killed),
            Line("workers frozen in the middle of a sweep", plant.frozen),
            Line("acts of people that were acknowledged", len(course.acknowledged)),
            Line("  of these lost", _lost(course), 0),
            *_steps(scene, until, expected, fired),
            *_inbox(scene, fired),
            *_outside(scene, fired, outside),
            Line(
                "seconds to catch up after the last fault",
                _caught_up(course, expected, in_time),
                CAUGHT_UP_SECONDS,
            ),
            *_delays(
                "delay from due to committed in seconds",
                [(one.committed - expected[one.key]).total_seconds() for one in in_time],
            ),
        ]
    )


def _steps(
    scene: Scene, until: datetime, expected: dict[oracle.Key, datetime], fired: list[oracle.Fired]
) -> list[Line]:
    written, stops = Counter(one.key for one in fired), oracle.stopped(scene)
    missing = oracle.missing(scene, until)
    late = [one for one in fired if one.wait in stops and one.committed > stops[one.wait]]
    return [
        Line("steps expected", len(expected)),
        Line("steps written", sum(1 for key in written if key in expected)),
        Line(
            "  overtaken by an act",
            sum(1 for key in expected if key not in written) - len(missing),
        ),
        Line("  missing", len(missing), 0),
        Line(
            "  doubled, in the trail too", _doubled(written.values()) + _doubled(oracle.entries().values()), 0
        ),
        Line(
            "  early",
            sum(1 for one in fired if one.key in expected and one.committed < expected[one.key] - HAIR),
            0,
        ),
        Line("  after their clock was stopped", len(late), 0),
        Line("clocks that began a second time", oracle.begun_anew(), 0),
    ]


def _inbox(scene: Scene, fired: list[oracle.Fired]) -> list[Line]:
    expected, found = oracle.copies(scene, fired).inbox, oracle.inbox()
    return [
        Line("inbox rows expected", expected.total()),
        Line("inbox rows written", found.total()),
        Line("  missing", (expected - found).total(), 0),
        Line("  doubled", (found - expected).total(), 0),
    ]


def _outside(scene: Scene, fired: list[oracle.Fired], outside: Outside) -> list[Line]:
    """What had to leave, by what the receivers themselves have seen."""
    copies = oracle.copies(scene, fired)
    of_steps = Q(webhook__isnull=False) | Q(message__key__regex="^[0-9]")
    written = dict(Delivery.objects.filter(of_steps).values_list("pk", "at"))
    arrived = {pk: instants for pk, instants in outside.arrived().items() if pk in written}
    return [
        Line("messages to the outside expected", copies.emails + copies.posts),
        Line("  delivered", len(arrived)),
        Line("  not delivered", copies.emails + copies.posts - len(arrived), 0),
        Line("  delivered more than once", _doubled(map(len, arrived.values()))),
        *_delays(
            "delay from written to delivered in seconds",
            [(min(instants) - written[pk]).total_seconds() for pk, instants in arrived.items()],
        ),
    ]


def _delays(words: str, seconds: list[float]) -> list[Line]:
    if len(seconds) < 2:
        return []
    hundredths = quantiles(seconds, n=100, method="inclusive")
    return [
        Line(f"{words}, half", round(hundredths[49], 2)),
        Line("  99 of 100", round(hundredths[98], 2)),
        Line("  longest", round(max(seconds), 2)),
    ]


def _caught_up(course: "Course", expected: dict[oracle.Key, datetime], in_time: list[oracle.Fired]) -> float:
    """How long after the last fault the last step was written that had come due before its end."""
    healed_at = course.healed_at
    if healed_at is None:
        return 0
    late = [one.committed - healed_at for one in in_time if expected[one.key] <= healed_at]
    return round(max([*late, timedelta()]).total_seconds(), 2)


def _doubled(counts: Iterable[int]) -> int:
    return sum(count - 1 for count in counts)


def _lost(course: "Course") -> int:
    """Acts that were acknowledged, though the clock they stop still runs."""
    stops = {"take": Waits.TAKEN, "progress": Waits.RESPONSE, "close": Waits.RESPONSE}
    running = set(Clock.objects.filter(stopped_at__isnull=True).values_list("item_id", "kind"))
    return sum((deed.item_id, stops[deed.verb]) in running for deed in course.acknowledged)
