"""Which ladder counts for a clock."""

from collections.abc import Collection, Iterable

from handover import ladders
from handover.models import Clock, Ladder


class InForce:
    """The ladders that some teams have made their own; the most specific one counts."""

    def __init__(self, found: Iterable[Ladder] = ()) -> None:
        self._by_place = {(row.team_id, row.clock, row.item_kind, row.issue_type_id): row for row in found}

    def of(self, clock: Clock) -> Ladder | None:
        """The team's own ladder for the clock; None means the built-in one."""
        places: list[tuple[str, int | None]] = [("", None)]
        if item := clock.item:
            issue_type = item.issue_type_id
            places = [(item.kind, issue_type), ("", issue_type), (item.kind, None), ("", None)]
        found = (self._by_place.get((clock.thing.team_id, clock.kind, *place)) for place in places)
        return next((ladder for ladder in found if ladder), None)


def in_force(team_ids: Collection[int]) -> InForce:
    return InForce(Ladder.objects.filter(team__in=team_ids, retired_at__isnull=True))


def steps_of(clock: Clock) -> ladders.Steps:
    """The steps of an armed clock, as they were in force when it was armed."""
    if clock.ladder:
        return ladders.load(clock.ladder.steps)
    return ladders.built_in(clock.kind, clock.item.kind if clock.item else "")
