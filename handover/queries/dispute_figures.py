"""How many disputes there were, about what, for whom they were decided and how long that took."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Team
from handover.models import Access, Dispute

from .disputes import Asked
from .weeks import WEEK, week_of
from .words import Reader

WEEKS = 12
# More than a team can have in that time; the figures would only be those of the newest.
COUNTED = 5000
State = Dispute.State


class Number(NamedTuple):
    """A figure with the address that lists just what is counted in it."""

    label: str
    number: int
    url: str


@dataclass
class Figures:
    """The disputes that were raised in one week at one post."""

    week: date
    post: str
    raised: Number
    states: list[Number]
    causes: list[Number]
    verdicts: list[Number]
    median: str


class _Fact(NamedTuple):
    raised_at: datetime
    settled_at: datetime | None
    state: str
    cause: str
    verdict: str
    team_id: int
    post_id: int
    post__name: str


def figures(access: Access) -> list[Figures]:
    """By week of the team and post, the newest first, of what the person oversees. Two queries."""
    if not access.reads_off_duty:
        return []
    since = access.now - WEEKS * WEEK
    found = Dispute.objects.overseen(access).filter(raised_at__gte=since)
    rows = found.order_by("-raised_at", "-pk").values_list(*_Fact._fields)[:COUNTED]
    facts = [_Fact._make(row) for row in rows]
    teams = Team.objects.in_bulk({fact.team_id for fact in facts})
    groups: dict[tuple[date, str, int], list[_Fact]] = defaultdict(list)
    for fact in facts:
        week = week_of(teams[fact.team_id], fact.raised_at)
        if week.starts_at >= since:  # all of it is counted
            groups[week.monday, fact.post__name, fact.post_id].append(fact)
    reader = Reader(access.now)
    ordered = sorted(groups.items(), key=lambda group: (-group[0][0].toordinal(), *group[0][1:]))
    return [_figures(week, post, pk, facts, reader) for (week, post, pk), facts in ordered]


def _figures(week: date, post: str, post_id: int, facts: list[_Fact], reader: Reader) -> Figures:
    asked, base = Asked(post=post_id, week=week), reverse("dispute_list")

    def numbers(name: str, choices: list[tuple[str, Any]]) -> list[Number]:
        counts = Counter(getattr(fact, name) for fact in facts)
        return [
            Number(str(label), counts[value], f"{base}?{asked.query(**{name: value})}")
            for value, label in choices
            if counts[value]
        ]

    waits = [
        (fact.settled_at - fact.raised_at).total_seconds()
        for fact in facts
        if fact.settled_at and fact.state == State.DECIDED
    ]
    return Figures(
        week=week,
        post=post,
        raised=Number(_("Raised"), len(facts), f"{base}?{asked.query()}"),
        states=numbers("state", State.choices),
        causes=numbers("cause", Dispute.Cause.choices),
        verdicts=numbers("verdict", Dispute.Verdict.choices),
        median=reader.span(int(median(waits))) if waits else "",
    )
