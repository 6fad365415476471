"""Reads by what items changed hands, and who was on duty meanwhile; for many items as often as for one."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from handover.models import LATEST_CHECK_OUT, Assignment, Event, PendingItem, Round

from . import record
from .responsibility import Back, Charge, History, Kind, Presence, Turn

Verb = Event.Verb
TO_ACTOR = {Verb.TAKEN, Verb.LINE_ACCEPTED}
TO_QUEUE = {Verb.RELEASED, Verb.LEFT, Verb.LINE_RECEIVED}
TO_PERSON = {Verb.CREATED, Verb.REOPENED, Verb.TRANSFERRED}  # or into the queue
ENDS = {Verb.CLOSED, Verb.CANCELLED}
MOVES = {*TO_ACTOR, *TO_QUEUE, *TO_PERSON, *ENDS, Verb.IMPORTED, Verb.LINE_DECIDED, Verb.LINE_UNDONE}
COLUMNS = (
    "pk",
    "at",
    "verb",
    "item_id",
    "post_id",
    "handover_id",
    "actor_id",
    "actor__display_name",
    "person_id",
    "person__display_name",
    "data",
)


def read(items: Collection[PendingItem], now: datetime) -> dict[int, History]:
    """The history of each item by its number. Four queries."""
    turns = _turns(items)
    for pk, handed in _handed(items).items():
        turns[pk] += handed
    presences = _presences(items, turns, now)
    return {item.pk: _history(item, turns[item.pk], presences, now) for item in items}


def _history(item: PendingItem, turns: list[Turn], presences: tuple[Presence, ...], now: datetime) -> History:
    until = item.closed_at if item.closed_at and not item.is_open else now
    # What came before the item was known here belongs to the system it was imported from.
    elsewhere = any(turn.verb == Verb.IMPORTED for turn in turns)
    start = Turn(item.created_at, -1, Verb.IMPORTED, Charge(Kind.ELSEWHERE))
    known = (start, *turns) if elsewhere else tuple(turns)
    return History(item.created_at, max(until, item.created_at), known, presences)


def _turns(items: Collection[PendingItem]) -> dict[int, list[Turn]]:
    events = Event.objects.filter(item__in=items, verb__in=MOVES).order_by("at", "pk").values(*COLUMNS)
    found: dict[int, list[Turn]] = defaultdict(list)
    for event in events:
        if not _is_foreign(event):
            found[event["item_id"]].append(_turn(event))
    return found


def _is_foreign(event: dict[str, Any]) -> bool:
    """Imported history names its people in words, and says nothing of who had it; an update moves nothing."""
    data = event["data"]
    return (event["verb"] != Verb.IMPORTED and "import" in data) or "row" in (data.get("import") or ())


def _turn(event: dict[str, Any]) -> Turn:
    by = event["actor__display_name"] or ""
    charge = _charge(event)
    handover = event["handover_id"] or 0
    return Turn(event["at"], event["pk"], event["verb"], charge, by, handover)


def _charge(event: dict[str, Any]) -> Charge | Back:
    verb, post, handover = event["verb"], event["post_id"], event["handover_id"] or 0
    if verb in ENDS:
        return Charge(Kind.CLOSED, post)
    if verb == Verb.LINE_UNDONE:
        return Back.UNDONE
    name, person = "", 0
    if verb in TO_ACTOR:
        name, person = event["actor__display_name"] or "", event["actor_id"] or 0
    elif verb in TO_PERSON:
        name, person = event["person__display_name"] or "", event["person_id"] or 0
    elif verb == Verb.LINE_DECIDED:
        name = event["data"].get("holder", "")
    return Charge(Kind.PERSON if name else Kind.QUEUE, post, name, person, handover)


def _handed(items: Collection[PendingItem]) -> dict[int, list[Turn]]:
    """The submissions in which the items stood, and the returns that gave them back."""
    wanted = {item.pk for item in items}
    rounds = Round.objects.filter(handover__lines__item__in=wanted).distinct().order_by("submitted_at", "pk")
    found: dict[int, list[Turn]] = defaultdict(list)
    for round_ in rounds.select_related("handover", "text", "submitted_by", "ended_by"):
        for turn in _of_round(round_):
            for pk in wanted & {line["item"] for line in record.signed_content(round_.text)["lines"]}:
                found[pk].append(turn)
    return found


def _of_round(round_: Round) -> Iterable[Turn]:
    handover, signer = round_.handover, round_.submitted_by
    charge = Charge(Kind.HANDED, handover.post_id, signer.display_name, signer.pk, handover.pk)
    yield Turn(round_.submitted_at, _after(0), Verb.SUBMITTED, charge, signer.display_name, handover.pk)
    if round_.outcome == Round.Outcome.RETURNED and round_.ended_at:
        by = round_.ended_by.display_name if round_.ended_by else ""
        yield Turn(round_.ended_at, _after(1), Verb.RETURNED, Back.RETURNED, by, handover.pk)


def _after(number: int) -> int:
    """In the same instant a round comes after every entry of the items."""
    return 2**62 + number


def _presences(
    items: Collection[PendingItem], turns: dict[int, list[Turn]], now: datetime
) -> tuple[Presence, ...]:
    charges = [turn.charge for each in turns.values() for turn in each if isinstance(turn.charge, Charge)]
    posts = {charge.post_id for charge in charges if charge.post_id}
    signers = {charge.person_id for charge in charges if charge.kind == Kind.HANDED}
    since = min((item.created_at for item in items), default=now)
    there = Assignment.objects.effective().filter(
        Q(shift__post__in=posts) | Q(user__in=signers),
        Q(shift__starts_at__lt=now) | Q(checked_in_at__lt=now),  # people come before their shift begins
        shift__ends_at__gt=since - LATEST_CHECK_OUT,
    )
    rows = there.select_related("shift", "user").order_by("user__display_name", "pk")
    return tuple(presence for row in rows for presence in _of_assignment(row))


def _of_assignment(row: Assignment) -> Iterable[Presence]:
    """On duty from check-in to check-out; a duty supervisor is in charge from the start of the shift."""
    shift, common = row.shift, (row.shift.post_id, row.user.display_name, row.user_id)
    if row.checked_in_at:
        latest = shift.ends_at + LATEST_CHECK_OUT
        yield Presence(*common, row.checked_in_at, min(row.checked_out_at or latest, latest))
    if row.is_duty_supervisor:
        ends_at = min(row.checked_out_at or shift.ends_at, shift.ends_at)
        yield Presence(*common, shift.starts_at, ends_at, supervises=True)
