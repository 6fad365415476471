"""Who was responsible for an item at any minute: a list without gaps, computed from what happened.

Whoever holds it; from the signature of a handover its signer together with the post until somebody has taken
the line, at the longest while the signer is on duty, then the duty supervisor; in a queue the post. Pure: the
facts are read by `responsibility_facts`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    PERSON = "person"
    QUEUE = "queue"
    HANDED = "handed"  # the signer together with the post
    SUPERVISOR = "supervisor"
    OTHER_TEAM = "other_team"  # at a post of a team whose roster the reader does not see
    ELSEWHERE = "elsewhere"  # in the system that it was imported from
    CLOSED = "closed"


SHARED = {Kind.QUEUE, Kind.HANDED, Kind.SUPERVISOR}  # in which others than a holder have a part
HANDOVER_VERBS = {"submitted", "returned"}  # what happens to a record, not to the item


class Back(StrEnum):
    """By what a handover gives an item back."""

    RETURNED = "returned"  # to who had it before, if it still waits by that handover
    UNDONE = "undone"  # an answer was taken back: it waits as it did


@dataclass(frozen=True)
class Charge:
    """Who has it by one fact, before the roster is looked at."""

    kind: Kind
    post_id: int = 0
    person: str = ""  # the holder, or the signer of what was handed over
    person_id: int = 0
    handover_id: int = 0


@dataclass(frozen=True)
class Turn:
    """Something by which it changed hands."""

    at: datetime
    order: int  # among what happened in the same instant
    verb: str
    charge: Charge | Back
    by: str = ""
    handover_id: int = 0


@dataclass(frozen=True)
class Presence:
    """Somebody at a post from one instant to another: on duty, or rostered as duty supervisor."""

    post_id: int
    person: str
    person_id: int
    starts_at: datetime
    ends_at: datetime
    supervises: bool = False


@dataclass(frozen=True)
class Interval:
    starts_at: datetime
    ends_at: datetime
    kind: Kind
    post_id: int
    people: tuple[str, ...]
    turn: Turn  # why
    on_duty: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """The facts of one item. The last interval ends where it was closed for good, or now."""

    created_at: datetime
    until: datetime
    turns: tuple[Turn, ...]
    presences: tuple[Presence, ...] = field(default=())


def intervals(history: History) -> list[Interval]:
    """From creation to the end, in order, each beginning where the one before ends."""
    spans = [
        piece
        for starts_at, ends_at, charge, turn in _spans(history)
        for piece in _pieces(starts_at, ends_at, charge, turn, history.presences)
    ]
    return list(_merged(spans))


def veiled(found: Iterable[Interval], others: Mapping[int, str]) -> list[Interval]:
    """As a reader sees it to whom these posts are foreign, each with the name of its team.

    Who had the item stands in its history; who was there meanwhile, and who signed, is the team's own matter.
    """
    return list(_merged(_veil(each, others.get(each.post_id, "")) for each in found))


def _veil(interval: Interval, team: str) -> Interval:
    if not team:
        return interval
    turn = interval.turn
    if turn.verb in HANDOVER_VERBS:
        turn = replace(turn, by=team)
    if interval.kind not in SHARED:
        return replace(interval, turn=turn)
    return replace(interval, kind=Kind.OTHER_TEAM, people=(team,), on_duty=(), turn=turn)


def at(found: Iterable[Interval], instant: datetime) -> Interval | None:
    """The interval that holds the instant; the end of the last one belongs to it."""
    chosen = None
    for interval in found:
        if interval.starts_at <= instant <= interval.ends_at:
            chosen = interval
    return chosen


def _spans(history: History) -> Iterator[tuple[datetime, datetime, Charge, Turn]]:
    """One stretch for each turn that changed something; the first begins with the item."""
    resolved = list(_resolved(history.turns))
    edges = [min(max(turn.at, history.created_at), history.until) for turn, _charge in resolved[1:]]
    stretches = zip([history.created_at, *edges], [*edges, history.until], resolved, strict=False)
    for starts_at, ends_at, (turn, charge) in stretches:
        if starts_at < ends_at:
            yield starts_at, ends_at, charge, turn


def _resolved(turns: Iterable[Turn]) -> Iterator[tuple[Turn, Charge]]:
    """Each turn with its charge; what a handover gives back is as it was before."""
    current: Charge | None = None
    given: dict[int, dict[Back, Charge]] = {}  # by handover
    for turn in sorted(turns, key=lambda turn: (turn.at, turn.order)):
        charge = turn.charge
        if isinstance(charge, Back):
            if turn.handover_id not in given or current is None or current.handover_id != turn.handover_id:
                continue
            if (current.kind == Kind.HANDED) != (charge == Back.RETURNED):
                continue
            charge = given[turn.handover_id][charge]
        elif charge.kind == Kind.HANDED:
            is_held = current and current.kind != Kind.HANDED
            before = current if current and is_held else Charge(Kind.QUEUE, charge.post_id)
            given[turn.handover_id] = {Back.RETURNED: before, Back.UNDONE: charge}
        current = charge
        yield turn, charge


def _pieces(
    starts_at: datetime, ends_at: datetime, charge: Charge, turn: Turn, presences: Iterable[Presence]
) -> Iterator[Interval]:
    """The stretch, cut wherever somebody came or left of those who share in it."""
    if charge.kind in {Kind.PERSON, Kind.ELSEWHERE, Kind.CLOSED}:
        people = (charge.person,) if charge.person else ()
        yield Interval(starts_at, ends_at, charge.kind, charge.post_id, people, turn)
        return
    there = [each for each in presences if each.post_id == charge.post_id]
    signing = [each for each in presences if each.person_id == charge.person_id and not each.supervises]
    edges = {starts_at, ends_at}
    for each in (*there, *signing):
        edges |= {edge for edge in (each.starts_at, each.ends_at) if starts_at < edge < ends_at}
    marks = sorted(edges)
    for begins, ends in zip(marks, marks[1:] or marks, strict=False):
        yield _piece(begins, ends, charge, turn, there, signing)


def _piece(
    begins: datetime,
    ends: datetime,
    charge: Charge,
    turn: Turn,
    there: Iterable[Presence],
    signing: Iterable[Presence],
) -> Interval:
    on_duty = _names(there, begins, supervises=False)
    kind, people = charge.kind, on_duty
    if kind == Kind.HANDED:
        # The signer answers for it from the signature on without a break, at the longest while on duty.
        stays = any(each.starts_at <= turn.at and begins < each.ends_at for each in signing)
        kind = Kind.HANDED if stays else Kind.SUPERVISOR
        people = (charge.person,) if stays else _names(there, begins, supervises=True)
    # The others count where they answer for it together, so that nobody else's coming makes a new line.
    beside = on_duty if kind == Kind.HANDED else ()
    return Interval(begins, ends, kind, charge.post_id, people, turn, beside)


def _names(presences: Iterable[Presence], instant: datetime, *, supervises: bool) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            each.person
            for each in presences
            if each.supervises == supervises and each.starts_at <= instant < each.ends_at
        )
    )


def _merged(found: Iterable[Interval]) -> Iterator[Interval]:
    """Neighbours that say the same become one."""
    last: Interval | None = None
    for interval in found:
        if last and replace(interval, starts_at=last.starts_at, ends_at=last.ends_at) == last:
            last = replace(last, ends_at=interval.ends_at)
            continue
        if last:
            yield last
        last = interval
    if last:
        yield last
