"""Writes the trail. Called by the other services, inside their transaction."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.browser import answered_address
from accounts.models import User
from handover.errors import NotAllowed
from handover.models import Clock, Event, Handover, PendingItem

MOST_FILES = 10
WITHIN = timedelta(minutes=10)


def record(*, verb: str, actor: User | None, now: datetime, **facts: Any) -> Event:
    """One entry of the trail; the team and post follow from the item or handover where there is one."""
    written = entry(verb=verb, actor=actor, now=now, **facts)
    written.save(force_insert=True)
    return written


def record_all(entries: list[Event]) -> None:
    """Several entries in one statement."""
    Event.objects.bulk_create(entries)


def entry(*, verb: str, actor: User | None, now: datetime, **facts: Any) -> Event:
    """An unsaved entry, for `record_all`."""
    return Event(verb=verb, actor=actor, at=now, address=answered_address(), **_with_place(facts))


def facts(clock: Clock) -> dict[str, Any]:
    """What an entry about something that waits is about. A finding is nothing for the page of its record."""
    if finding := clock.finding:
        return {"team_id": finding.team_id, "post_id": finding.post_id, "person_id": finding.responsible_id}
    return {"item": clock.item, "handover": clock.record}


def _with_place(facts: dict[str, Any]) -> dict[str, Any]:
    subject: PendingItem | Handover | None = facts.get("item") or facts.get("handover")
    if subject is not None:
        facts.setdefault("team_id", subject.team_id)
        facts.setdefault("post_id", subject.post_id)
    return facts


def refuse_many_files(*, verb: str, team_id: int | None, actor: User, now: datetime) -> None:
    """Making a file costs as much as a hundred pages. The entries of those made lately are counted, so that
    every process sees them; raises NotAllowed.
    """
    made = Event.objects.filter(team=team_id, actor=actor, verb=verb, at__gt=now - WITHIN)
    if made.count() >= MOST_FILES:
        raise NotAllowed(
            _(
                "You have taken %(count)d such files along within %(minutes)d minutes. "
                "Please wait a few minutes before the next one."
            )
            % {"count": MOST_FILES, "minutes": WITHIN // timedelta(minutes=1)}
        )
