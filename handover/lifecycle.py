"""Which state may follow which, as data, and the one door through which states change."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _

from .errors import Conflict, InvalidMove
from .models import Dispute, Finding, Handover, HandoverLine, PendingItem, Promise, Round, Stage, Swap

T = TypeVar("T", bound=models.Model)
Answer = HandoverLine.Answer

_ACTIVE_STAGES: set[str] = {Stage.REGISTERED, Stage.IN_PROGRESS, Stage.WAITING, Stage.RESOLVED}
_OPEN_ANSWERS: set[str] = {Answer.QUESTIONED, Answer.REFUSED}
_FINAL_ANSWERS: set[str] = {Answer.ACCEPTED, Answer.RECEIVED, Answer.DECIDED, Answer.ENDED, Answer.CARRIED}

MOVES: dict[type[models.Model], tuple[str, dict[str, set[str]]]] = {
    PendingItem: (
        "stage",
        {
            Stage.REGISTERED: {*_ACTIVE_STAGES, Stage.CLOSED, Stage.CANCELLED} - {Stage.REGISTERED},
            Stage.IN_PROGRESS: {*_ACTIVE_STAGES, Stage.CLOSED, Stage.CANCELLED} - {Stage.REGISTERED},
            Stage.WAITING: {*_ACTIVE_STAGES, Stage.CLOSED, Stage.CANCELLED} - {Stage.REGISTERED},
            Stage.RESOLVED: {Stage.RESOLVED, Stage.CLOSED, Stage.IN_PROGRESS, Stage.WAITING},
            Stage.CLOSED: {Stage.IN_PROGRESS},
            Stage.CANCELLED: {Stage.IN_PROGRESS},
        },
    ),
    Promise: (
        "state",
        {Promise.State.OPEN: {Promise.State.KEPT, Promise.State.BROKEN, Promise.State.MOVED}},
    ),
    Handover: (
        "state",
        {
            Handover.State.DRAFT: {Handover.State.SUBMITTED, Handover.State.LAPSED},
            Handover.State.SUBMITTED: {
                Handover.State.DRAFT,
                Handover.State.CONFIRMED,
                Handover.State.LAPSED,
            },
        },
    ),
    Round: (
        "outcome",
        {Round.Outcome.OPEN: {Round.Outcome.RETURNED, Round.Outcome.CONFIRMED, Round.Outcome.LAPSED}},
    ),
    HandoverLine: (
        "answer",
        {
            Answer.NONE: _OPEN_ANSWERS | _FINAL_ANSWERS,
            Answer.QUESTIONED: {*_FINAL_ANSWERS, Answer.REFUSED, Answer.NONE},
            Answer.REFUSED: {*_FINAL_ANSWERS, Answer.QUESTIONED, Answer.NONE},
            Answer.ACCEPTED: {Answer.NONE},
            Answer.RECEIVED: {Answer.NONE, Answer.ACCEPTED},
        },
    ),
    Swap: (
        "state",
        {
            Swap.State.ASKED: {
                Swap.State.AGREED,
                Swap.State.DECLINED,
                Swap.State.WITHDRAWN,
                Swap.State.LAPSED,
            },
            Swap.State.AGREED: {
                Swap.State.APPROVED,
                Swap.State.REFUSED,
                Swap.State.WITHDRAWN,
                Swap.State.LAPSED,
            },
        },
    ),
    Dispute: (
        "state",
        {Dispute.State.OPEN: {Dispute.State.DECIDED, Dispute.State.WITHDRAWN}},
    ),
    Finding: (
        "state",
        {
            # Accepted without an answer, where who was to answer it has left.
            Finding.State.OPEN: {Finding.State.ANSWERED, Finding.State.ACCEPTED},
            Finding.State.ANSWERED: {Finding.State.ACCEPTED, Finding.State.OPEN},
        },
    ),
}


def move(thing: T, to: str, **changes: Any) -> T:
    """Set the state of `thing` to `to` together with `changes`, if it still is as it was loaded.

    The update is conditional on the state (and on the version, where the thing has one), so of two who try at
    once one wins on either database. Raises InvalidMove when `to` does not follow from the loaded state, and
    Conflict when somebody else was first. The loaded instance is brought up to date.
    """
    field, moves = MOVES[type(thing)]
    old = getattr(thing, field)
    if to not in moves.get(old, ()):
        raise _not_from_here(thing, field)
    return update(thing, **{field: to}, **changes)


def update(thing: T, **changes: Any) -> T:
    """Write `changes` to `thing` unless somebody else wrote first; raises Conflict then."""
    field, _moves = MOVES[type(thing)]
    expected = {field: getattr(thing, field)}
    new: dict[str, Any] = dict(changes)
    if hasattr(thing, "version"):
        expected["version"] = thing.version
        new["version"] = F("version") + 1
    if not type(thing)._default_manager.filter(pk=thing.pk, **expected).update(**new):
        raise Conflict(_("Somebody else changed this meanwhile. Please look at it again."))
    for name, value in changes.items():
        setattr(thing, name, value)
    if hasattr(thing, "version"):
        thing.version += 1
    return thing


def require(thing: models.Model, state: str) -> None:
    """Hold the row until the commit, and raise InvalidMove unless it is in this state.

    For what is only allowed in one state without changing it. SQLite needs no lock: its writers take turns.
    The key is left free: a row that refers to this one, an Event for instance, must not wait for it.
    """
    field, _moves = MOVES[type(thing)]
    fresh = type(thing)._default_manager.select_for_update(no_key=True).get(pk=thing.pk)
    if getattr(fresh, field) != state:
        raise _not_from_here(fresh, field)


def _not_from_here(thing: models.Model, field: str) -> InvalidMove:
    return InvalidMove(
        _("This is not possible any more: it is now “%(state)s”.")
        % {"state": getattr(thing, f"get_{field}_display")()}
    )
