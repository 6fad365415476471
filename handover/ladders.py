"""What is told to whom after how long: the built-in ladders, and how a team's own are written down."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from .models import Kind, Outlet, Target, Waits

HOLDER, POST = Target.HOLDER.value, Target.POST.value
LEADERS, DUTY_SUPERVISOR = Target.LEADERS.value, Target.DUTY_SUPERVISOR.value
SUPERVISORS, ADMINISTRATORS = Target.SUPERVISORS.value, Target.ADMINISTRATORS.value
OUTLETS = tuple(Outlet.values)
MAIL = (Outlet.EMAIL.value,)

HOUR = 60
DAY = 24 * HOUR
# A step never waits longer than this: a minute count of eight digits would be past the end of the calendar.
LONGEST_MINUTES = 7 * DAY
MOST_STEPS = 10
MOST_REPEATS = 20


@dataclass(frozen=True)
class Step:
    """One step: `minutes` after its clock began (before a promise or a reminder, below zero), whom it tells,
    by what beside the inbox, only while nobody has taken the thing or always, and how often again.
    """

    minutes: int
    targets: tuple[str, ...]
    outlets: tuple[str, ...] = ()
    only_untaken: bool = False
    repeat_minutes: int = 0
    repeats: int = 0


Steps = tuple[Step, ...]

# How long after a clock began its own instant lies; steps of the others count from that instant.
LIMIT_MINUTES = {
    Waits.TAKEN: 10,
    Waits.RESPONSE: 30,
    Waits.COMPLAINT: 120,
    Waits.IDLE: 30,
    Waits.DISPUTE: 240,
    Waits.CHECK: 5 * DAY,
    Waits.RECHECK: 2 * DAY,
}
# What counts to a time of the customer's is told at that time, whether the post is staffed or not.
AT_ANY_HOUR = {Waits.PROMISE, Waits.DONE}
# These have a time of their own, before which something may be told too.
WITH_OWN_TIME = AT_ANY_HOUR | {Waits.FINDING}
# What ends with the handover itself; all that waits of a record; and what was found in one.
OF_HANDOVERS = {Waits.SIGN, Waits.CONFIRM}
OF_RECORDS = OF_HANDOVERS | {Waits.CHECK}
OF_DISPUTES = {Waits.DISPUTE, Waits.RULE}
OF_FINDINGS = {Waits.FINDING, Waits.RECHECK}
# Somebody is asked to judge the work of others.
JUDGED = OF_FINDINGS | {Waits.CHECK}
# Nobody holds these; and what was found in somebody's work is nothing for the colleagues at the post.
NOT_TOLD: dict[str, set[str]] = {
    Waits.SIGN: {HOLDER},
    Waits.CONFIRM: {HOLDER},
    Waits.DISPUTE: {HOLDER},
    Waits.CHECK: {HOLDER},
    Waits.FINDING: {POST},
    Waits.RECHECK: {HOLDER, POST},
}
# These ask the same of one item, that somebody goes on with it: what one has told, another need not repeat.
ASK_TO_GO_ON = {Waits.TAKEN, Waits.RESPONSE, Waits.COMPLAINT, Waits.IDLE}
# The others wait for urgent items alone, or for handovers.
OF_ANY_KIND = {Waits.DONE, Waits.PROMISE, Waits.COMPLAINT}
# Of these it is known, at each step, whether somebody has the thing already.
MAY_BE_UNTAKEN = {Waits.RESPONSE, Waits.DONE, Waits.PROMISE, Waits.COMPLAINT, Waits.CONFIRM}
# What is urgent ends with these: a duty supervisor alone may be busy, or away.
MUST_END_ABOVE = {Waits.TAKEN, Waits.RESPONSE}
ABOVE = {SUPERVISORS, ADMINISTRATORS}

_WARN_HOLDER = Step(-15, (HOLDER,))
_AFTER_RESPONSE = (
    Step(20, (HOLDER, POST)),
    Step(30, (DUTY_SUPERVISOR,), OUTLETS),
    Step(45, (SUPERVISORS,), OUTLETS),
    Step(60, (ADMINISTRATORS,), OUTLETS),
)
# By clock, and by the kind of item where it matters. What stands in neither tells nobody.
BUILT_IN: dict[tuple[str, str], Steps] = {
    (Waits.TAKEN, ""): (Step(10, (DUTY_SUPERVISOR,), OUTLETS), *_AFTER_RESPONSE),
    (Waits.RESPONSE, ""): _AFTER_RESPONSE,
    (Waits.DONE, Kind.REMINDER): (Step(0, (HOLDER,)),),
    (Waits.PROMISE, ""): (_WARN_HOLDER,),
    (Waits.PROMISE, Kind.URGENT): (_WARN_HOLDER, Step(0, (DUTY_SUPERVISOR,), OUTLETS)),
    (Waits.COMPLAINT, ""): (
        Step(0, (LEADERS,), OUTLETS),
        Step(5, (DUTY_SUPERVISOR,), OUTLETS, only_untaken=True),
        Step(120, (LEADERS,), OUTLETS),
    ),
    (Waits.IDLE, ""): (Step(30, (HOLDER,)), Step(45, (DUTY_SUPERVISOR,), OUTLETS)),
    (Waits.REFUSED, ""): (Step(0, (DUTY_SUPERVISOR,), OUTLETS),),
    (Waits.SIGN, ""): (Step(15, (DUTY_SUPERVISOR,), OUTLETS),),
    (Waits.CONFIRM, ""): (Step(15, (DUTY_SUPERVISOR,), OUTLETS, only_untaken=True),),
    (Waits.DISPUTE, ""): (
        Step(0, (LEADERS,), OUTLETS),
        Step(4 * HOUR, (SUPERVISORS,), OUTLETS),
        Step(24 * HOUR, (ADMINISTRATORS,), OUTLETS),
    ),
    (Waits.RULE, ""): (Step(0, (HOLDER,), OUTLETS), Step(24 * HOUR, (HOLDER, SUPERVISORS), OUTLETS)),
    # Nothing of a person goes to a group chat.
    (Waits.CHECK, ""): (
        Step(0, (LEADERS,)),
        Step(5 * DAY, (LEADERS,), MAIL),
        Step(7 * DAY, (SUPERVISORS,), MAIL),
    ),
    (Waits.FINDING, ""): (
        Step(-DAY, (HOLDER,)),
        Step(0, (HOLDER,), MAIL),
        Step(DAY, (LEADERS,), MAIL),
        Step(3 * DAY, (SUPERVISORS,), MAIL),
    ),
    (Waits.RECHECK, ""): (
        Step(0, (LEADERS,)),
        Step(2 * DAY, (LEADERS,), MAIL),
        Step(4 * DAY, (SUPERVISORS,), MAIL),
    ),
}


def built_in(clock: str, item_kind: str = "") -> Steps:
    """The steps that count where the team has none of its own."""
    return BUILT_IN.get((clock, item_kind)) or BUILT_IN.get((clock, ""), ())


def in_order(steps: Iterable[Step]) -> Steps:
    return tuple(sorted(steps, key=lambda step: step.minutes))


def ends_above(steps: Steps) -> bool:
    """Whether the last step tells, in any case, all supervisors of the team or the administrators."""
    last = max((step.minutes for step in steps), default=0)
    return any(step.minutes == last and not step.only_untaken and ABOVE & {*step.targets} for step in steps)


def dump(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as they stand in `Ladder.steps`."""
    return [asdict(step) for step in steps]


def load(rows: Iterable[dict[str, Any]]) -> Steps:
    return tuple(
        Step(**row | {"targets": tuple(row["targets"]), "outlets": tuple(row["outlets"])}) for row in rows
    )


@dataclass(frozen=True)
class Moment:
    """One telling: a step of a ladder, for the first time or again, `minutes` after its clock began."""

    step: int
    repeat: int
    minutes: int


def moments(steps: Steps) -> list[Moment]:
    """Every telling of a ladder in the order in which they come."""
    found = [
        Moment(number, repeat, step.minutes + repeat * step.repeat_minutes)
        for number, step in enumerate(steps)
        for repeat in range(step.repeats + 1)
    ]
    return sorted(found, key=lambda moment: (moment.minutes, moment.step, moment.repeat))


def begins_at(clock: str, due_at: datetime) -> datetime:
    """The instant from which the steps of a clock with this due instant count."""
    return due_at - timedelta(minutes=LIMIT_MINUTES.get(Waits(clock), 0))
