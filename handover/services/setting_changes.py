"""What the services of settings share: write only what differs, and keep old and new values in the trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover.errors import Conflict
from handover.models import Event, Post
from handover.services import events


def insert(thing: models.Model) -> None:
    """Raises Conflict where a name is taken, also when somebody else took it a moment ago."""
    try:
        with transaction.atomic():
            thing.save(force_insert=True)
    except IntegrityError as error:
        raise _taken() from error


def write(thing: models.Model, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Writes the facts that differ and answers their old and new values; raises Conflict like `insert`."""
    changes = {
        name: [str(getattr(thing, name)), str(value)]
        for name, value in facts.items()
        if getattr(thing, name) != value
    }
    for name in changes:
        setattr(thing, name, facts[name])
    try:
        with transaction.atomic():
            thing.save(update_fields=[*changes])
    except IntegrityError as error:
        raise _taken() from error
    return changes


def record(
    *,
    what: str,
    thing: models.Model,
    team: Team,
    actor: User,
    now: datetime,
    post: Post | None = None,
    changes: Mapping[str, Any],
) -> None:
    """`what` was changed, as "post" or "pattern"; nothing is written where nothing changed."""
    if changes:
        events.record(
            verb=Event.Verb.SETTINGS_CHANGED,
            actor=actor,
            now=now,
            team=team,
            post=post,
            data={"what": what, "id": thing.pk, "name": str(thing), "changes": dict(changes)},
        )


def _taken() -> Conflict:
    return Conflict(_("There is one of this name already. Please choose another name."))
