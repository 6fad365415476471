"""The page of the receiver stays fresh while others answer and work."""

import pytest

from handover.models import Kind
from handover.services import items
from tests.boundary import Desk

from .test_handovers import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def test_reply_shows_on_the_page_that_the_receiver_has_open(client, desk):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    submitted(client, desk)
    client.force_login(desk.bo)
    client.post(f"{desk.line(item)}question/", {"text": "Which parcel?"})
    shown = client.get(f"{desk.address}review/")
    version = client.get(f"{desk.address}review/version/").content.decode()

    client.force_login(desk.ada)
    client.post(f"{desk.line(item)}reply/", {"text": "The blue one."})

    client.force_login(desk.bo)
    later = client.get(f"{desk.address}review/version/").content.decode()
    part = client.get(f"{desk.address}review/", headers={"X-Live": "1"}).content.decode()
    assert f'data-version="{version}"' in shown.content.decode()
    assert later != version
    assert "The blue one." in part
    assert "Replied: it waits for the receiver’s answer again" in part
    assert "<html" not in part


def test_review_leads_to_the_first_line_that_still_needs_an_answer(client, desk):
    answered, first = (desk.item(kind=Kind.URGENT, holder=desk.ada) for _number in range(2))
    submitted(client, desk)
    client.force_login(desk.bo)
    client.post(f"{desk.line(answered)}accept/", {"read_back": "I ring the depot before 17:00."})

    page = client.get(f"{desk.address}review/")

    assert [row.item_id for row in page.context["blocking"]] == [first.pk]
    assert f'<a href="#item-{first.pk}">Show</a>' in page.content.decode()


def test_review_is_fresh_again_after_each_change_of_an_item(client, desk):
    item = desk.item(holder=desk.ada)
    submitted(client, desk)
    version = client.get(f"{desk.address}review/version/").content

    items.call_again(item=item, text="Where is it?", actor=desk.bo, now=desk.now)

    assert client.get(f"{desk.address}review/version/").content != version
