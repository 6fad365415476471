"""What should have been told, found without the engine: from the ladders and from what people did.

Which steps come due, and when, follows from the scene alone. The rows of the engine say what it did about it,
and the database notes when it committed each transaction, by its own clock: that alone says what came when.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from bench.chaos.scene import LADDERS, STOPS, Scene
from handover.ladders import Step
from handover.models import Outlet, Target

# A step that came due so shortly before somebody acted may have been overtaken by them.
OVERTAKEN = timedelta(seconds=60)
Wait = tuple[int, str]  # item, kind of clock
Key = tuple[int, str, int, int]  # and step, repeat


@dataclass(frozen=True)
class Fired:
    """A step that was written, and by which transaction."""

    key: Key
    committed: datetime
    transaction: str

    @property
    def wait(self) -> Wait:
        return self.key[:2]


def stopped(scene: Scene) -> dict[Wait, datetime]:
    """When the stop of a clock was committed, where somebody did what stops it; nothing else may stop one.

    A stopped clock never changes again, so that its row tells which transaction stopped it.
    """
    acts = {(deed.item_id, kind) for deed in scene.plan for kind in STOPS[deed.verb]}
    rows = _rows(
        "SELECT item_id, kind, pg_xact_commit_timestamp(xmin) FROM handover_clock"
        " WHERE stopped_at IS NOT NULL"
    )
    return {(item, kind): committed for item, kind, committed in rows if (item, kind) in acts}


def begun_anew() -> int:
    """Clocks that began a second time. Nobody here passes an item on, puts it back or leaves with it."""
    ((count,),) = _rows(
        "SELECT count(*) - count(DISTINCT (item_id, kind)) FROM handover_clock"
        " WHERE kind IN ('taken', 'response')"
    )
    return count


def fired() -> list[Fired]:
    return [
        Fired((item, kind, step, repeat), committed, transaction)
        for item, kind, step, repeat, committed, transaction in _rows(
            "SELECT item_id, kind, step, repeat, pg_xact_commit_timestamp(e.xmin), e.xmin::text"
            " FROM handover_escalation e JOIN handover_clock c ON c.id = e.clock_id"
        )
    ]


def entries() -> Counter[tuple[int, str, int, int]]:
    """How often the trail tells each step of an item; no constraint keeps it from telling one twice."""
    return Counter(
        _rows(
            "SELECT item_id, data->>'clock', (data->>'step')::int, (data->>'repeat')::int"
            " FROM handover_event WHERE verb = 'escalated'"
        )
    )


def due(scene: Scene, until: datetime) -> dict[Key, datetime]:
    """Every step that came due until then while its clock ran; none is due before the items were made."""
    stops, found = stopped(scene), {}
    for item, waiting in scene.items.items():
        for kind, steps in LADDERS.items():
            end = stops.get((item, kind), until)
            for number, step in enumerate(steps):
                for repeat in range(step.repeats + 1):
                    minutes = step.minutes + repeat * step.repeat_minutes
                    at = max(waiting.begins + timedelta(minutes=minutes), scene.made_at)
                    if at <= min(end, until):
                        found[item, kind, number, repeat] = at
    return found


def missing(scene: Scene, until: datetime) -> dict[Key, datetime]:
    """Steps that came due, of clocks that nobody stopped shortly after, and that are not written."""
    stops, written = stopped(scene), {one.key for one in fired()}
    return {
        key: at
        for key, at in due(scene, until).items()
        if key not in written and not _overtaken(at, stops.get(key[:2]))
    }


def _overtaken(at: datetime, stop: datetime | None) -> bool:
    """Whether somebody acted before the engine came to it."""
    return stop is not None and stop - at <= OVERTAKEN


@dataclass(frozen=True)
class Copies:
    """How many messages the written steps make."""

    inbox: Counter[tuple[int, int]]  # by person and item
    emails: int
    posts: int


def copies(scene: Scene, written: list[Fired]) -> Copies:
    """Of steps that tell a person about an item in one transaction, the person gets one message alone.

    It leaves by email where one of them would.
    """
    leaves: dict[tuple[int, int, str], bool] = defaultdict(bool)
    posts = 0
    for one in written:
        item, kind, number, _repeat = one.key
        step = LADDERS[kind][number]
        posts += Outlet.WEBHOOK in step.outlets
        for person in _people(scene, item, step):
            leaves[person, item, one.transaction] |= Outlet.EMAIL in step.outlets
    inbox = Counter((person, item) for person, item, _transaction in leaves)
    return Copies(inbox, sum(leaves.values()), posts)


def _people(scene: Scene, item: int, step: Step) -> list[int]:
    place = scene.items[item].place
    people = {
        Target.POST: [*place.agents, place.duty_supervisor],
        Target.DUTY_SUPERVISOR: [place.duty_supervisor],
        Target.LEADERS: [place.leader],
        Target.ADMINISTRATORS: scene.administrators,
    }
    return [person.pk for target in step.targets for person in people[Target(target)]]


def inbox() -> Counter[tuple[int, int]]:
    """How many messages each person has about each item; those about the machine's clock are of none."""
    return Counter(
        {
            (person, item): count
            for person, item, count in _rows(
                "SELECT recipient_id, item_id, count(*) FROM handover_message"
                " WHERE key ~ '^[0-9]' GROUP BY 1, 2"
            )
        }
    )


def _rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
