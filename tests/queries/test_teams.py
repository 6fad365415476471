import pytest

from accounts.models import Membership
from handover.queries import duty, teams
from tests import factories
from tests.factories import NOW

Role = Membership.Role
pytestmark = pytest.mark.django_db


def test_workers_are_active_members_without_auditors():
    team, other = factories.team(), factories.team()
    agent = factories.member(team, name="Amy")
    chief = factories.member(team, Role.SUPERVISOR, name="Bob")
    factories.membership(agent, other, Role.AUDITOR)
    factories.member(team, Role.AUDITOR)
    factories.member(other)
    gone = factories.member(team)
    gone.is_active = False
    gone.save()

    assert list(teams.workers(team)) == [agent, chief]
    assert list(teams.workers(other).filter(pk=agent.pk)) == []


@pytest.mark.parametrize(
    ("role", "reads"), [(Role.AGENT, 0), (Role.LEADER, 1), (Role.SUPERVISOR, 1), (Role.AUDITOR, 1)]
)
def test_always_read_are_the_teams_one_leads_or_checks(role, reads):
    team = factories.team()
    factories.team()
    person = factories.member(team, role)

    assert teams.always_read(duty.access(person, NOW)) == [team][:reads]


def test_always_read_are_all_teams_in_use_for_an_administrator():
    in_use, retired = factories.team(name="B"), factories.team(name="A")
    type(retired).objects.filter(pk=retired.pk).update(is_active=False)
    administrator = factories.administrator()

    assert teams.always_read(duty.access(administrator, NOW)) == [in_use]
