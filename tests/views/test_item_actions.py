"""The steps of an item: each works, is refused to whom it is not for, and loses no text."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from handover.models import Customer, Emotion, Event, Kind, PendingItem, Promise, Stage
from handover.services import endings, promises
from tests import factories
from tests.factories import Role
from tests.items import NOTE

pytestmark = pytest.mark.django_db

FORMS = [
    "item_progress",
    "item_call_again",
    "item_release",
    "item_transfer",
    "item_kind",
    "item_promise",
    "item_resolve",
    "item_close",
    "item_cancel",
    "item_edit",
]
PROMISE_FORMS = ["promise_break", "promise_move"]


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(client, desk, now):
    agent = factories.agent_on_duty(desk, now=now)
    client.force_login(agent)
    return agent


@pytest.fixture
def item(desk, now):
    return factories.item(desk, kind=Kind.URGENT, now=now)


@pytest.fixture
def promise(item, now):
    due_at = now + timedelta(hours=1)
    return promises.make(item=item, text="We ring back", due_at=due_at, actor=factories.user(), now=now)


def step(client, name, item, *more, **fields):
    response = client.post(reverse(name, args=[item.pk, *more]), fields)
    item.refresh_from_db()
    return response


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- each step works -------------------------------------------------------------------------------


def test_progress_notes_and_waits(client, agent, item, now):
    until = timezone.localtime(now + timedelta(hours=3), item.team.zone).replace(second=0, microsecond=0)
    key_at = item.key_at

    response = step(
        client,
        "item_progress",
        item,
        text=NOTE,
        stage="waiting",
        waiting_for="Carrier",
        waiting_until=f"{until:%Y-%m-%dT%H:%M}",
        key_at_preset="tomorrow",
        emotion=Emotion.ANXIOUS,
        next_action="Ring the carrier",
    )

    assert response.url == reverse("item_detail", args=[item.pk])
    assert (item.progress, item.stage, item.waiting_for, item.waiting_until) == (
        NOTE,
        Stage.WAITING,
        "Carrier",
        until,
    )
    assert (item.next_action, item.emotion, item.responded_at is not None) == (
        "Ring the carrier",
        Emotion.ANXIOUS,
        True,
    )
    assert item.key_at > key_at


def test_progress_leaves_what_somebody_else_wrote_meanwhile(client, agent, item):
    """The next action that the form showed was empty, and was sent back empty."""
    PendingItem.objects.filter(pk=item.pk).update(next_action="Theirs")

    step(
        client,
        "item_progress",
        item,
        text=NOTE,
        stage="in_progress",
        key_at_preset="tomorrow",
        emotion="neutral",
        **{"next_action": "", "initial-next_action": ""},
    )

    assert (item.progress, item.next_action) == (NOTE, "Theirs")


def test_progress_of_an_imported_item_asks_what_the_import_did_not_know(client, agent, desk, now):
    customer = factories.customer(desk.team, need=Customer.Need.UNKNOWN)
    item = factories.item(
        desk, now=now, customer=customer, key_at=None, unknown_facts=["need", "key_time", "promise"]
    )
    fields = {"text": NOTE, "stage": "in_progress", "emotion": "neutral", "key_at_preset": "tomorrow"}

    refused = step(client, "item_progress", item, **fields)
    step(client, "item_progress", item, **fields, need=Customer.Need.INTERPRETER, promised="no")

    customer.refresh_from_db()
    assert sorted(refused.context["form"].errors) == ["need", "promised"]
    assert (item.unknown_facts, customer.need) == ([], Customer.Need.INTERPRETER)


def test_the_button_alone_says_that_the_customer_called_again(client, agent, item):
    response = step(client, "item_call_again", item, channel="phone", emotion="angry")

    assert (item.repeat_count, item.emotion) == (1, Emotion.ANGRY)
    assert said(response) == ["The call is noted."]


def test_take_and_release(client, agent, item):
    taken = step(client, "item_take", item)
    holder = item.holder
    step(client, "item_release", item, text="Lunch")

    assert (said(taken), holder, item.holder) == (["You have it now."], agent, None)


def test_take_of_what_somebody_took_says_who(client, agent, item, desk, now):
    other = factories.agent_on_duty(desk, now=now, name="Wang Fang")
    PendingItem.objects.filter(pk=item.pk).update(holder=other)

    response = step(client, "item_take", item)

    assert (response.status_code, item.holder) == (403, other)


def test_transfer_offers_people_on_duty_and_all_posts(client, agent, item, desk, now):
    colleague = factories.agent_on_duty(desk, now=now, name="Colleague")
    factories.member(desk.team, name="Off duty")
    factories.agent_on_duty(factories.post(name="Their desk"), now=now, name="Of another team")
    factories.post(desk.team, name="Back office")

    form = client.get(reverse("item_transfer", args=[item.pk])).context["form"]

    assert [place.name for place in form.places.values()] == [
        *sorted([agent.display_name, colleague.display_name]),
        "Back office",
        "Their desk",
    ]


def test_transfer_to_a_person(client, agent, item, desk, now):
    colleague = factories.agent_on_duty(desk, now=now)

    response = step(client, "item_transfer", item, to=f"person-{colleague.pk}", reason="Hers")

    assert (response.url, item.holder) == (reverse("home"), colleague)


def test_transfer_to_another_team(client, agent, item):
    theirs = factories.post()

    step(client, "item_transfer", item, to=f"post-{theirs.pk}", reason="Theirs")

    assert (item.team, item.post) == (theirs.team, theirs)
    assert client.get(reverse("item_detail", args=[item.pk])).status_code == 404


def test_take_over_by_a_supervisor(client, desk, now):
    item = factories.item(desk, now=now, holder=factories.agent_on_duty(desk, now=now))
    chief = factories.member(desk.team, Role.SUPERVISOR)
    client.force_login(chief)

    step(client, "item_take_over", item, text="She is ill")

    assert item.holder == chief


def test_kind_changes_with_a_reason(client, agent, item):
    refused = step(client, "item_kind", item, kind="follow_up")
    step(client, "item_kind", item, kind="follow_up", reason="The child is out")

    assert list(refused.context["form"].errors) == ["reason"]
    assert item.kind == Kind.FOLLOW_UP


def test_kind_reminder_needs_a_time_that_is_to_come(client, agent, item, now):
    PendingItem.objects.filter(pk=item.pk).update(key_at=now - timedelta(minutes=1))

    response = step(client, "item_kind", item, kind="reminder", reason="Only a reminder")

    assert list(response.context["form"].errors) == ["kind"]
    assert item.kind == Kind.URGENT


def test_promise_is_made_moved_and_kept(client, agent, item):
    step(client, "item_promise", item, text="We ring back", due_at_preset="hour")
    made = item.promises.get()
    step(client, "promise_move", item, made.pk, due_at_preset="tomorrow", reason="Bank is closed")
    moved = item.promises.get(state=Promise.State.OPEN)
    step(client, "promise_keep", item, moved.pk)

    states = list(item.promises.order_by("pk").values_list("state", flat=True))
    assert states == [Promise.State.MOVED, Promise.State.KEPT]


def test_promise_is_broken_with_a_reason(client, agent, item, promise):
    step(client, "promise_break", item, promise.pk, text="Nobody answered")

    promise.refresh_from_db()
    assert (promise.state, promise.reason) == (Promise.State.BROKEN, "Nobody answered")


def test_promise_of_another_item_is_404(client, agent, desk, promise, now):
    other = factories.item(desk, now=now)

    assert step(client, "promise_keep", other, promise.pk).status_code == 404


def test_resolve_asks_what_became_of_the_promise_once_the_customer_is_told(client, agent, item, promise):
    fields = {"text": "Sent again", "emotion": "satisfied", "channel": "phone"}

    step(client, "item_resolve", item, **fields, customer_told="no")
    untold = (item.stage, item.is_open)
    refused = step(client, "item_resolve", item, **fields, customer_told="yes")
    step(client, "item_resolve", item, **fields, customer_told="yes", promise_kept="yes")

    assert untold == (Stage.RESOLVED, True)
    assert list(refused.context["form"].errors) == ["promise_kept"]
    assert (item.stage, item.is_open) == (Stage.RESOLVED, False)


def test_reopened_item_does_not_deny_that_the_customer_was_told(client, agent, item):
    words = "The customer has not been told yet."
    fields = {"text": "The parcel was found.", "emotion": "neutral"}
    pages = {}
    for told in ("no", "yes"):
        step(client, "item_resolve", item, **fields, customer_told=told)
        pages[told] = client.get(reverse("item_detail", args=[item.pk])).content.decode()
    step(client, "item_reopen", item, text="It was the wrong parcel.")
    pages["reopened"] = client.get(reverse("item_detail", args=[item.pk])).content.decode()

    assert {name: words in page for name, page in pages.items()} == {
        "no": True,
        "yes": False,
        "reopened": False,
    }


def test_close_cancel_and_reopen(client, agent, item):
    step(client, "item_close", item, text="Customer withdrew")
    closed = item.stage
    step(client, "item_reopen", item, text="She wants it after all")
    reopened = item.stage
    step(client, "item_cancel", item, text="Registered twice")

    assert (closed, reopened, item.stage) == (Stage.CLOSED, Stage.IN_PROGRESS, Stage.CANCELLED)


# --- what holds for every step ---------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMS)
def test_form_also_answers_a_get_with_its_page(client, agent, item, name):
    PendingItem.objects.filter(pk=item.pk).update(holder=agent)

    response = client.get(reverse(name, args=[item.pk]))

    assert (response.status_code, response.context["form"].is_bound) == (200, False)


@pytest.mark.parametrize("name", PROMISE_FORMS)
def test_form_of_a_promise_also_answers_a_get_with_its_page(client, agent, item, promise, name):
    assert client.get(reverse(name, args=[item.pk, promise.pk])).status_code == 200


def test_buttons_refuse_a_get(client, agent, item, promise):
    addresses = [reverse("item_take", args=[item.pk]), reverse("promise_keep", args=[item.pk, promise.pk])]

    assert [client.get(address).status_code for address in addresses] == [405, 405]


TYPED = {
    "item_progress": {"text": "Typed text", "stage": "waiting"},
    "item_transfer": {"reason": "Typed text"},
    "item_kind": {"reason": "Typed text"},
    "item_promise": {"text": "Typed text"},
    "item_resolve": {"text": "Typed text"},
    "item_edit": {"plan": "Typed text"},
}


@pytest.mark.parametrize("name", TYPED)
def test_what_is_not_valid_keeps_the_text(client, agent, item, name):
    response = step(client, name, item, **TYPED[name])

    assert response.status_code == 200
    assert "Typed text" in response.content.decode()
    assert not Event.objects.filter(item=item).exists()


def test_what_is_not_possible_any_more_keeps_the_text(client, agent, item, now):
    endings.close(item=item, result="Withdrawn", actor=agent, now=now)

    response = step(client, "item_close", item, text="Typed text")

    assert response.context["form"].non_field_errors() == ["This item is not open any more."]
    assert "Typed text" in response.content.decode()


@pytest.fixture(params=["off duty", "auditor", "other team", "holder off duty"])
def stranger(request, client, desk, item, now) -> int:
    """Signs somebody in who may take no step; answers the status that they get."""
    person = {
        "auditor": lambda: factories.member(desk.team, Role.AUDITOR),
        "other team": lambda: factories.agent_on_duty(factories.post(), now=now),
    }.get(request.param, lambda: factories.member(desk.team))()
    if request.param == "holder off duty":
        PendingItem.objects.filter(pk=item.pk).update(holder=person)
    client.force_login(person)
    return 403 if request.param in {"auditor", "holder off duty"} else 404


@pytest.mark.parametrize("name", [*FORMS, "item_take", "item_take_over", "item_reopen"])
def test_steps_are_for_those_who_work(client, item, name, stranger):
    response = step(client, name, item, text="x", reason="x")

    assert response.status_code == stranger
    assert not Event.objects.filter(item=item).exists()


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_time_that_other_zones_do_not_have_is_refused(client, agent, item, typed):
    """It could be stored, and would then break every list with it for whoever is further east or west."""
    agent.time_zone = "America/New_York"
    agent.save(update_fields=["time_zone"])

    response = step(client, "item_promise", item, text="We ring back.", due_at_preset="at", due_at=typed)

    assert response.context["form"].errors["due_at"] == ["Enter a valid date/time."]
    assert not item.promises.exists()
