"""The weeks before: every few days a boundary of each lasting post, with the items of that day."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from handover.demo import scenes, stories
from handover.demo.boundaries import Boundary
from handover.demo.centre import ROSTERED, WORKED, Centre, Desk
from handover.demo.data_files import read
from handover.demo.scenes import CONFIRMED, DECIDED, HASTY, LATE, QUESTIONED, TWO_ROUNDS, Scene
from handover.demo.script import Script
from handover.models import Message, Shift
from handover.services import escalation, inbox, shifts

EVERY = 10  # shifts from one boundary to the next, so that each name of a shift has its turn
SETTLED = timedelta(hours=12)  # after the teams were set up their work begins
# Back from the latest: it was worse at the beginning.
SCENES: tuple[Scene, ...] = (CONFIRMED, QUESTIONED, TWO_ROUNDS, CONFIRMED, LATE, DECIDED, LATE, HASTY)
# Minutes from the boundary at which something has waited too long.
QUEUED, UNSIGNED = (-118, -99), (20,)
CREW = 2  # people, of whom one worked
URGENT = 2  # so many of the stories are urgent; they come first


def plan(script: Script, centre: Centre) -> None:
    for place, desk in enumerate(centre.lasting()):
        first, last = centre.founded_at + SETTLED, desk.shifts[0].starts_at
        past = Shift.objects.filter(post=desk.post, starts_at__gte=first, starts_at__lt=last)
        before = list(past.order_by("-starts_at"))
        for nth, back in enumerate(range(2 + place, len(before), EVERY)):
            _plan_boundary(script, centre, desk, before, back, nth + place % 2)
    script.add(centre.now - WORKED, partial(_read_messages, centre))


def _plan_boundary(
    script: Script, centre: Centre, desk: Desk, before: list[Shift], back: int, nth: int
) -> None:
    """The shift `back` places before those on which somebody stands hands over to the next."""
    boundary = Boundary(desk, before[back], before[back - 1], nth)
    for index, shift in ((-back - 1, boundary.outgoing), (-back, boundary.incoming)):
        person = desk.crew_of(index)[nth % CREW]
        shifts.assign(shift=shift, user=person, actor=desk.leader, now=centre.founded_at + ROSTERED)
        scenes.attend(script, desk, shift, [person])
    told, that_day = read("past")[desk.language], replace(centre, now=boundary.outgoing.ends_at)
    urgent, other = told[nth % URGENT], told[URGENT + nth % (len(told) - URGENT)]
    for facts in (urgent, other):
        stories.tell(script, stories.Story(that_day, desk, facts, nth))
    scene = SCENES[min(nth, len(SCENES) - 1)]
    scenes.perform(script, boundary, scene)
    for minutes in (*(QUEUED if "queue" in urgent else ()), *(UNSIGNED if scene in (LATE, HASTY) else ())):
        script.add(that_day.now + timedelta(minutes=minutes), _sweep)


def _sweep(at: datetime) -> None:
    escalation.sweep(now=at)


def _read_messages(centre: Centre, at: datetime) -> None:
    """What people were told in those weeks they have read."""
    told = set(Message.objects.values_list("recipient", flat=True))
    for person in centre.people.values():
        if person.pk in told:
            inbox.mark_all_read(actor=person, until=at, now=at)
