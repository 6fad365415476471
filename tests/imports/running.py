"""Running an import and looking at what it left."""

from typing import BinaryIO

from accounts.models import Team
from handover.imports import mapping
from handover.models import Clock, Customer, Event, IssueType, PendingItem, Post, Promise, SearchEntry
from handover.services import imports
from handover.services.imports import Report
from tests.factories import NOW

LOG, SHEET = mapping.load("servicenow_incident_log"), mapping.load("items_sheet")


def run(
    team: Team,
    file: BinaryIO,
    chosen: mapping.Mapping = SHEET,
    *,
    as_of=NOW,
    now=NOW,
    post="",
    actor=None,
    **options,
) -> Report:
    source = imports.Source(file=file, name="file", mapping=chosen, team=team, as_of=as_of, post=post)
    return imports.run(source=source, actor=actor, now=now, **options)


def item_of(reference: str) -> PendingItem:
    return PendingItem.objects.get(source_ref=reference)


def everything() -> dict[str, list]:
    models = (Team, Post, IssueType, Customer, PendingItem, Clock, Promise, Event, SearchEntry)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
