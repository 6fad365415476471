"""One turn of sending: a crowd is told soon, nothing is begun that cannot be ended, and old rows go."""

from datetime import timedelta

import pytest
from django.db import connection

from handover.models import About, Delivery
from handover.services import delivery, outbox
from handover.services.outbox import Bulletin, Letter
from tests import factories
from tests.factories import NOW
from tests.receivers import mail_server, receiver

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture
def desk():
    return factories.post()


def publish(team, count):
    outbox.publish([Bulletin(team, {"en": "Told."}, f"key.{number}") for number in range(count)], now=NOW)


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts"))


def test_crowd_is_told_in_one_turn_and_written_down_together(
    desk, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(delivery, "PORTION", 20)
    monkeypatch.setattr(delivery, "TOGETHER_SECONDS", 5)
    with receiver() as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team, 50)

        with django_assert_max_num_queries(50):
            assert delivery.deliver(now=NOW) == 50

    assert [post.content["id"] for post in outside.posts] == [
        f"handover-{pk}" for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True)
    ]
    assert states() == [("sent", 1)] * 50


def test_mail_server_is_given_several_letters_at_once(monkeypatch):
    monkeypatch.setattr(delivery, "PORTION", 1)
    people = [factories.user(email=f"p{number}@example.com") for number in range(delivery.MAIL_LANES)]
    outbox.send([Letter(person, About.URGENT, "Told.") for person in people], now=NOW)
    with mail_server() as box:
        box.waits_for = delivery.MAIL_LANES
        delivery.deliver(now=NOW)

    assert states() == [("sent", 1)] * delivery.MAIL_LANES


def test_what_there_is_no_time_for_waits_for_the_next_turn(desk, monkeypatch):
    monkeypatch.setattr(delivery, "SENDING_SECONDS", 2)
    with receiver(pause=0.5) as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team, 20)
        delivery.deliver(now=NOW + timedelta(seconds=7))

    sent = len(outside.posts)
    assert 0 < sent < 20
    assert states() == [("sent", 1)] * sent + [("waiting", 0)] * (20 - sent)
    assert set(Delivery.objects.filter(state="waiting").values_list("next_at", flat=True)) == {NOW}


def test_what_cannot_be_written_down_ends_the_sending(desk, monkeypatch):
    monkeypatch.setattr(delivery, "TOGETHER_SECONDS", 0)
    with receiver(pause=0.5) as outside:
        hook = factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team, 20)
        turn = delivery._Round(NOW)

        dying = connection.execute_wrapper(dead_after(lambda: outside.posts))
        with pytest.raises(OSError, match="gone"), dying:
            turn.drain([delivery.Lane(hook.pk, 0)])

    assert len(outside.posts) < 20
    assert states() == [("waiting", 1)] * 20


def dead_after(signal):
    """A database that answers until then."""

    def ask(execute, *call):
        if signal():
            raise OSError("The database is gone.")
        return execute(*call)

    return ask


def test_what_was_settled_long_ago_is_forgotten(desk):
    hook = factories.webhook(desk.team, secret="shared")
    old, young = NOW - timedelta(days=31), NOW - timedelta(days=29)
    facts = {"webhook": hook, "text": "Told.", "at": old}
    for state in ("sent", "given_up"):
        for settled in (old, young):
            Delivery.objects.create(key=f"{state} {settled}", state=state, settled_at=settled, **facts)
    Delivery.objects.create(key="waiting", next_at=old, **facts)

    for _turn in range(2):
        delivery.forget_old(now=NOW)

    kept = Delivery.objects.order_by("pk").values_list("state", "settled_at")
    assert list(kept) == [("sent", young), ("given_up", young), ("waiting", None)]
