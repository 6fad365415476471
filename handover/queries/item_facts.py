"""What there is to measure of items: clocks, promises, contacts and escalations, as unsaved facts.

A fact stands at the instant at which it was decided whether it was in time: when it was done, at the latest
when its time ran out. So nothing is added to a week that is over, unless its item is opened again.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Team
from handover.models import (
    Clock,
    ClockKind,
    Escalation,
    Event,
    Fact,
    Kind,
    Measure,
    PendingItem,
    Promise,
    Shift,
)

OF_CLOCKS = {ClockKind.TAKEN: Measure.TAKEN, ClockKind.RESPONSE: Measure.ANSWERED}
# A customer begins these; of the others it is we who do something.
CONTACTS = {Event.Verb.CREATED, Event.Verb.CALLED_AGAIN}
# With these somebody stops a clock, at the same instant.
ACTS = {
    Event.Verb.TAKEN,
    Event.Verb.LINE_ACCEPTED,
    Event.Verb.PROGRESSED,
    Event.Verb.RESOLVED,
    Event.Verb.CLOSED,
}


def of_items(ids: Collection[int], now: datetime) -> list[Fact]:
    """All that is decided of these items; as many queries for many as for one."""
    items = PendingItem.objects.filter(pk__in=ids).select_related("team").in_bulk()
    known = _Known(items, now)
    facts = [*_clocks(known), *_promises(known), *_contacts(known), *_escalations(known)]
    _name_shifts(facts)
    return facts


@dataclass
class _Known:
    """The items, and who did what to them at which instant."""

    items: dict[int, PendingItem]
    now: datetime
    contacts: list[Event] = field(default_factory=list)
    actors: dict[tuple[int | None, datetime], int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entries = Event.objects.filter(item__in=self.items, verb__in=CONTACTS | ACTS)
        for entry in entries.only("at", "verb", "actor_id", "item_id").order_by("pk"):
            if entry.verb in CONTACTS:
                self.contacts.append(entry)
            else:
                self.actors[entry.item_id, entry.at] = entry.actor_id

    def fact(self, item_id: int, **facts: Any) -> Fact:
        item = self.items[item_id]
        week = item.team.business_week(facts["at"])
        return Fact(item=item, team=item.team, post_id=item.post_id, week=week, **facts)


def _clocks(known: _Known) -> Iterator[Fact]:
    kinds = {*OF_CLOCKS, ClockKind.DONE}
    runs = Clock.objects.filter(item__in=known.items, kind__in=kinds).order_by("started_at", "pk")
    ends: dict[int, Clock] = {}
    for clock in runs:
        if clock.kind in OF_CLOCKS:
            yield from _decided(clock, known, measure=OF_CLOCKS[ClockKind(clock.kind)], thing=clock.pk)
        elif clock.item_id:
            ends[clock.item_id] = clock  # of several runs the last counts: it was opened again
    for item_id, clock in ends.items():
        if known.items[item_id].kind == Kind.FOLLOW_UP:
            yield from _decided(clock, known, measure=Measure.SAME_DAY, thing=item_id)


def _decided(clock: Clock, known: _Known, **facts: Any) -> Iterator[Fact]:
    """Nothing while it runs in time, or where it was no longer needed."""
    stopped_at, item_id = clock.stopped_at, clock.item_id
    runs_in_time = stopped_at is None and clock.due_at >= known.now
    if item_id is None or runs_in_time or clock.outcome == Clock.Outcome.VOID:
        return
    hit = clock.outcome == Clock.Outcome.MET
    yield known.fact(
        item_id,
        at=min(stopped_at or clock.due_at, clock.due_at),
        hit=hit,
        value=minutes(clock.started_at, stopped_at) if stopped_at else None,
        # Who comes to the help of what waited too long is not blamed for it.
        person_id=known.actors.get((item_id, stopped_at)) if hit and stopped_at else None,
        **facts,
    )


def _promises(known: _Known) -> Iterator[Fact]:
    """One that was moved before its time is no promise any more: the one in its place counts."""
    for promise in Promise.objects.filter(item__in=known.items).order_by("pk"):
        at = min(promise.settled_at or known.now, promise.due_at)
        is_broken = promise.state == Promise.State.BROKEN
        if at == promise.due_at or is_broken or promise.state == Promise.State.KEPT:
            in_time = promise.settled_at is not None and promise.settled_at <= promise.due_at
            yield known.fact(
                promise.item_id,
                measure=Measure.PROMISE,
                thing=promise.pk,
                at=at,
                hit=in_time and promise.state == Promise.State.KEPT,
                person_id=promise.made_by_id,
            )


def _contacts(known: _Known) -> Iterator[Fact]:
    for entry in known.contacts:
        if entry.item_id:
            again = entry.verb == Event.Verb.CALLED_AGAIN
            yield known.fact(entry.item_id, measure=Measure.CONTACT, thing=entry.pk, at=entry.at, hit=again)


def _escalations(known: _Known) -> Iterator[Fact]:
    fired = Escalation.objects.filter(clock__item__in=known.items).select_related("clock").order_by("pk")
    for step in fired:
        if (item_id := step.clock.item_id) and step.told:
            for measure, bucket in of_step(step, known.items[item_id].team):
                yield known.fact(item_id, measure=measure, bucket=bucket, thing=step.pk, at=step.fired_at)


def of_step(step: Escalation, team: Team) -> tuple[tuple[str, int], ...]:
    """An escalation that somebody was told of counts by its step, the first being 1, and by the hour of the
    team.
    """
    hour = step.fired_at.astimezone(team.zone).hour
    return (Measure.ESCALATION, step.step + 1), (Measure.ESCALATION_HOUR, hour)


def minutes(start: datetime, end: datetime) -> int:
    """Whole minutes from one instant to another; none where the other was earlier."""
    return max(0, int((end - start).total_seconds()) // 60)


def _name_shifts(facts: Iterable[Fact]) -> None:
    """Write the shift that was on at the post to each fact; of two at once the one that began last."""
    of_posts: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        of_posts[fact.post_id].append(fact)
    if not of_posts:
        return
    instants = [fact.at for rows in of_posts.values() for fact in rows]
    near = Shift.objects.filter(post__in=of_posts, starts_at__lte=max(instants), ends_at__gt=min(instants))
    shifts: dict[int, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    columns = near.order_by("starts_at", "pk").values_list("post_id", "starts_at", "ends_at", "name")
    for post_id, starts_at, ends_at, name in columns:
        shifts[post_id].append((starts_at, ends_at, name))
    for post_id, rows in of_posts.items():
        starts = [starts_at for starts_at, _ends_at, _name in shifts[post_id]]
        for fact in rows:
            begun = shifts[post_id][: bisect_right(starts, fact.at)]
            fact.shift_name = next((name for _at, ends_at, name in begun[:-4:-1] if ends_at > fact.at), "")
