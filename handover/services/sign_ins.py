"""Keeps a trail of what accounts announces: who signed in and out, whose password was changed or reset.

Each is one entry in every team of the person, else in those of who did it, else one without a team. What
others did to a password is told to its owner as well.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import signals
from accounts.models import Team, User
from handover.models import Event
from handover.services import events, inbox

RESET = gettext_noop(
    "%(person)s has reset your password. Before you can sign, a colleague must confirm that you have set the"
    " new one yourself. If you did not ask for this, tell your supervisor at once."
)
VOUCHED = gettext_noop(
    "%(person)s has confirmed that you have set your password yourself. You can sign again. If you have not,"
    " tell your supervisor at once."
)


def connect() -> None:
    """Once, when the program starts; connecting again changes nothing."""
    signals.signed_in.connect(_signed_in)
    signals.signed_out.connect(_signed_out)
    signals.password_changed.connect(_password_changed)
    signals.password_reset.connect(_password_reset)
    signals.password_vouched.connect(_password_vouched)


def _signed_in(*, user: User, actor: User, address: str, **_: Any) -> None:
    _record(Event.Verb.SIGNED_IN, user, actor, address)


def _signed_out(*, user: User, actor: User, address: str, **_: Any) -> None:
    _record(Event.Verb.SIGNED_OUT, user, actor, address)


def _password_changed(*, user: User, actor: User, address: str, **_: Any) -> None:
    _record(Event.Verb.PERSON_CHANGED, user, actor, address, changes={"password": ["", "changed"]})


def _password_reset(*, user: User, actor: User, address: str, **_: Any) -> None:
    _record(Event.Verb.PERSON_CHANGED, user, actor, address, changes={"password": ["", "reset"]})
    inbox.tell(recipient=user, actor=actor, sentence=RESET, facts={}, now=timezone.now())


def _password_vouched(*, user: User, actor: User, address: str, reset_by: User, **_: Any) -> None:
    _record(Event.Verb.PASSWORD_VOUCHED, user, actor, address, reset_by=reset_by.pk)
    inbox.tell(recipient=user, actor=actor, sentence=VOUCHED, facts={}, now=timezone.now())


@transaction.atomic
def _record(verb: str, user: User, actor: User, address: str, **data: Any) -> None:
    teams: list[Team | None] = [*user.teams.order_by("pk")] or [*actor.teams.order_by("pk")] or [None]
    now = timezone.now()  # a signal comes from the edge and brings no instant along
    events.record_all(
        [
            events.entry(
                verb=verb, actor=actor, now=now, team=team, person=user, data={"address": address, **data}
            )
            for team in teams
        ]
    )
