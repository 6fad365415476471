from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handover.models import Delivery, Pulse
from handover.queries import pulse
from tests import factories

LATE = timedelta(seconds=61)


def test_healthz_without_login(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def swept(ago: timedelta, *, worker: timedelta = timedelta()) -> None:
    """The engine ran so long ago, and a message came through the broker."""
    for name, since in ((pulse.SWEEP, ago), (pulse.WORKER, worker)):
        Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now() - since})
    pulse.forget()


def readiness(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_readyz_says_of_each_part_that_it_is_fine(db, client):
    swept(timedelta())

    assert readiness(client) == (200, {"database": "ok", "sweep": "ok", "outbox": "ok", "broker": "ok"})


def test_readyz_fails_where_the_engine_stands_still(db, client):
    assert readiness(client)[1]["sweep"] == "has never run"
    swept(LATE)

    status, verdicts = readiness(client)
    assert status == 503
    assert verdicts["sweep"].startswith("last ran 61 s ago")


def test_readyz_fails_where_nobody_delivers(db, client):
    swept(timedelta())
    hook = factories.webhook(factories.team())
    then = timezone.now() - timedelta(minutes=11)
    Delivery.objects.create(webhook=hook, text="Wait", key="1", at=then, next_at=then)

    status, verdicts = readiness(client)
    assert status == 503
    assert verdicts["outbox"].startswith("the oldest message waits for 66")


def test_readyz_fails_where_nothing_comes_through_the_broker(db, client):
    assert readiness(client)[1]["broker"] == "nothing has come through it yet"
    swept(timedelta(), worker=LATE)

    status, verdicts = readiness(client)
    assert status == 503
    assert verdicts == {
        "database": "ok",
        "sweep": "ok",
        "outbox": "ok",
        "broker": "nothing has come through it for 61 s",
    }


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (None, "the engine has not run yet"),
        (LATE, "Nobody is being warned"),
        (timedelta(), "The engine last ran"),
    ],
)
def test_every_page_says_when_the_engine_ran(db, client, ago, words):
    person = factories.member(factories.team())
    client.force_login(person)
    if ago is not None:
        swept(ago)

    for name in ("home", "item_list", "pulse"):
        page = client.get(reverse(name)).content.decode()
        assert words in page, name
        assert ("notice-danger" in page) == (ago != timedelta())
