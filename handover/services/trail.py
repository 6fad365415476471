"""Notes in the trail that somebody took a part of it along as a file."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from handover.models import Event
from handover.queries.trail import Filters
from handover.services import events

LIMIT = 10_000  # entries of one file


@transaction.atomic
def export(*, filters: Filters, asked: dict[str, str], actor: User, now: datetime) -> Event:
    """`asked` is what was filtered by, as it was typed. The file itself is made by the view.

    Raises NotAllowed after many in a short time.
    """
    team_id = filters.place.team_id
    events.refuse_many_files(verb=Event.Verb.TRAIL_EXPORTED, team_id=team_id, actor=actor, now=now)
    return events.record(
        verb=Event.Verb.TRAIL_EXPORTED,
        actor=actor,
        now=now,
        team_id=team_id,
        post_id=filters.place.post_id,
        data={"filters": asked, "limit": LIMIT},
    )
