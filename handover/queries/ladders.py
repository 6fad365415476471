"""Which ladder counts for a clock."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from accounts.models import Team
from handover import ladders
from handover.models import Clock, IssueType, Ladder


class Place(NamedTuple):
    """What a ladder is for: all that waits in this way in a team, or what is of one kind or issue type."""

    team: Team
    clock: str
    item_kind: str = ""
    issue_type: IssueType | None = None


class InForce:
    """The ladders that some teams have made their own; the most specific one counts."""

    def __init__(self, found: Iterable[Ladder] = ()) -> None:
        self._by_place = {(row.team_id, row.clock, row.item_kind, row.issue_type_id): row for row in found}

    def of(self, clock: Clock) -> Ladder | None:
        """The team's own ladder for the clock; None means the built-in one."""
        if item := clock.item:
            return self._nearest(item.team_id, clock.kind, item.kind, item.issue_type_id)
        return self._nearest(clock.thing.team_id, clock.kind, "", None)

    def at(self, place: Place) -> Ladder | None:
        """The team's own ladder that counts for what is of this place, also where it is one for more."""
        issue_type = place.issue_type.pk if place.issue_type else None
        return self._nearest(place.team.pk, place.clock, place.item_kind, issue_type)

    def _nearest(self, team_id: int, clock: str, kind: str, issue_type: int | None) -> Ladder | None:
        places = [(kind, issue_type), ("", issue_type), (kind, None), ("", None)]
        found = (self._by_place.get((team_id, clock, *place)) for place in places)
        return next((ladder for ladder in found if ladder), None)


def in_force(team_ids: Collection[int]) -> InForce:
    return InForce(Ladder.objects.filter(team__in=team_ids, retired_at__isnull=True))


def versions(place: Place) -> QuerySet[Ladder]:
    """Every version that the team ever had for just this place."""
    team, clock, item_kind, issue_type = place
    return Ladder.objects.filter(team=team, clock=clock, item_kind=item_kind, issue_type=issue_type)


def own(place: Place) -> Ladder | None:
    """The version in force of just this place."""
    return versions(place).filter(retired_at__isnull=True).order_by("pk").first()


def steps_of(clock: Clock) -> ladders.Steps:
    """The steps of an armed clock, as they were in force when it was armed."""
    if clock.ladder:
        return ladders.load(clock.ladder.steps)
    return ladders.built_in(clock.kind, clock.item.kind if clock.item else "")
