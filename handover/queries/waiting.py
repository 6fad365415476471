"""What has to be known of due clocks before their steps are told; read once for a whole batch of them."""

from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import prefetch_related_objects

from accounts.models import User
from handover import ladders
from handover.ladders import Moment, Step
from handover.models import Clock, Escalation, HandoverLine, Promise, Target, Waits

from . import duty, parties, recipients
from .hours import in_service_from
from .ladders import InForce, in_force

# What one ladder has told, another that asks the same does not tell the same targets again within this time.
QUIET = timedelta(minutes=10)
Answer = HandoverLine.Answer


class Scene:
    """State and duty roster around the clocks at one instant. Each fact is read when somebody asks for it."""

    def __init__(self, clocks: list[Clock], now: datetime, *, seen_from: datetime | None = None) -> None:
        """`seen_from` is given where the instant is only played through: what lies after it is to come."""
        self.now, self._seen_from = now, seen_from
        self._clocks = clocks
        self._posts = {post.pk: post for post in (clock.thing.post for clock in clocks)}
        prefetch_related_objects(list(self._posts.values()), "service_hours")

    @cached_property
    def own_ladders(self) -> InForce:
        return in_force({post.team_id for post in self._posts.values()})

    def instant(self, clock: Clock, moment: Moment) -> datetime:
        """When the moment comes: not before the post is staffed, unless it is the customer's own time."""
        at = ladders.begins_at(clock.kind, clock.due_at) + timedelta(minutes=moment.minutes)
        if clock.kind in ladders.AT_ANY_HOUR:
            return at
        return in_service_from(self._posts[clock.thing.post.pk], at)

    def applies(self, clock: Clock, step: Step) -> bool:
        """Whether the step still has something to tell, now that it has come."""
        if not step.only_untaken:
            return True
        if clock.item:
            return clock.item.holder_id is None
        return clock.handover_id not in self._begun

    def people(self, clock: Clock, step: Step) -> list[User]:
        """Whom the step tells; nobody where another clock has told the same of this item just before."""
        item_id = clock.item_id
        if item_id and all((clock.kind, item_id, target) in self._hushed for target in step.targets):
            return []
        return recipients.of_step(
            _targets(clock, step),
            chain=self._chains[clock.thing.post.pk],
            holder=_holder(clock),
            parties=self._parties(clock),
        )

    def promise(self, clock: Clock) -> Promise | None:
        return self._promises.get(clock.item_id or 0) if clock.kind == Waits.PROMISE else None

    def told(self, clock: Clock, step: Step) -> None:
        """Remember what this batch itself has told."""
        if clock.item_id:
            for target in step.targets:
                self._hush(clock.kind, clock.item_id, target)

    def _hush(self, kind: str, item_id: int, target: str) -> None:
        self._hushed.update((other, item_id, target) for other in _asking_the_same(kind))

    @cached_property
    def _hushed(self) -> set[tuple[str, int, str]]:
        """(kind of clock, item, target) of which another clock has told within the quiet time."""
        items = [clock.item_id for clock in self._clocks if clock.item_id]
        recent = Escalation.objects.filter(clock__item__in=items, fired_at__gt=self.now - QUIET)
        recent = recent.exclude(told=[])
        found: set[tuple[str, int, str]] = set()
        for kind, item_id, targets in recent.values_list("clock__kind", "clock__item_id", "targets"):
            for target in targets:
                found.update((other, item_id, target) for other in _asking_the_same(kind))
        return found

    @cached_property
    def _chains(self) -> dict[int, duty.Chain]:
        return duty.chains(list(self._posts.values()), self.now, seen_from=self._seen_from)

    @cached_property
    def _promises(self) -> dict[int, Promise]:
        found = Promise.objects.filter(item__in=self._items_of(Waits.PROMISE), state=Promise.State.OPEN)
        return {promise.item_id: promise for promise in found}

    @cached_property
    def _begun(self) -> set[int]:
        """Handovers of which at least one line has an answer."""
        lines = HandoverLine.objects.filter(
            handover__in=[clock.handover_id for clock in self._clocks if clock.handover_id],
            round_number__gt=0,
        )
        return set(lines.exclude(answer=Answer.NONE).values_list("handover_id", flat=True).distinct())

    def _parties(self, clock: Clock) -> frozenset[int]:
        """Who is not asked to judge: the holder; the outgoing side of a record; who refused; who disputes.

        What was found in a record is judged by nobody who stood on either of its sides.
        """
        if clock.kind == Waits.RULE:
            return frozenset()  # nothing is judged any more
        if clock.dispute_id:
            return self._disputing[clock.dispute_id]
        if clock.kind in ladders.JUDGED:
            responsible = {clock.finding.responsible_id} if clock.finding else set()
            return self._both_sides.get(_record_id(clock), frozenset()) | responsible
        if clock.handover_id:
            return self._outgoing[clock.handover_id]
        holder = {clock.item.holder_id} if clock.item and clock.item.holder_id else set()
        if clock.kind != Waits.REFUSED:
            return frozenset(holder)
        return self._sides.get(clock.item_id or 0, frozenset()) | holder

    @cached_property
    def _outgoing(self) -> dict[int, frozenset[int]]:
        return parties.outgoing_of({clock.handover_id for clock in self._clocks if clock.handover_id})

    @cached_property
    def _disputing(self) -> dict[int, frozenset[int]]:
        found = parties.of_disputes([clock.dispute for clock in self._clocks if clock.dispute])
        return {pk: sides.both for pk, sides in found.items()}

    @cached_property
    def _both_sides(self) -> dict[int, frozenset[int]]:
        ids = {_record_id(clock) for clock in self._clocks if clock.kind in ladders.JUDGED}
        return parties.of_records(ids - {0})

    @cached_property
    def _sides(self) -> dict[int, frozenset[int]]:
        """Of refused lines by item: the outgoing side, and who refused."""
        lines = HandoverLine.objects.filter(
            item__in=self._items_of(Waits.REFUSED), round_number__gt=0, answer=Answer.REFUSED
        )
        rows = list(lines.values_list("item_id", "handover_id", "answered_by_id"))
        outgoing = parties.outgoing_of({handover_id for _item, handover_id, _by in rows})
        return {item_id: outgoing[handover_id] | {refused_by} for item_id, handover_id, refused_by in rows}

    def _items_of(self, kind: str) -> list[int]:
        return [clock.item_id for clock in self._clocks if clock.kind == kind and clock.item_id]


def _targets(clock: Clock, step: Step) -> tuple[str, ...]:
    """Of a finding the colleagues at the post are not told, also where who is to answer it has left."""
    if clock.finding and not clock.finding.responsible.is_active:
        return tuple(Target.LEADERS if target == Target.HOLDER else target for target in step.targets)
    return step.targets


def _record_id(clock: Clock) -> int:
    """0 where what waits is only imagined."""
    return (clock.record and clock.record.pk) or 0


def _holder(clock: Clock) -> User | None:
    """Who has what waits: the item, the rule that is to be changed, or the finding that is to be answered."""
    if clock.kind == Waits.RULE and clock.dispute:
        return clock.dispute.rule_by
    if clock.kind == Waits.FINDING and clock.finding:
        return clock.finding.responsible
    return clock.item.holder if clock.item else None


def _asking_the_same(kind: str) -> set[Waits]:
    """The other clocks of an item that need not tell what this one has told."""
    return ladders.ASK_TO_GO_ON - {kind} if kind in ladders.ASK_TO_GO_ON else set()
