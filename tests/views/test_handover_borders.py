"""An item that went to another team: the team that handed it over reads nothing of what happens there."""

import pytest
from django.utils import timezone

from handover.models import HandoverLine, Kind, Stage
from handover.services import holding, items
from tests import factories
from tests.boundary import Desk
from tests.world import CANARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def send_away(desk, item):
    """The other team knows the customer by another name and makes progress."""
    theirs, now = factories.post(), timezone.now()
    factories.customer(theirs.team, f"Name {CANARY}", code=item.customer.code)
    item.refresh_from_db()
    holding.transfer(item=item, to=theirs, reason="Theirs.", actor=desk.ada, now=now)
    items.progress(
        item=item,
        text=f"Called {CANARY} at 13:40; she checks the shelf until 15:00.",
        stage=Stage.IN_PROGRESS,
        key_at=item.key_at,
        actor=factories.member(theirs.team),
        now=now,
    )


def test_review_of_an_item_of_another_team_shows_the_transfer_alone(client, desk):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    client.force_login(desk.ada)
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    client.post(f"{desk.address}sign/", {"seen": seen, "password": factories.PASSWORD})
    send_away(desk, item)
    client.force_login(desk.bo)

    review = client.get(f"{desk.address}review/")
    steps = [client.get(f"{desk.line(item)}{step}/") for step in ("accept", "question", "refuse", "reply")]

    assert [answer.status_code for answer in (review, *steps)] == [200] * 5
    assert not [answer for answer in (review, *steps) if CANARY in answer.content.decode()]
    assert "Theirs." in review.content.decode()


def test_answering_back_on_an_item_of_another_team_shows_nothing_of_it(client, desk):
    item = desk.item(holder=desk.ada)
    before = factories.shift(desk.post, starts_at=desk.now.replace(year=desk.now.year - 1))
    earlier = type(desk.handover).objects.create(
        team=desk.team,
        post=desk.post,
        outgoing_shift=before,
        incoming_shift=desk.handover.outgoing_shift,
        boundary_at=before.ends_at,
        state="lapsed",
        opened_at=before.starts_at,
        ended_at=before.ends_at,
    )
    received = {"answer": "received", "answered_by": desk.ada, "answered_at": desk.then}
    line = HandoverLine.objects.create(handover=earlier, item=item, round_number=1, **received)
    send_away(desk, item)
    client.force_login(desk.ada)

    pages = [client.get(f"{desk.address}{page}") for page in ("edit/", f"received/{line.pk}/", "sign/")]

    assert [page.status_code for page in pages] == [200] * 3
    assert not [page for page in pages if CANARY in page.content.decode()]
