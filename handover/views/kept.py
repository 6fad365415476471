"""Teams in whose settings the person keeps something; other pages of settings begin here."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from accounts.models import Team
from handover import permissions
from handover.queries import settings as queries

from .request import Request


def kept_team(request: Request, pk: int) -> Team:
    """A team of one's own in which one keeps something; 404 for foreign ones, 403 for members."""
    mine = (
        Team.objects.all() if request.access.is_administrator else request.user.teams.filter(is_active=True)
    )
    team = get_object_or_404(mine, pk=pk)
    if team not in queries.managed_teams(request.access):
        raise PermissionDenied
    return team


def supervised_team(request: Request, pk: int) -> Team:
    team = kept_team(request, pk)
    if not permissions.can_manage_team(request.access, team):
        raise PermissionDenied
    return team
