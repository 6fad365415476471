"""Lists ask the database as often for thirty rows as for one."""

import pytest
from django.urls import reverse

from handover.models import Event
from handover.services import opening
from tests import factories
from tests.counting import queries_of
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db


def a_handover(team):
    """At a post of its own, from one person to another."""
    desk = factories.post(team)
    shift = factories.shift(desk)
    factories.assignment(shift, factories.member(team))
    factories.assignment(factories.shift(desk, starts_at=shift.ends_at), factories.member(team))
    opening.open_for(shift=shift, now=NOW)
    return desk.name


def a_sent_item(team):
    """An item that is another team's now, with the entry that this team keeps of it."""
    item = factories.item(factories.post())
    place = {"team": item.team.name, "post": item.post.name, "holder": ""}
    Event.objects.create(
        at=NOW, team=team, post=factories.post(team), item=item, verb="transferred_out", data={"to": place}
    )
    return f"#{item.pk}"


def a_person(team):
    return factories.member(team, leads=factories.post(team)).display_name


@pytest.mark.parametrize(
    ("page", "make"),
    [("handover_list", a_handover), ("item_sent", a_sent_item), ("person_list", a_person)],
)
def test_list_asks_as_often_for_thirty_as_for_one(client, page, make):
    team = factories.team()
    client.force_login(factories.member(team, Role.SUPERVISOR))
    names = [make(team)]
    for_one = queries_of(client, reverse(page))

    names += [make(team) for _number in range(29)]

    assert queries_of(client, reverse(page)) == for_one
    content = client.get(reverse(page)).content.decode()
    assert [name for name in names if name not in content] == []
