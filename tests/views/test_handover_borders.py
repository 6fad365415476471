"""An item that went to another team: the team that handed it over reads nothing of what happens there."""

import pytest
from django.utils import timezone

from handover.models import Event, HandoverLine, Kind, Message, SignedText, Stage
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


def received_and_sent_away(desk) -> HandoverLine:
    """What Dai's shift handed to Ada's, and Ada to another team."""
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
        round_count=1,
    )
    text = SignedText.objects.create(
        sha256="0" * 64, text="{}", schema_version=2, template_version=1, created_at=before.ends_at
    )
    submitted = {"submitted_by": desk.dai, "submitted_at": before.ends_at, "score": 50}
    lapsed = {"outcome": "lapsed", "ended_at": before.ends_at}
    earlier.rounds.create(number=1, text=text, **submitted, **lapsed)
    received = {"answer": "received", "answered_by": desk.ada, "answered_at": desk.then}
    line = HandoverLine.objects.create(handover=earlier, item=item, round_number=1, **received)
    send_away(desk, item)
    return line


def test_answering_back_on_an_item_of_another_team_shows_nothing_of_it(client, desk):
    line = received_and_sent_away(desk)
    client.force_login(desk.ada)

    pages = [client.get(f"{desk.address}{page}") for page in ("edit/", f"received/{line.pk}/", "sign/")]

    assert [page.status_code for page in pages] == [200] * 3
    assert not [page for page in pages if CANARY in page.content.decode()]


def test_answer_back_on_an_item_of_another_team_is_written_to_neither_its_trail_nor_its_history(client, desk):
    line = received_and_sent_away(desk)
    client.force_login(desk.ada)

    answer = client.post(f"{desk.address}received/{line.pk}/", {"text": "The depot was shut."})

    entry = Event.objects.get(verb="answered_back")
    assert answer.status_code == 302
    assert (entry.team, entry.post, entry.handover) == (desk.team, desk.post, line.handover)
    assert (entry.item, entry.customer) == (None, None)
    assert entry.data == {"line": line.pk}
    told = Message.objects.get(recipient=desk.dai)
    assert told.text == f"Ada says what became of #{line.item_id}, which you handed over: The depot was shut."
    assert (told.item, told.handover) == (None, line.handover)


def test_reply_on_an_item_of_another_team_says_why_not(client, desk):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    client.force_login(desk.ada)
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    client.post(f"{desk.address}sign/", {"seen": seen, "password": factories.PASSWORD})
    send_away(desk, item)

    answer = client.post(f"{desk.line(item)}reply/", {"text": "It was line 3."})

    assert "The item belongs to another team now" in answer.content.decode()
    assert not Event.objects.filter(verb="line_replied").exists()
