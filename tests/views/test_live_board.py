"""The live board as who leads something finds it, and what they do from there."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from handover.models import Clock, Escalation, Event, Kind, PendingItem, Waits
from handover.services import escalation, events, promises
from tests import factories
from tests.counting import queries_of
from tests.factories import Role

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BOARD = "/board/"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def desk(now):
    """Of a team whose business day is far from its end, whenever the test runs."""
    place = factories.team()
    place.day_ends_at = timezone.localtime(now + timedelta(hours=12), place.zone).time()
    place.save(update_fields=["day_ends_at"])
    return factories.post(place, name="Front")


@pytest.fixture
def chief(client, desk):
    person = factories.member(desk.team, Role.SUPERVISOR, name="Dai")
    client.force_login(person)
    return person


def urgent(desk, now, **fields) -> PendingItem:
    return factories.item(desk, now=now, kind=Kind.URGENT, **fields)


def escalated(desk, now) -> Escalation:
    item = urgent(desk, now - 11 * MINUTE)
    escalation.sweep(now=now)
    return Escalation.objects.get(clock__item=item)


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def post(client, name, pk, *, start="board", **fields):
    return client.post(f"{reverse(name, args=[pk])}?from={start}", fields)


# --- The page ---------------------------------------------------------------------------------------
def test_board_with_nothing_says_so(client, chief):
    page = client.get(BOARD).content.decode()

    assert "Nothing waits" in page
    assert "You lead no post" not in page


def test_board_shows_each_kind_of_thing_once(client, desk, chief, now):
    item = escalated(desk, now).clock.item
    late = factories.item(desk, due_at=now - MINUTE)

    page = client.get(BOARD).content.decode()

    assert [page.count(f'id="item-{matter.pk}"') for matter in (item, late)] == [1, 1]
    assert page.count('class="escalation"') == 1


def test_board_asks_as_often_for_one_as_for_thirty(client, desk, chief, now):
    def add() -> None:
        escalated(desk, now)
        matter = factories.item(desk, now=now, holder=factories.agent_on_duty(desk, now=now))
        Clock.objects.create(item=matter, kind=Waits.COMPLAINT, started_at=now, due_at=now)
        factories.shift(factories.post(desk.team), starts_at=now)

    add()
    for_one = queries_of(client, BOARD)
    for _number in range(29):
        add()

    assert queries_of(client, BOARD) == for_one
    assert for_one <= 26


def test_board_part_for_the_script_is_the_part_alone(client, desk, chief, now):
    item = urgent(desk, now)

    text = client.get(BOARD, headers={"X-Live": "1"}).content.decode()

    assert f'id="item-{item.pk}"' in text
    assert "<html" not in text


def test_version_is_that_of_the_page_until_something_happens(client, desk, chief, now):
    on_page = client.get(BOARD).context["version"]
    first = client.get(reverse("board_version")).content.decode()
    events.record(verb=Event.Verb.PROGRESSED, actor=chief, now=now, item=factories.item(desk))

    assert on_page == first
    assert client.get(reverse("board_version")).content.decode() != first


def test_first_page_says_shortly_what_stands_on_the_board(client, desk, chief, now):
    escalated(desk, now)

    page = client.get("/").content.decode()

    assert f'href="{BOARD}#untaken"' in page
    assert f'href="{BOARD}#escalations"' in page
    assert f'href="{BOARD}#late"' not in page


# --- What is done from there ------------------------------------------------------------------------
def test_take_over_of_the_queue_is_one_press_that_comes_back_to_the_board(client, desk, chief, now):
    item = urgent(desk, now)

    response = post(client, "item_take_over", item.pk)

    item.refresh_from_db()
    assert (response.url, said(response), item.holder) == (BOARD, ["You have it now."], chief)
    assert not Clock.objects.filter(item=item, kind=Waits.TAKEN, stopped_at__isnull=True).exists()


def test_take_over_from_somebody_asks_why(client, desk, chief, now):
    item = urgent(desk, now, holder=factories.agent_on_duty(desk, now=now))

    refused = post(client, "item_take_over", item.pk)
    done = post(client, "item_take_over", item.pk, text="She is ill.")

    assert (list(refused.context["form"].errors), done.url) == (["text"], BOARD)


def test_reassign_leads_back_to_the_board(client, desk, chief, now):
    item, agent = urgent(desk, now), factories.agent_on_duty(desk, now=now)

    response = post(client, "item_transfer", item.pk, to=f"person-{agent.pk}", reason="You know him.")

    item.refresh_from_db()
    assert (response.url, item.holder) == (BOARD, agent)


def test_call_is_one_press_or_a_sentence(client, desk, chief, now):
    agent = factories.agent_on_duty(desk, now=now)
    item, other = urgent(desk, now), urgent(desk, now)

    pressed = post(client, "item_call_holder", item.pk)
    again = post(client, "item_call_holder", item.pk)
    written = post(client, "item_call_holder", other.pk, start="item", text="Now, please.")

    assert (pressed.url, said(pressed)) == (BOARD, ["They have the message."])
    assert again.context["form"].non_field_errors() == [
        "This was done less than a minute ago. Give them a moment."
    ]
    assert written.url == reverse("item_detail", args=[other.pk])
    assert agent.inbox.count() == 2


def test_snooze_and_wake_up(client, desk, chief, now):
    item = urgent(desk, now)

    snoozed = post(client, "item_snooze", item.pk, **typed(item, now + 5 * MINUTE), reason="He rings back")
    shown = client.get(BOARD).content.decode()
    page = client.get(reverse("item_detail", args=[item.pk])).content.decode()
    woken = post(client, "item_wake", item.pk)
    again = post(client, "item_wake", item.pk)

    assert (snoozed.url, woken.url) == (BOARD, BOARD)
    assert "by Dai: He rings back" in shown
    assert "by Dai: He rings back" in page
    assert (said(woken)[-1], said(again)[-1]) == ("It is awake.", "This item is awake already.")


def typed(item, at) -> dict[str, str]:
    local = timezone.localtime(at, item.team.zone)
    return {"until_preset": "at", "until": local.strftime("%Y-%m-%dT%H:%M")}


def test_nothing_is_snoozed_past_a_promise_that_is_due(client, desk, chief, now):
    item = factories.item(desk, kind=Kind.URGENT, now=now - 120 * MINUTE)
    facts = {"text": "We ring back", "due_at": now - 60 * MINUTE, "actor": chief, "now": now - 120 * MINUTE}
    promises.make(item=item, **facts)

    answer = client.get(reverse("item_snooze", args=[item.pk]), follow=True)

    assert answer.redirect_chain == [(reverse("item_detail", args=[item.pk]), 302)]
    assert "no item sleeps past it" in answer.content.decode()


def test_snooze_says_at_the_form_what_is_wrong(client, desk, chief, now):
    item = urgent(desk, now)

    empty = post(client, "item_snooze", item.pk)
    late = post(client, "item_snooze", item.pk, **typed(item, now + timedelta(days=3)), reason="Later")

    assert sorted(empty.context["form"].errors) == ["reason", "until"]
    assert list(late.context["form"].errors) == ["__all__"]


def test_acknowledge_says_it_on_the_board_and_at_the_item(client, desk, chief, now):
    step = escalated(desk, now)
    item_url = reverse("item_detail", args=[step.clock.item_id])
    asked = client.get(item_url).content.decode()

    short = post(client, "escalation_acknowledge", step.pk, text=" x ")
    done = post(client, "escalation_acknowledge", step.pk, text="I ring the carrier.")
    again = post(client, "escalation_acknowledge", step.pk, text="Me too.")

    page = client.get(item_url).content.decode()
    assert "Say what is being done" in asked
    assert list(short.context["form"].errors) == ["text"]
    assert (done.url, said(done)) == (BOARD, ["Noted. The clock runs on until somebody does it."])
    assert again.context["form"].non_field_errors() == [
        "Somebody else has said already what is being done about it."
    ]
    assert "I ring the carrier." in page
    assert "Say what is being done" not in page


def test_acknowledge_from_the_item_leads_back_to_it(client, desk, chief, now):
    step = escalated(desk, now)

    done = post(client, "escalation_acknowledge", step.pk, start="item", text="I ring the carrier.")

    assert done.url == reverse("item_detail", args=[step.clock.item_id])


def test_verify_shows_the_finding_at_the_item(client, desk, chief, now):
    issue_type = factories.issue_type(desk.team, is_complaint=True)
    item = factories.item(desk, now=now, issue_type=issue_type)
    Clock.objects.create(
        item=item, kind=Waits.COMPLAINT, started_at=now, due_at=now + 90 * MINUTE, next_at=now
    )
    url = reverse("item_detail", args=[item.pk])
    before = client.get(url).content.decode()

    done = post(client, "item_verify", item.pk, text="We were late twice.")

    after = client.get(url).content.decode()
    assert ("Verify by" in before, "Verify the complaint" in before) == (True, True)
    assert (done.url, "Complaint verified by Dai" in after) == (BOARD, True)
    assert "Verify the complaint" not in after


# --- Rights -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["item_call_holder", "item_verify", "item_take_over", "item_snooze"])
def test_agents_do_not_do_it_to_what_others_hold(client, desk, now, name):
    item = urgent(desk, now, holder=factories.agent_on_duty(desk, now=now))
    client.force_login(factories.agent_on_duty(desk, now=now))

    assert post(client, name, item.pk, text="For me").status_code == 403


def test_an_agent_snoozes_what_is_taken_and_not_what_is_only_handed_over(client, desk, now):
    agent = factories.agent_on_duty(desk, now=now)
    taken, handed = (urgent(desk, now, holder=agent) for _number in range(2))
    Clock.objects.create(item=handed, kind=Waits.TAKEN, started_at=now, due_at=now, next_at=now)
    client.force_login(agent)

    done = post(
        client, "item_snooze", taken.pk, start="item", **typed(taken, now + 9 * MINUTE), reason="Rings"
    )
    refused = post(client, "item_snooze", handed.pk, **typed(taken, now + 9 * MINUTE), reason="Rings")

    assert done.url == reverse("item_detail", args=[taken.pk])
    assert refused.context["form"].non_field_errors() == [
        "Take the item first. What nobody has taken cannot be snoozed."
    ]


def test_a_leader_of_another_post_does_not_acknowledge(client, desk, now):
    step = escalated(desk, now)
    client.force_login(factories.member(desk.team, leads=factories.post(desk.team)))

    assert post(client, "escalation_acknowledge", step.pk, text="I ring.").status_code == 403
