"""What must hold of everything that waits and of every step that fired, whatever happened before."""

from datetime import timedelta

from accounts.models import User
from handover import ladders
from handover.ladders import ASK_TO_GO_ON, HOLDER, POST
from handover.models import Clock, Delivery, Escalation, Event, Kind, Message, PendingItem, Waits
from handover.queries.ladders import steps_of
from handover.queries.waiting import QUIET
from handover.services.tellings import CEILING

URGES = {Waits.TAKEN, Waits.RESPONSE, Waits.IDLE}
SECOND = timedelta(seconds=1)


def check_all() -> None:
    for clock in Clock.objects.select_related("ladder", "item").prefetch_related("escalations"):
        fired = sorted(clock.escalations.all(), key=lambda row: (row.fired_at, row.pk))
        check_a_running_clock_is_looked_at(clock)
        check_moments_come_in_order(clock, fired)
        check_a_stopped_clock_is_silent(clock, fired)
    for row in Escalation.objects.select_related("clock__item"):
        check_somebody_is_told(row)
    check_urgent_items_are_watched()


def check_a_running_clock_is_looked_at(clock: Clock) -> None:
    """I1: as long as there is a step to tell."""
    if clock.stopped_at is None and clock.next_at is None:
        assert clock.armed_at is not None
        assert clock.position >= len(ladders.moments(steps_of(clock))), clock


def check_moments_come_in_order(clock: Clock, fired: list[Escalation]) -> None:
    """I2, I3: each once, in order, none early, and none left out but by the rule of what is a day old."""
    steps = longest_steps(clock)
    moments = [(moment.step, moment.repeat) for moment in ladders.moments(steps)]
    places = [moments.index((row.step, row.repeat)) for row in fired]
    assert places == sorted(set(places)), clock
    assert all(place < clock.position for place in places), clock
    assert all(row.fired_at >= row.due_at for row in fired)
    for place, (step, _repeat) in enumerate(moments[: clock.position]):
        later = [row for row, at in zip(fired, places, strict=True) if at > place]
        is_old = any(row.fired_at - row.due_at >= CEILING for row in later)
        assert place in places or steps[step].only_untaken or is_old, (clock, place)


def longest_steps(clock: Clock) -> ladders.Steps:
    """Of a promise more is told while its item is urgent; it may have been so before."""
    if clock.kind == Waits.PROMISE and clock.ladder is None:
        return ladders.built_in(Waits.PROMISE, Kind.URGENT)
    return steps_of(clock)


def check_a_stopped_clock_is_silent(clock: Clock, fired: list[Escalation]) -> None:
    """I4."""
    assert all(row.fired_at <= clock.stopped_at for row in fired if clock.stopped_at), clock


def check_somebody_is_told(row: Escalation) -> None:
    """I5, I6: in the inbox and in the trail, or just before by another clock that asks the same."""
    if not row.told:
        assert is_hushed(row), row
        return
    thing = {"item": row.clock.item, "handover": row.clock.record}
    said = Event.objects.filter(verb=Event.Verb.ESCALATED, at=row.fired_at, **thing)
    facts = {"clock": row.clock.kind, "step": row.step, "repeat": row.repeat}
    facts |= {"dispute": row.clock.dispute_id} if row.clock.dispute_id else {}
    assert [{k: v for k, v in event.data.items() if k != "told"} for event in said].count(facts) == 1
    inbox = Message.objects.filter(at=row.fired_at, recipient__in=row.told)
    is_late = row.fired_at - row.due_at >= CEILING
    heard = inbox if is_late else inbox.filter(**thing)
    assert set(heard.values_list("recipient", flat=True)) == set(row.told), row


def is_hushed(row: Escalation) -> bool:
    others = Escalation.objects.filter(
        clock__item=row.clock.item_id, clock__kind__in=ASK_TO_GO_ON - {row.clock.kind}
    )
    told = others.filter(fired_at__lte=row.fired_at, fired_at__gt=row.fired_at - QUIET).exclude(told=[])
    reached = {target for other in told for target in other.targets}
    return row.clock.item_id is not None and set(row.targets) <= reached


def check_urgent_items_are_watched() -> None:
    """Every urgent item that is open has a clock that goes up to somebody."""
    for item in PendingItem.objects.open().filter(kind="urgent").prefetch_related("clocks"):
        running = {clock.kind for clock in item.clocks.all() if clock.stopped_at is None}
        assert running & URGES, (item, running)


def check_fired_now(now) -> None:
    """I6, I7: who is told by a sweep works here still, and is no party where it is about being in charge."""
    people = User.objects.in_bulk()
    for row in Escalation.objects.filter(fired_at=now).select_related("clock__item"):
        told = [people[pk] for pk in row.told]
        assert all(person.is_active for person in told), row
        holder = row.clock.item.holder_id if row.clock.item else None
        if not {HOLDER, POST} & set(row.targets):
            assert holder not in row.told or all(person.is_administrator for person in told), row


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Escalation, Message, Delivery, Event))


def next_looks(item: PendingItem) -> dict[int, object]:
    """When the engine looks next at each running clock of the item that has something left to tell."""
    running = Clock.objects.filter(item=item, stopped_at__isnull=True, next_at__isnull=False)
    return dict(running.values_list("pk", "next_at"))
