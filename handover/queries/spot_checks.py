"""Spot checks: the population of a week, its draw, and what is known of each record that was chosen."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover import canonical, sampling
from handover.models import (
    Dispute,
    Draw,
    DrawnRecord,
    Handover,
    HandoverLine,
    Post,
    Round,
    SpotCheckPlan,
)
from handover.sampling import Candidate

from .weeks import WEEK

WEEKS = 12
SIGNED = (Handover.State.SUBMITTED, Handover.State.CONFIRMED, Handover.State.LAPSED)
# What makes a record worth a look, beside the draw.
LATE = timedelta(minutes=15)
LOW_SCORE = 60
MANY_CARRIED = 3
SUGGESTED = 10


def population(draw: Draw) -> list[Candidate]:
    """Of each signed handover whose boundary lies in the week its id and its marks, by id.

    And of each that was signed too late for the draw of its own week, so that nobody escapes by signing late.
    """
    of_week = Q(boundary_at__gte=draw.starts_at, boundary_at__lt=draw.ends_at)
    before = Draw.objects.filter(team=draw.team_id, week__lt=draw.week, drawn_at__isnull=False)
    if last := before.order_by("-week").first():
        of_week |= Q(boundary_at__lt=last.ends_at, submitted_at__gt=last.drawn_at)
    found = Handover.objects.filter(
        of_week,
        team=draw.team_id,
        state__in=SIGNED,
        round_count__gt=0,
        # Where the end of the business day was moved, two weeks may share an hour.
        drawn_record__isnull=True,
    )
    last_round = Round.objects.filter(handover=OuterRef("pk"), number=OuterRef("round_count"))
    rows = found.annotate(signer=Subquery(last_round.values("submitted_by")[:1])).order_by("pk")
    return [
        Candidate(id=pk, post=post, shift=shift, signer=signer)
        for pk, post, shift, signer in rows.values_list("pk", "post", "outgoing_shift__name", "signer")
    ]


def plans(teams: Iterable[Team]) -> dict[int, int]:
    """By team how many records are drawn a week; no plan is none."""
    return dict(SpotCheckPlan.objects.filter(team__in=teams).values_list("team", "per_week"))


def weeks(teams: Iterable[Team], now: datetime) -> dict[int, list[Draw]]:
    """By team the latest weeks, the newest first, each with how many of its records are checked."""
    checked = Q(records__checks__isnull=False)
    drawn, added = Q(records__place__isnull=False), Q(records__added_by__isnull=False)
    lately = Draw.objects.filter(team__in=teams, ends_at__gt=now - WEEKS * WEEK)
    rows = lately.annotate(
        drawn=Count("records", drawn, distinct=True),
        drawn_checked=Count("records", drawn & checked, distinct=True),
        added=Count("records", added, distinct=True),
        added_checked=Count("records", added & checked, distinct=True),
    )
    found: dict[int, list[Draw]] = defaultdict(list)
    for draw in rows.order_by("-week", "-pk"):
        found[draw.team_id].append(draw)
    return found


def records(draw: Draw) -> list[DrawnRecord]:
    """What is to be checked: first what was drawn, in its order, then what was added by hand."""
    rows = draw.records.select_related("handover__post", "handover__outgoing_shift", "added_by")
    rows = rows.annotate(check_count=Count("checks", distinct=True))
    return sorted(rows.order_by("pk"), key=lambda row: (not row.is_random, row.place or 0))


@dataclass(frozen=True)
class Row:
    """One record of a population, with names beside its marks."""

    candidate: Candidate
    post: str
    signer: str
    key: str
    place: int | None


def rows(draw: Draw) -> list[Row]:
    """The whole population with the key of each record, in the order of the keys."""
    posts = dict(Post.objects.filter(team=draw.team_id).values_list("pk", "name"))
    signers = {candidate["signer"] for candidate in draw.population}
    people = dict(User.objects.filter(pk__in=signers).values_list("pk", "display_name"))
    places = dict(draw.records.filter(place__isnull=False).values_list("handover", "place"))
    found = [
        Row(
            candidate,
            posts.get(candidate["post"], ""),
            people.get(candidate["signer"], ""),
            sampling.key(draw.seed, candidate["id"]),
            places.get(candidate["id"]),
        )
        for candidate in draw.population
    ]
    return sorted(found, key=lambda row: row.key)


def repeatable(draw: Draw) -> dict[str, Any]:
    """All that anyone needs to repeat the draw, and what it must give."""
    drawn = draw.records.filter(place__isnull=False).order_by("place").values_list("handover", flat=True)
    return {
        "schema": "handover.draw",
        "schema_version": 1,
        "team": draw.team.name,
        "week": str(draw.week),
        "from": canonical.instant(draw.starts_at),
        "until": canonical.instant(draw.ends_at),
        "algorithm": {"name": draw.algorithm, "version": draw.algorithm_version},
        "steps": [str(step) for step in sampling.STEPS],
        "commitment": draw.commitment,
        "committed_at": canonical.instant(draw.committed_at),
        "seed": draw.seed,
        "count": draw.count,
        "population": draw.population,
        "drawn_at": canonical.instant(draw.drawn_at),
        "drawn": list(drawn),
    }


@dataclass(frozen=True)
class Risk:
    """A record of the week that nobody has chosen yet, and why it may be worth a look."""

    handover: Handover
    reasons: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        return " ".join(self.reasons)


def at_risk(draw: Draw) -> list[Risk]:
    """The records with most against them; those that are chosen already are left out."""
    last_round = Round.objects.filter(handover=OuterRef("pk"), number=OuterRef("round_count"))
    carried = Q(lines__answer=HandoverLine.Answer.CARRIED)
    found = unchosen(draw).annotate(
        score=Subquery(last_round.values("score")[:1]),
        carried=Count("lines", carried, distinct=True),
        is_disputed=Exists(Dispute.objects.filter(handover=OuterRef("pk"))),
    )
    risks = [Risk(handover, _reasons(handover)) for handover in found]
    worst = sorted((risk for risk in risks if risk.reasons), key=lambda risk: -len(risk.reasons))
    return worst[:SUGGESTED]


def unchosen(draw: Draw) -> QuerySet[Handover]:
    """The records of the population that may still be added by hand."""
    ids = [candidate["id"] for candidate in draw.population]
    found = Handover.objects.filter(pk__in=ids, drawn_record__isnull=True)
    return found.select_related("post", "outgoing_shift").order_by("boundary_at", "pk")


def _reasons(handover: Any) -> list[str]:
    """`handover` comes with its score, and with how many of its lines were carried on."""
    facts: Iterable[tuple[bool, str]] = (
        (handover.submitted_at > handover.boundary_at + LATE, _("It was signed late.")),
        (handover.round_count > 1, _("It was returned.")),
        (handover.state == Handover.State.LAPSED, _("Nobody confirmed it.")),
        (handover.with_reservation, _("It was confirmed with reservation.")),
        (handover.is_disputed, _("It was disputed.")),
        (
            handover.score < LOW_SCORE,
            _("Its completeness score is %(score)s of 100.") % {"score": handover.score},
        ),
        (
            handover.carried >= MANY_CARRIED,
            _("%(count)s of its items were carried on.") % {"count": handover.carried},
        ),
    )
    return [sentence for applies, sentence in facts if applies]
