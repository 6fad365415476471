"""Who has to decide a refused line, and who must not."""

import pytest

from handover.models import Kind
from handover.queries import board_decisions, duty
from handover.services import lines
from tests import factories
from tests.boundary import SOON, Boundary, line_of
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def boundary():
    return Boundary()


@pytest.fixture
def refused(boundary):
    handover = boundary.open()
    item = factories.item(boundary.post, kind=Kind.URGENT, holder=boundary.ada, now=NOW)
    boundary.submit(handover)
    handover.refresh_from_db()
    line = line_of(handover, item)
    lines.refuse(line=line, reason="No number to ring.", actor=boundary.bo, now=SOON)
    return line


def cards(person):
    return board_decisions.refused(duty.access(person, SOON))


def test_supervisor_is_asked_to_decide_a_refused_line(boundary, refused) -> None:
    [card] = cards(boundary.dai)

    assert card.url == f"/handovers/{refused.handover_id}/lines/{refused.pk}/decide/"
    assert card.title == f"Refused: #{refused.item_id} {refused.item.customer}"
    assert card.text == f"{boundary.post.name}, Bo: No number to ring."
    assert card.is_pressing


def test_decided_line_asks_nobody_any_more(boundary, refused) -> None:
    lines.decide(
        line=refused, holder=boundary.bo, reason="Bo rings the mobile number.", actor=boundary.dai, now=SOON
    )

    assert cards(boundary.dai) == []


def test_party_and_other_teams_are_not_asked(boundary, refused) -> None:
    boundary.ada.memberships.update(role=Role.SUPERVISOR)
    boundary.bo.memberships.update(role=Role.SUPERVISOR)
    stranger = factories.member(factories.team(), Role.SUPERVISOR)

    assert [cards(person) for person in (boundary.ada, boundary.bo, stranger)] == [[], [], []]


def test_administrator_is_asked_about_every_team(refused) -> None:
    assert len(cards(factories.administrator())) == 1
