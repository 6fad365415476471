"""Group chats of a team: their pages show no secret, take no foreign address and say what was sent."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from handover.models import Delivery, Event, Message, Webhook
from handover.services import delivery
from tests import factories
from tests.counting import queries_of
from tests.factories import NOW, Role
from tests.receivers import receiver

pytestmark = pytest.mark.django_db

WECOM = {
    "name": "Desk",
    "format": "wecom",
    "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc",
    "language": "zh-hans",
}
JSON = {"name": "Ops", "format": "json", "url": "https://ops.example.com/in", "language": "en"}
FACTS = ("name", "format", "url", "secret", "language", "is_active")


@pytest.fixture
def team():
    return factories.team()


@pytest.fixture
def supervisor(client, team):
    person = factories.member(team, Role.SUPERVISOR, name="Dai")
    client.force_login(person)
    return person


def create(client, team, facts):
    return client.post(reverse("webhook_create", args=[team.pk]), facts)


def stored():
    return list(Webhook.objects.order_by("pk").values_list(*FACTS))


def given_up(**facts):
    facts = {"key": "k", "at": NOW, "state": "given_up", "settled_at": NOW, "error": "no_answer: 504"} | facts
    return Delivery.objects.create(**facts)


def test_create_keeps_what_was_typed_and_the_trail_keeps_no_secret(client, team, supervisor):
    answer = create(client, team, JSON | {"secret": "shared"})

    assert answer.url == reverse("webhook_list", args=[team.pk])
    assert stored() == [("Ops", "json", "https://ops.example.com/in", "shared", "en", True)]
    event = Event.objects.get()
    assert (event.actor, event.data["changes"]) == (supervisor, {"created": True})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "https://evil.example/"}, "url"),
        ({"url": ""}, "url"),
        ({"format": "json", "url": "http://127.0.0.1/", "secret": "s"}, "url"),
        ({"format": "json", "url": "https://ops.example.com/"}, "secret"),
        ({"format": "nonsense"}, "format"),
        ({"name": "Taken"}, "name"),
    ],
)
def test_create_says_what_is_wrong(client, team, supervisor, change, field):
    factories.webhook(team, "Taken")

    answer = create(client, team, WECOM | change)

    assert list(answer.context["form"].errors) == [field]
    assert Webhook.objects.count() == 1


def test_edit_shows_no_secret_and_keeps_what_is_left_empty(client, team, supervisor):
    hook = factories.webhook(team, **WECOM | {"secret": "hidden-key", "name": "Old"})
    url = reverse("webhook_edit", args=[hook.pk])

    page = client.get(url).content.decode()
    assert "hidden-key" not in page
    assert "key=abc" not in page

    client.post(url, WECOM | {"url": "", "is_active": "on"})
    assert stored() == [("Desk", "wecom", WECOM["url"], "hidden-key", "zh-hans", True)]

    client.post(url, WECOM | {"url": f"{WECOM['url']}d", "is_active": "on"})
    assert Event.objects.latest("pk").data["changes"] == {"url": ["…", "…"]}


def test_edit_to_another_kind_needs_its_address(client, team, supervisor):
    hook = factories.webhook(team, **WECOM)

    answer = client.post(reverse("webhook_edit", args=[hook.pk]), WECOM | {"format": "slack", "url": ""})

    assert list(answer.context["form"].errors) == ["url"]


def test_list_asks_as_often_for_one_as_for_thirty(client, team, supervisor):
    url = reverse("webhook_list", args=[team.pk])
    factories.webhook(team)
    for_one = queries_of(client, url)
    for _number in range(29):
        factories.webhook(team)

    assert queries_of(client, url) == for_one


def test_switching_off_ends_what_waits(client, team, supervisor):
    hook = factories.webhook(team, **WECOM)
    Delivery.objects.create(webhook=hook, key="k", at=NOW, next_at=NOW)

    client.post(reverse("webhook_edit", args=[hook.pk]), WECOM)

    row = Delivery.objects.get()
    assert (row.state, row.next_at, row.error) == ("given_up", None, "switched_off")


def test_test_message_goes_the_way_of_all_others_and_its_page_says_what_became_of_it(
    client, team, supervisor, settings
):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiver() as outside:
        hook = factories.webhook(team, url=outside.url, secret="shared")
        page = reverse("webhook_edit", args=[hook.pk])
        answer = client.post(reverse("webhook_test", args=[hook.pk]), follow=True)
        before = client.get(reverse("webhook_version", args=[hook.pk])).content
        assert answer.redirect_chain == [(page, 302)]

        delivery.deliver(now=Delivery.objects.get().at)

    assert outside.posts[0].content["text"] == f"Dai is trying out whether messages of {team} arrive here."
    assert client.get(reverse("webhook_version", args=[hook.pk])).content != before
    assert [row.state for row in client.get(page).context["rows"]] == ["sent"]


def test_given_up_stands_on_the_board_of_supervisors_and_administrators_alone(client, team):
    hook = factories.webhook(team)
    desk = factories.post(team)
    now = timezone.now()  # the board shows what is recent
    given_up(webhook=hook, text="To the chat", settled_at=now)
    letter = Message.objects.create(
        recipient=factories.user("Li Na"), text="To Li Na", item=factories.item(desk), at=NOW
    )
    given_up(message=letter, settled_at=now)
    nobody = Message.objects.create(recipient=factories.user("Root"), text="To Root", at=NOW)
    given_up(message=nobody, settled_at=now)
    people = {
        "supervisor": factories.member(team, Role.SUPERVISOR),
        "administrator": factories.administrator(),
        "leader": factories.member(team, leads=desk),
        "other": factories.member(factories.team(), Role.SUPERVISOR),
    }

    seen = {}
    for name, person in people.items():
        client.force_login(person)
        rows = client.get(reverse("board")).context["undelivered"]
        seen[name] = sorted((row.to, str(row.reason), row.detail) for row in rows)

    said = ("The server did not answer in time.", "504")
    mine = [("Email to Li Na", *said), (str(hook), *said)]
    assert seen == {
        "supervisor": sorted(mine),
        "administrator": sorted([*mine, ("Email to Root", *said)]),
        "leader": [],
        "other": [],
    }


def test_retry_sends_it_once_more(client, team, supervisor):
    row = given_up(webhook=factories.webhook(team))

    answer = client.post(reverse("delivery_retry", args=[row.pk]), {"from": "webhook"})

    assert answer.url == reverse("webhook_edit", args=[row.webhook_id])
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["It is tried once more."]
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
