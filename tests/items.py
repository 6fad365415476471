"""What tests of items ask again and again."""

from datetime import datetime, timedelta

from handover.models import Clock, ClockKind, Event, Kind, PendingItem, Stage
from handover.services import items
from tests import factories
from tests.factories import NOW

NOTE = "Rang Ms Zhao in the warehouse at 13:40: she checks the shelf and rings back by 15:00."
EMPTY = "registered, to follow up"


def register(desk, actor, *, kind=Kind.FOLLOW_UP, now=NOW, **facts) -> PendingItem:
    facts.setdefault("progress", NOTE)
    facts.setdefault("key_at", now + timedelta(hours=1))
    facts["customer"] = facts.get("customer") or factories.customer(desk.team)
    facts["issue_type"] = facts.get("issue_type") or factories.issue_type(desk.team)
    return items.create(post=desk, actor=actor, now=now, kind=kind, **facts)


def note(item, actor, *, text=NOTE, stage=Stage.IN_PROGRESS, now=NOW, **contact) -> None:
    contact.setdefault("key_at", item.key_at)
    items.progress(item=item, text=text, stage=stage, actor=actor, now=now, **contact)


def running(item) -> dict[str, datetime]:
    """The running clocks that people see, and until when."""
    clocks = Clock.objects.filter(item=item, kind__in=ClockKind.values, stopped_at__isnull=True)
    return dict(clocks.values_list("kind", "due_at"))


def outcomes(item, kind) -> list[str]:
    return list(Clock.objects.filter(item=item, kind=kind).order_by("pk").values_list("outcome", flat=True))


def verbs(item) -> list[str]:
    return list(Event.objects.filter(item=item).order_by("pk").values_list("verb", flat=True))
