"""What there is to measure of handovers: whether in time, their lines and scores, as unsaved facts.

They stand at their boundary, a score at its signature.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from handover.models import Escalation, Event, Fact, Handover, HandoverLine, Measure, Round, Waits

from .item_facts import minutes, of_step

# After the boundary, or after the incoming shift begins where that is later.
CONFIRM_WITHIN = timedelta(minutes=30)
# An item that is handed over more often than this is older than it should be.
OLD_HANDOVERS = 3


def overdue(now: datetime) -> QuerySet[Handover]:
    """Those that were to be confirmed by now and are not; there are few at any time."""
    return Handover.objects.filter(ended_at__isnull=True, boundary_at__lt=now - CONFIRM_WITHIN)


def of_handovers(ids: Collection[int], now: datetime) -> list[Fact]:
    """All that is decided of these handovers; as many queries for many as for one."""
    rows = Handover.objects.filter(pk__in=ids).select_related("team", "outgoing_shift", "incoming_shift")
    known = _Known({handover.pk: handover for handover in rows}, now)
    return [*_confirmations(known), *_scores(known), *_lines(known), *_escalations(known)]


@dataclass
class _Known:
    """The handovers, and their rounds in order."""

    handovers: dict[int, Handover]
    now: datetime
    rounds: dict[int, list[Round]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for signed in Round.objects.filter(handover__in=self.handovers).order_by("number"):
            self.rounds[signed.handover_id].append(signed)

    def fact(self, handover: Handover, **facts: Any) -> Fact:
        facts.setdefault("at", handover.boundary_at)
        rounds = self.rounds[handover.pk]
        facts.setdefault("person_id", rounds[-1].submitted_by_id if rounds else None)
        return Fact(
            handover=handover,
            team=handover.team,
            post_id=handover.post_id,
            shift_name=handover.outgoing_shift.name,
            week=handover.team.business_week(facts["at"]),
            **facts,
        )


def _confirmations(known: _Known) -> Iterator[Fact]:
    for handover in known.handovers.values():
        incoming, ended_at = handover.incoming_shift, handover.ended_at
        start = max(handover.boundary_at, incoming.starts_at) if incoming else handover.boundary_at
        due_at = start + CONFIRM_WITHIN
        if ended_at is None and due_at >= known.now:
            continue
        took = None
        if handover.state == Handover.State.CONFIRMED and ended_at:
            took = minutes(start, ended_at)
            yield known.fact(handover, measure=Measure.CONFIRMED, thing=handover.pk, value=took)
        in_time = took is not None and ended_at is not None and ended_at <= due_at
        yield known.fact(handover, measure=Measure.ON_TIME, thing=handover.pk, hit=in_time, value=took)


def _scores(known: _Known) -> Iterator[Fact]:
    for handover in known.handovers.values():
        for signed in known.rounds[handover.pk]:
            yield known.fact(
                handover,
                measure=Measure.SCORE,
                thing=signed.pk,
                at=signed.submitted_at,
                value=signed.score,
                person_id=signed.submitted_by_id,
            )


def _lines(known: _Known) -> Iterator[Fact]:
    """Of handovers that have ended, so that no answer can change any more."""
    ended = [pk for pk, handover in known.handovers.items() if handover.ended_at]
    lines = list(HandoverLine.objects.filter(handover__in=ended, round_number__gt=0).order_by("pk"))
    said = _said(ended)
    boundaries = _boundaries({line.item_id for line in lines})
    for line in lines:
        handover = known.handovers[line.handover_id]
        nth = sum(at <= handover.boundary_at for at in boundaries[line.item_id])
        about = {"thing": line.pk, "item_id": line.item_id}
        for measure, verb in (
            (Measure.QUESTIONED, Event.Verb.LINE_QUESTIONED),
            (Measure.REFUSED, Event.Verb.LINE_REFUSED),
        ):
            hit = (line.handover_id, line.item_id, verb) in said
            yield known.fact(handover, measure=measure, hit=hit, **about)
        yield known.fact(handover, measure=Measure.CARRIED, hit=nth > OLD_HANDOVERS, value=nth, **about)


def _said(handovers: list[int]) -> set[tuple[int | None, int | None, str]]:
    verbs = {Event.Verb.LINE_QUESTIONED, Event.Verb.LINE_REFUSED}
    entries = Event.objects.filter(handover__in=handovers, verb__in=verbs)
    return set(entries.values_list("handover_id", "item_id", "verb"))


def _boundaries(items: set[int]) -> dict[int, list[datetime]]:
    """When each item was handed over."""
    found: dict[int, list[datetime]] = defaultdict(list)
    lines = HandoverLine.objects.filter(item__in=items, round_number__gt=0)
    for item_id, at in lines.values_list("item_id", "handover__boundary_at"):
        found[item_id].append(at)
    return found


def _escalations(known: _Known) -> Iterator[Fact]:
    """Of the handover itself: that nobody has checked it yet is a matter of supervision."""
    fired = Escalation.objects.filter(clock__handover__in=known.handovers).select_related("clock")
    for step in fired.exclude(clock__kind=Waits.CHECK).order_by("pk"):
        if (pk := step.clock.handover_id) and step.told:
            handover = known.handovers[pk]
            for measure, bucket in of_step(step, handover.team):
                about = {"thing": step.pk, "at": step.fired_at, "person_id": None}
                yield known.fact(handover, measure=measure, bucket=bucket, **about)
