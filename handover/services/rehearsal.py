"""Plays through what the engine would tell if nobody reacted, for a page to show.

The engine itself decides, instant by instant; nothing is put into words, and nothing is written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from handover.ladders import LONGEST_MINUTES, OF_DISPUTES, OF_FINDINGS, OF_RECORDS, WITH_OWN_TIME, Step
from handover.models import Clock, Dispute, Escalation, Finding, Handover, PendingItem, Post, Webhook
from handover.queries.hours import limit_at
from handover.queries.ladders import Place, steps_of
from handover.queries.waiting import QUIET, Scene
from handover.services import clocks, outbox
from handover.services.escalation import NEEDS
from handover.services.tellings import Tellings

# A page shows no more instants than this.
MOST_ROUNDS = 40


@dataclass(frozen=True)
class Telling:
    """One step: the people it tells; nobody where another ladder has just told them of the same."""

    clock: Clock
    step: Step
    is_again: bool
    people: tuple[User, ...]


@dataclass(frozen=True)
class Round:
    """All that is told at one instant; `by_email` are ids of people, `chats` names of group chats."""

    at: datetime
    tellings: tuple[Telling, ...]
    by_email: frozenset[int]
    chats: tuple[str, ...]


@dataclass(frozen=True)
class Play:
    rounds: list[Round]
    is_cut: bool  # there is more than is shown


def of_item(item: PendingItem, *, now: datetime) -> Play:
    """What the running clocks of the item still have to tell."""
    return _play(_running(item), start=now, now=now)


def of_item_at(item: PendingItem, *, at: datetime, now: datetime) -> Play:
    """The same, as if the item had begun to wait at that instant; what has a time of its own has no other."""
    anew = [
        clocks.run(
            item=clock.item, kind=clock.kind, started_at=at, due_at=limit_at(item.post, clock.kind, at)
        )
        for clock in _running(item)
        if clock.kind not in WITH_OWN_TIME
    ]
    return _play(anew, start=at, now=now)


def of_place(place: Place, *, post: Post, at: datetime, now: datetime) -> Play:
    """What the ladder of the place tells of something at the post that nobody has and that waits since `at`.

    Where the customer has a time, `at` is that time, and the clock has run long enough for all before it.
    """
    thing = _imagined(place, post)
    if place.clock in WITH_OWN_TIME:
        start, due_at = at - timedelta(minutes=LONGEST_MINUTES), at
    else:
        start, due_at = at, limit_at(post, place.clock, at)
    clock = clocks.run(kind=place.clock, started_at=start, due_at=due_at, **thing)
    return _play([clock], start=start, now=now)


def _imagined(place: Place, post: Post) -> dict[str, PendingItem | Handover | Dispute | Finding]:
    if place.clock in OF_DISPUTES:
        return {"dispute": Dispute(team=post.team, post=post, handover=Handover(team=post.team, post=post))}
    if place.clock in OF_RECORDS:
        return {"handover": Handover(team=post.team, post=post)}
    if place.clock in OF_FINDINGS:
        handover, somebody = Handover(team=post.team, post=post), User(is_active=False)
        return {"finding": Finding(team=post.team, post=post, handover=handover, responsible=somebody)}
    facts = {"kind": place.item_kind, "issue_type": place.issue_type}
    return {"item": PendingItem(team=post.team, post=post, **facts)}


def _running(item: PendingItem) -> list[Clock]:
    found = Clock.objects.filter(item=item, stopped_at__isnull=True).select_related(*NEEDS)
    return list(found.order_by("pk"))


class _Rehearsal(Tellings):
    """One instant. `before` is what the rounds before it have told, which the database does not know."""

    def __init__(self, due: list[Clock], at: datetime, now: datetime, before: Iterable[Escalation]) -> None:
        super().__init__(due, at)
        self.scene = Scene(due, at, seen_from=now)
        for row in before:
            if row.told and row.fired_at > at - QUIET:
                self.scene.told(row.clock, steps_of(row.clock)[row.step])

    def texts(self, clock: Clock, step: Step, at: datetime, *, is_late: bool) -> dict[str, str]:
        return {language: "" for language, _name in settings.LANGUAGES}


def _play(runs: list[Clock], *, start: datetime, now: datetime) -> Play:
    rounds: list[Round] = []
    told: list[Escalation] = []
    while len(rounds) <= MOST_ROUNDS and (waiting := _in_turn(runs)):
        at = max(waiting[0][0], start)
        due = [clock for next_at, clock in waiting if next_at <= at]
        rehearsal = _Rehearsal(due, at, now, told)
        rehearsal.decide()
        told += rehearsal.escalations
        if rehearsal.escalations:
            rounds.append(_round(rehearsal))
    return Play(rounds[:MOST_ROUNDS], is_cut=len(rounds) > MOST_ROUNDS)


def _in_turn(runs: list[Clock]) -> list[tuple[datetime, Clock]]:
    """The clocks that have something left to tell, as the sweep comes to them."""
    waiting = [(clock.next_at, clock) for clock in runs if clock.next_at]
    return sorted(waiting, key=lambda pair: pair[0])


def _round(rehearsal: _Rehearsal) -> Round:
    late = [letter for letters in rehearsal.late.values() for letter in letters]
    letters = [replace(letter, item=None, handover=None) for letter in (*rehearsal.letters.values(), *late)]
    people = {letter.recipient.pk: letter.recipient for letter in letters}
    teams = {bulletin.team for bulletin in rehearsal.bulletins}
    chats = Webhook.objects.filter(team__in=teams, is_active=True).order_by("name", "pk") if teams else []
    return Round(
        at=rehearsal.now,
        tellings=tuple(_telling(row, people) for row in rehearsal.escalations),
        by_email=frozenset(letter.recipient.pk for letter in outbox.leaving(letters)),
        chats=tuple(chat.name for chat in chats),
    )


def _telling(row: Escalation, people: dict[int, User]) -> Telling:
    return Telling(
        clock=row.clock,
        step=steps_of(row.clock)[row.step],
        is_again=row.repeat > 0,
        people=tuple(people[pk] for pk in row.told),
    )
