"""The teams of which a person reads everything, on duty or not."""

from accounts.models import Team
from handover.models import Access


def always_read(access: Access) -> list[Team]:
    """For who leads, checks or administers; by name."""
    found = Team.objects.filter(is_active=True).order_by("name", "pk")
    return list(found if access.is_administrator else found.filter(pk__in=access.always_read_team_ids))
