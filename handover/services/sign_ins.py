"""Keeps a trail of what accounts announces: who signed in and out, whose password was changed or reset.

Each is one entry in every team of the person, and one without a team for who belongs to none.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import signals
from accounts.models import Team, User
from handover.models import Event
from handover.services import events


def connect() -> None:
    """Once, when the program starts; connecting again changes nothing."""
    signals.signed_in.connect(_signed_in)
    signals.signed_out.connect(_signed_out)
    signals.password_changed.connect(_password_changed)
    signals.password_reset.connect(_password_reset)


def _signed_in(*, user: User, actor: User, address: str, **_: Any) -> None:
    _record(Event.Verb.SIGNED_IN, user, actor, address)


def _signed_out(*, user: User, actor: User, address: str, **_: Any) -> None:
    _record(Event.Verb.SIGNED_OUT, user, actor, address)


def _password_changed(*, user: User, actor: User, address: str, **_: Any) -> None:
    _record(Event.Verb.PERSON_CHANGED, user, actor, address, changes={"password": ["", "changed"]})


def _password_reset(*, user: User, actor: User, address: str, **_: Any) -> None:
    _record(Event.Verb.PERSON_CHANGED, user, actor, address, changes={"password": ["", "reset"]})


@transaction.atomic
def _record(verb: str, user: User, actor: User, address: str, **data: Any) -> None:
    teams: list[Team | None] = [*user.teams.order_by("pk")] or [None]
    now = timezone.now()  # a signal comes from the edge and brings no instant along
    events.record_all(
        [
            events.entry(
                verb=verb, actor=actor, now=now, team=team, person=user, data={"address": address, **data}
            )
            for team in teams
        ]
    )
