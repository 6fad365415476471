"""What leaves the application: at least once whatever happens, and known when it did not."""

import hashlib
import hmac
from datetime import timedelta

import pytest

from handover import clock
from handover.models import About, Delivery, Event, Message, Pulse, Webhook
from handover.services import delivery, outbox, pulse
from handover.services.outbox import Bulletin, Letter
from tests import factories
from tests.factories import NOW
from tests.receivers import mail_server, receiver
from tests.threads import at_once

pytestmark = pytest.mark.django_db

TEXT = "#7 Ms Zhao: nobody has taken it for 10 min."
TEXTS = {"en": TEXT, "zh-hans": "7 号:10 分钟无人接手。"}


@pytest.fixture(autouse=True)
def private(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture
def desk():
    return factories.post()


def reader(**fields):
    return factories.user(email="li@example.com", **fields)


def send(*people, about=About.URGENT, **facts):
    outbox.send([Letter(person, about, TEXT, **facts) for person in people], now=NOW)


def publish(team, key="taken.1", **facts):
    outbox.publish([Bulletin(team, TEXTS, key, **facts)], now=NOW)


def states():
    rows = Delivery.objects.order_by("pk").values_list("state", "attempts", "may_have_arrived", "error")
    return [(state, attempts, unknown, error.partition(":")[0]) for state, attempts, unknown, error in rows]


def run(*instants):
    for at in instants:
        delivery.deliver(now=at)


def due():
    return Delivery.objects.get().next_at


def test_email_is_sent_once_with_text_html_and_link(desk):
    item = factories.item(desk)
    send(reader(), item=item)

    with mail_server() as box:
        run(NOW, NOW + timedelta(seconds=5), NOW + timedelta(hours=2))

    (letter,) = box.letters
    link = f"https://handover.example.com/items/{item.pk}/"
    text, html = (letter.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert (letter["To"], letter["Subject"]) == ("li@example.com", TEXT)
    assert text.splitlines()[:3] == [TEXT, "", link]
    assert "Written at 2026-03-10 14:00 (Asia/Shanghai)." in text
    assert f'<a href="{link}">Open it</a>' in html
    assert letter["Message-ID"] == f"<handover-{Delivery.objects.get().pk}@localhost>"
    assert (states(), Delivery.objects.get().settled_at) == ([("sent", 1, True, "")], NOW)
    assert Message.objects.count() == 1
    assert Pulse.objects.get(name="delivery").at == NOW + timedelta(hours=2)


def test_email_leads_to_the_page_where_it_is_answered(desk):
    send(reader(), item=factories.item(desk), path="/disputes/7/")

    with mail_server() as box:
        run(NOW)

    text = box.letters[0].get_body(["plain"]).get_content()
    assert text.splitlines()[2] == "https://handover.example.com/disputes/7/"


def test_email_speaks_the_language_of_its_reader():
    send(reader(language="zh-hans", time_zone="Europe/Berlin"))

    with mail_server() as box:
        run(NOW)

    html = box.letters[0].get_body(["html"]).get_content()
    assert '<html lang="zh-hans">' in html
    assert "2026-03-10 07:00" in html
    assert "Europe/Berlin" in html


def test_no_email_is_made_where_email_is_not_set_up(settings):
    settings.EMAIL_IS_SET_UP = False

    send(reader())

    assert (Message.objects.count(), Delivery.objects.count()) == (1, 0)


def test_email_that_waits_is_not_taken_for_sent_where_email_is_not_set_up_any_more(settings):
    send(reader())
    settings.EMAIL_IS_SET_UP = False

    run(NOW)

    assert states() == [("waiting", 1, False, "unreachable")]


def test_json_is_signed_and_says_what_it_is_about(desk):
    item = factories.item(desk)
    with receiver() as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team, item=item)
        run(NOW, NOW + timedelta(hours=2))

    (post,) = outside.posts
    ref = f"handover-{Delivery.objects.get().pk}"
    signed = f"{int(NOW.timestamp())}.".encode() + post.body
    assert post.content == {
        "id": ref,
        "at": "2026-03-10T06:00:00+00:00",
        "text": TEXT,
        "item": item.pk,
        "handover": None,
        "url": f"https://handover.example.com/items/{item.pk}/",
        "repeat": False,
    }
    assert post.headers["X-Handover-Id"] == ref
    assert post.headers["X-Handover-Signature"] == hmac.new(b"shared", signed, hashlib.sha256).hexdigest()
    assert states() == [("sent", 1, True, "")]


def test_crash_between_sending_and_writing_that_down_sends_it_again_as_a_repeat(desk):
    with receiver() as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team)
        delivery._lease(NOW, Webhook.objects.get().pk)  # whoever leased it may have sent it and died
        run(NOW + timedelta(seconds=29))
        assert outside.posts == []

        run(NOW + delivery.LEASE)

    (post,) = outside.posts
    assert post.content["repeat"] is True
    assert states() == [("sent", 2, True, "")]


def test_outcome_of_a_lease_that_was_lost_counts_for_nothing(desk):
    factories.webhook(desk.team, secret="shared", url="http://127.0.0.1:9/")
    publish(desk.team)
    place = Webhook.objects.get().pk
    (late,) = delivery._lease(NOW, place)
    delivery._lease(NOW + delivery.LEASE, place)

    delivery._settle({late.pk: late}, [delivery.Outcome(late.pk, is_tried=True)], NOW)

    assert states() == [("waiting", 2, True, "")]


def test_receiver_that_fails_is_tried_again_ever_later_until_it_is_given_up(desk):
    item = factories.item(desk)
    with receiver(status=500) as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team, item=item)
        pauses, at = [], NOW
        while Delivery.objects.get().state == "waiting":
            run(at)
            if following := due():
                pauses.append((following - at).total_seconds())
                at = following

    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert [post.content["repeat"] for post in outside.posts] == [False] * 10
    assert states() == [("given_up", 10, False, "refused")]
    assert Event.objects.get().verb == Event.Verb.DELIVERY_GIVEN_UP


@pytest.mark.parametrize("mood", ["hang", "reset"])
def test_receiver_that_never_answers_may_have_had_it(desk, monkeypatch, mood):
    monkeypatch.setattr("handover.carriers.post.STEP_SECONDS", 0.2)
    with receiver(mood=mood) as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team)
        run(NOW)
        assert states() == [("waiting", 1, True, "no_answer")]

        outside.mood = ""
        run(due())

    assert [post.content["repeat"] for post in outside.posts] == [False, True]
    assert len({post.content["id"] for post in outside.posts}) == 1
    assert states() == [("sent", 2, True, "")]


def test_receiver_that_lets_its_answer_drip_is_cut_off(desk, monkeypatch):
    monkeypatch.setattr("handover.carriers.post.WHOLE_SECONDS", 0.2)
    with receiver(mood="hang") as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team)
        run(NOW)

    assert states() == [("waiting", 1, True, "no_answer")]


def test_redirect_is_not_followed(desk):
    with receiver() as inside, receiver(status=307, headers={"Location": inside.url}) as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team)
        run(NOW)

    assert (len(outside.posts), inside.posts) == (1, [])
    assert states() == [("waiting", 1, False, "refused")]


def test_private_address_is_refused_at_the_door(desk, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    with receiver() as inside:
        factories.webhook(desk.team, secret="shared", url=inside.url)
        publish(desk.team)
        run(NOW)

    assert inside.posts == []
    assert states() == [("waiting", 1, False, "private")]


def test_what_waits_behind_a_place_that_is_down_is_not_tried_and_holds_up_nobody(desk):
    with receiver(status=503) as down, receiver() as fine:
        factories.webhook(desk.team, secret="shared", url=down.url)
        factories.webhook(desk.team, secret="shared", url=fine.url)
        for key in ("first", "second"):
            publish(desk.team, key)
        run(NOW)
        assert (len(down.posts), len(fine.posts)) == (1, 2)

        down.status = 200
        run(NOW + timedelta(seconds=30))

    assert (len(down.posts), len(fine.posts)) == (3, 2)
    assert {state for state, *_ in states()} == {"sent"}


def test_what_waits_behind_a_place_that_is_down_is_given_up_after_a_day(desk):
    factories.webhook(desk.team, secret="shared", url="http://127.0.0.1:9/")
    for key in ("first", "second"):
        publish(desk.team, key)

    run(NOW + timedelta(hours=25))

    assert states() == [("given_up", 1, False, "unreachable"), ("given_up", 0, False, "unreachable")]


def test_address_that_the_mail_server_refuses_holds_up_no_other():
    with mail_server() as box:
        box.refuse = "550 no such user"
        send(reader(), factories.user(email="bo@example.com"))
        run(NOW)

    assert states() == [("waiting", 1, False, "refused")] * 2


def test_mail_server_that_hangs_up_may_have_taken_it_and_the_next_letter_says_so():
    send(reader())
    with mail_server() as box:
        box.hangs_up = True
        run(NOW)
        assert states() == [("waiting", 1, True, "no_answer")]

        box.hangs_up = False
        run(due())

    first, again = box.letters
    said = "You may have received this already."
    assert [said in letter.get_body(["plain"]).get_content() for letter in (first, again)] == [False, True]
    assert first["Message-ID"] == again["Message-ID"]
    assert states() == [("sent", 2, True, "")]
    assert Message.objects.count() == 1


def test_mail_server_that_is_down_is_asked_once_for_all(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    send(reader(), factories.user(email="bo@example.com"))

    run(NOW)

    assert states() == [("waiting", 1, False, "unreachable"), ("waiting", 0, False, "unreachable")]
    assert set(Delivery.objects.values_list("next_at", flat=True)) == {NOW + timedelta(seconds=30)}


def test_email_of_somebody_who_may_not_sign_in_any_more_is_not_sent():
    person = reader()
    send(person)
    person.is_active = False
    person.save(update_fields=["is_active"])

    with mail_server() as box:
        run(NOW)

    assert box.letters == []
    assert states() == [("waiting", 1, False, "no_address")]


def test_retry_begins_anew(desk):
    with receiver() as outside:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        publish(desk.team)
        Delivery.objects.update(
            state="given_up", next_at=None, settled_at=NOW, attempts=10, error="refused: HTTP 404"
        )
        run(NOW)
        assert outside.posts == []

        boss = factories.administrator()
        for _press in range(2):
            delivery.retry(delivery=Delivery.objects.get(), actor=boss, now=NOW)
        run(NOW)

    assert len(outside.posts) == 1
    assert states() == [("sent", 1, True, "")]
    trail = Event.objects.values_list("verb", "actor", "team", "at")
    assert list(trail) == [("delivery_retried", boss.pk, desk.team_id, NOW)]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_everything_once(desk, monkeypatch):
    monkeypatch.setattr(delivery, "PORTION", 3)
    with receiver() as outside, mail_server() as box:
        factories.webhook(desk.team, secret="shared", url=outside.url)
        for number in range(20):
            publish(desk.team, f"key.{number}")
        send(*(factories.user(email=f"p{number}@example.com") for number in range(20)))

        at_once(*[lambda: delivery.deliver(now=NOW)] * 4)
        run(NOW)

    assert len({post.content["id"] for post in outside.posts}) == len(outside.posts) == 20
    assert len({letter["To"] for letter in box.letters}) == len(box.letters) == 20
    assert {state for state, *_ in states()} == {"sent"}


def test_what_waits_keeps_its_wait_when_the_clock_was_set_back(desk):
    factories.webhook(desk.team, secret="shared", url="http://127.0.0.1:9/")
    publish(desk.team)
    pulse.keep_time(reading=clock.Reading(NOW, 0.0, "boot"))
    for minute in (1, 12):  # told, and after ten minutes believed
        back = NOW - timedelta(hours=1) + timedelta(minutes=minute)
        pulse.keep_time(reading=clock.Reading(back, minute * 60.0, "boot"))

    assert due() == NOW - timedelta(hours=1)
