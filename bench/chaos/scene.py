"""The teams, ladders and items of a run, and what people do about the items meanwhile."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from bench import crowd
from bench.crowd import Place
from handover import ladders
from handover.errors import HandoverError
from handover.ladders import OUTLETS, Step
from handover.models import Ladder, Outlet, PendingItem, Stage, Target, Waits
from handover.services import endings, holding, items

TEAMS, POSTS = 2, 3
# Short ones, so that steps come all the time. No person is told by both clocks of an item.
LADDERS: dict[str, ladders.Steps] = {
    Waits.TAKEN: (
        Step(1, (Target.POST.value,)),
        Step(2, (Target.DUTY_SUPERVISOR.value,), OUTLETS, repeat_minutes=1, repeats=1),
    ),
    Waits.RESPONSE: (
        Step(2, (Target.LEADERS.value,), (Outlet.EMAIL.value,)),
        Step(3, (Target.ADMINISTRATORS.value,), (Outlet.WEBHOOK.value,)),
    ),
    Waits.DONE: (),
}
# The first step comes a minute after the beginning of an item, the last one three minutes after it.
FIRST_STEP, WHOLE_LADDER = timedelta(minutes=1), timedelta(minutes=4)
# Which clocks each act of a person stops.
STOPS = {"take": {Waits.TAKEN}, "progress": {Waits.RESPONSE}, "close": {Waits.TAKEN, Waits.RESPONSE}}
DONE = "Rang the warehouse: they ship the new kettle today at 17:00 and tell the customer."


@dataclass
class Scene:
    """Who works where, and the items by the place where they wait."""

    made_at: datetime
    administrators: list[User]
    items: dict[int, "Waiting"]
    plan: list["Deed"]


@dataclass(frozen=True)
class Waiting:
    """An item: from when its steps count, and where it is."""

    begins: datetime
    place: Place


@dataclass(frozen=True)
class Deed:
    """What somebody on duty does about an item at an instant."""

    at: datetime
    item_id: int
    verb: str
    person: User


def make(*, count: int, first: datetime, last: datetime, webhook: str, dice: random.Random) -> Scene:
    """Items of which some step comes due between the two instants, of the last one the first step.

    Where there is no time to see a whole ladder, some have waited for a while already.
    """
    administrators = crowd.administrators()
    places = [place for n in range(TEAMS) for place in crowd.team(n, posts=POSTS, now=first, webhook=webhook)]
    for team in {place.post.team for place in places}:
        for clock, steps in LADDERS.items():
            Ladder.objects.create(
                team=team,
                clock=clock,
                version=1,
                steps=ladders.dump(steps),
                made_by=administrators[0],
                made_at=first,
            )
    earliest = min(first - FIRST_STEP, last - WHOLE_LADDER)
    stretch = (last - FIRST_STEP - earliest) / count
    begins = [earliest + stretch * (n + dice.random()) for n in range(count)]
    made_at = timezone.now()
    made = crowd.urgent(places, begins)
    waiting = {item.pk: Waiting(item.created_at, places[n % len(places)]) for n, item in enumerate(made)}
    plan = [deed for item in made for deed in _deeds(item, waiting[item.pk].place, first, dice)]
    return Scene(made_at, administrators, waiting, sorted(plan, key=lambda deed: deed.at))


def _deeds(item: PendingItem, place: Place, first: datetime, dice: random.Random) -> list[Deed]:
    """Of some items nothing, of others up to what ends them; around the instants of their steps."""
    at = item.created_at + timedelta(seconds=dice.uniform(30, 200))
    if at < first:  # nobody did anything while nothing ran
        at = first + timedelta(seconds=dice.uniform(0, 20))
    verbs = dice.choice([*[()] * 8, ("take",), ("take", "progress"), ("close",), ("take", "close")])
    person = dice.choice(place.agents)
    return [
        Deed(at + timedelta(seconds=number * dice.uniform(1, 60)), item.pk, verb, person)
        for number, verb in enumerate(verbs)
    ]


def do(deed: Deed, now: datetime) -> bool:
    """Whether it was done now; False where it had been done before, though nobody was told so."""
    item = PendingItem.objects.select_related("post__team", "customer", "issue_type", "holder")
    item = item.get(pk=deed.item_id)
    try:
        if deed.verb == "take":
            holding.take(item=item, actor=deed.person, now=now)
        elif deed.verb == "progress":
            items.progress(
                item=item,
                text=DONE,
                stage=Stage.IN_PROGRESS,
                key_at=item.key_at,
                actor=deed.person,
                now=now,
            )
        else:
            endings.close(item=item, result=DONE, actor=deed.person, now=now)
    except HandoverError:
        return False
    return True
