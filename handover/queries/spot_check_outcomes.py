"""What the spot checks of a team came to, week by week; what was added by hand is counted apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q

from accounts.models import Team
from handover.check_template import KEYS
from handover.models import Draw, DrawnRecord, Finding, SpotCheck

WEEKS = 26


@dataclass
class Week:
    """One week of records that were chosen in the same way; a mean is none where nothing is checked."""

    pk: int
    monday: date
    chosen: int = 0
    scores: list[dict[str, int]] = field(default_factory=list)
    findings: int = 0
    unsettled: int = 0
    overdue: int = 0

    @property
    def checked(self) -> int:
        return len(self.scores)

    @property
    def means(self) -> list[float | None]:
        """For each criterion of the form, in its order."""
        return [_mean(scores[key] for scores in self.scores if key in scores) for key in KEYS]


@dataclass(frozen=True)
class Outcomes:
    """The latest weeks first: of what was drawn, and of what was added by hand where anything was."""

    drawn: list[Week]
    added: list[Week]


def of_team(team: Team, now: datetime) -> Outcomes:
    draws = list(Draw.objects.filter(team=team, drawn_at__isnull=False).order_by("-week", "-pk")[:WEEKS])
    weeks = {(draw.pk, random): Week(draw.pk, draw.week) for draw in draws for random in (True, False)}
    ids = [draw.pk for draw in draws]
    for draw, place in DrawnRecord.objects.filter(draw__in=ids).values_list("draw", "place"):
        weeks[draw, place is not None].chosen += 1
    # A check that was corrected does not count beside its correction.
    checks = SpotCheck.objects.filter(record__draw__in=ids, superseded_by__isnull=True).order_by("pk")
    for draw, place, scores in checks.values_list("record__draw", "record__place", "scores"):
        weeks[draw, place is not None].scores.append(scores)
    for draw, place, *counts in _findings(ids, now):
        week = weeks[draw, place is not None]
        week.findings += counts[0]
        week.unsettled += counts[1]
        week.overdue += counts[2]
    return Outcomes(
        [weeks[pk, True] for pk in ids], [weeks[pk, False] for pk in ids if weeks[pk, False].chosen]
    )


def _findings(draws: list[int], now: datetime) -> Iterable[tuple[int, int | None, int, int, int]]:
    """By record: how many findings, how many of them are not settled, and how many wait too long."""
    unsettled = ~Q(state=Finding.State.ACCEPTED)
    rows = Finding.objects.filter(spot_check__record__draw__in=draws).with_limit().order_by()
    grouped = rows.values("spot_check__record__draw", "spot_check__record__place").annotate(
        filed=Count("pk"),
        unsettled=Count("pk", unsettled),
        overdue=Count("pk", Q(state=Finding.State.OPEN, limit_at__lte=now)),
    )
    return grouped.values_list(
        "spot_check__record__draw", "spot_check__record__place", "filed", "unsettled", "overdue"
    )


def _mean(points: Iterable[int]) -> float | None:
    found = list(points)
    return round(sum(found) / len(found), 1) if found else None
