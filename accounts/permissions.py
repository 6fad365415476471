"""Who may do what to other people's accounts."""

from accounts.models import Membership, User

Role = Membership.Role


def can_vouch_for(actor: User, user: User) -> bool:
    """An administrator, or who shares a team with the person, in any role; never who reset the password."""
    if actor.pk in (user.pk, user.password_reset_by_id):
        return False
    return actor.is_administrator or user.teams.filter(pk__in=actor.teams.all()).exists()


def can_reset_password(actor: User, user: User) -> bool:
    """Administrators for everybody else; a supervisor for agents who work in the supervised teams alone.

    Whoever sets a password could sign in with it once, so it must open nothing that is closed to them.
    """
    if actor.pk == user.pk:
        return False
    if actor.is_administrator:
        return True
    supervised = actor.memberships.filter(role=Role.SUPERVISOR).values_list("team_id", flat=True)
    places = user.memberships.values_list("team_id", "role")
    reachable = {(team, Role.AGENT.value) for team in supervised}
    return not user.is_administrator and bool(places) and set(places) <= reachable
