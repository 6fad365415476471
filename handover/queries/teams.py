"""Which teams a person reads off duty, and who works in one."""

from django.db.models import QuerySet

from accounts.models import Membership, Team, User
from handover.models import Access


def always_read(access: Access) -> list[Team]:
    """Of which everything is read on duty or not: for who leads, checks or administers; by name."""
    found = Team.objects.filter(is_active=True).order_by("name", "pk")
    return list(found if access.is_administrator else found.filter(pk__in=access.always_read_team_ids))


def workers(team: Team) -> QuerySet[User]:
    """Who can work a shift of the team, or be asked to do something: its active members, auditors apart."""
    members = Membership.objects.workers().filter(team=team)
    people = User.objects.filter(is_active=True, pk__in=members.values("user"))
    return people.order_by("display_name", "pk")
