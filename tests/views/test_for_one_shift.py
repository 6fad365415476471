"""Whoever is in charge of one shift settles what comes up in it, and keeps nothing of the post."""

import pytest

from tests import factories
from tests.world import World, routes

pytestmark = pytest.mark.django_db

SETTLED = [
    "board",
    "item_take_over",
    "handover_return",
    "line_decide",
    "notice_create",
    "assignment_substitute",
]
KEPT = {
    "settings": 403,
    "post_edit": 403,
    "pattern_edit": 403,
    "ladder_list": 403,
    "post_plan": 403,
    "shift_create": 403,
    "shift_edit": 403,
    "shift_delete": 403,
    "assignment_remove": 403,
    "swap_detail": 404,
    "swap_approve": 404,
    "trail": 403,
    "trail_export": 403,
    "trends": 403,
    "draw_detail": 403,
    "check_detail": 403,
    "check_create": 403,
    "finding_detail": 404,
    "finding_settle": 404,
    "person_figures": 404,
}


@pytest.fixture
def visit(client):
    """As an agent who is duty supervisor of the coming shift at both posts, and is there already."""
    world = World()
    paths = {name: world.path_of(route) for name, route in routes().items()}
    cai = factories.member(world.team, name="Cai")
    for shift in (world.handover.incoming_shift, world.earlier.incoming_shift):
        factories.assignment(shift, cai, is_duty_supervisor=True, checked_in_at=world.then)
    client.force_login(cai)
    return lambda name, method: getattr(client, method)(paths[name])


def test_duty_supervisor_settles_what_comes_up(visit):
    assert {name: visit(name, "get").status_code for name in SETTLED} == dict.fromkeys(SETTLED, 200)


@pytest.mark.parametrize("method", ["get", "post"])
def test_duty_supervisor_keeps_neither_settings_nor_roster_and_checks_nobody(visit, method):
    answers = {name: visit(name, method).status_code for name in KEPT}

    assert {name: code for name, code in answers.items() if code != 405} == {
        name: code for name, code in KEPT.items() if answers[name] != 405
    }
    page = visit("board", "get").content.decode()
    assert ('href="/settings/"' in page, 'href="/board/"' in page) == (False, True)
