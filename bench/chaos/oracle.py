"""What should have been told, found without the engine: from the ladders and from what people did.

The database notes when it committed each transaction, by its own clock. That alone says what came when.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from bench.chaos.scene import LADDERS, Scene
from handover.ladders import Step
from handover.models import Outlet, Target

# A step that came due so shortly before somebody acted may have been overtaken by them.
OVERTAKEN = timedelta(seconds=60)
Key = tuple[int, int, int]  # clock, step, repeat


@dataclass(frozen=True)
class Ringing:
    """A clock as it stands in the end, and when its stop was committed."""

    pk: int
    item_id: int
    kind: str
    stopped: datetime | None


@dataclass(frozen=True)
class Fired:
    """A step that was written, and by which transaction."""

    key: Key
    committed: datetime
    transaction: str


def clocks() -> list[Ringing]:
    """A stopped clock never changes again, so that its row tells which transaction stopped it."""
    return [
        Ringing(*row)
        for row in _rows(
            "SELECT id, item_id, kind,"
            " CASE WHEN stopped_at IS NOT NULL THEN pg_xact_commit_timestamp(xmin) END FROM handover_clock"
            " WHERE kind IN ('taken', 'response')"
        )
    ]


def fired() -> list[Fired]:
    return [
        Fired((clock, step, repeat), committed, transaction)
        for clock, step, repeat, committed, transaction in _rows(
            "SELECT clock_id, step, repeat, pg_xact_commit_timestamp(xmin), xmin::text"
            " FROM handover_escalation"
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


def due(scene: Scene, all_clocks: list[Ringing], until: datetime) -> dict[Key, datetime]:
    """Every step that came due until then while its clock ran."""
    found: dict[Key, datetime] = {}
    for clock in all_clocks:
        for number, step in enumerate(LADDERS[clock.kind]):
            for repeat in range(step.repeats + 1):
                minutes = step.minutes + repeat * step.repeat_minutes
                at = scene.items[clock.item_id].begins + timedelta(minutes=minutes)
                if at <= until and (clock.stopped is None or at <= clock.stopped):
                    found[clock.pk, number, repeat] = at
    return found


def overtaken(key: Key, at: datetime, by_pk: dict[int, Ringing]) -> bool:
    """Whether somebody acted before the engine came to it."""
    stopped = by_pk[key[0]].stopped
    return stopped is not None and stopped - at <= OVERTAKEN


@dataclass(frozen=True)
class Copies:
    """How many messages the written steps make."""

    inbox: Counter[tuple[int, int]]  # by person and item
    emails: int
    posts: int


def copies(scene: Scene, written: list[Fired], by_pk: dict[int, Ringing]) -> Copies:
    """Of steps that tell a person about an item in one transaction, the person gets one message alone.

    It leaves by email where one of them would.
    """
    leaves: dict[tuple[int, int, str], bool] = defaultdict(bool)
    posts = 0
    for one in written:
        clock = by_pk[one.key[0]]
        step = LADDERS[clock.kind][one.key[1]]
        posts += Outlet.WEBHOOK in step.outlets
        for person in _people(scene, clock, step):
            leaves[person, clock.item_id, one.transaction] |= Outlet.EMAIL in step.outlets
    inbox = Counter((person, item_id) for person, item_id, _transaction in leaves)
    return Copies(inbox, sum(leaves.values()), posts)


def _people(scene: Scene, clock: Ringing, step: Step) -> list[int]:
    place = scene.items[clock.item_id].place
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
