"""The pages of customers: who sees whom, and that of two who save nobody loses a word."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.models import Customer, Event
from handover.services import events
from tests import factories
from tests.counting import queries_of
from tests.factories import Role

pytestmark = pytest.mark.django_db
FACTS = {"customer_class": "registered", "need": "none"}


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(client, desk, now):
    """Signed in and on duty."""
    person = factories.agent_on_duty(desk, now=now, name="Amy")
    client.force_login(person)
    return person


def form_of(customer: Customer, **changes: str) -> dict[str, str]:
    facts = {name: getattr(customer, name) for name in Customer.FACTS}
    return facts | {"version": str(customer.version)} | changes


# --- List -----------------------------------------------------------------------------------------
def test_list_shows_the_own_team_alone(client, desk, agent) -> None:
    own = factories.customer(desk.team, "Own", need=Customer.Need.TEXT_ONLY)
    factories.customer(name="Foreign")

    response = client.get(reverse("customer_list"))

    assert [row["id"] for row in response.context["page"].rows] == [own.pk]
    assert "Hard of hearing: text only" in response.content.decode()


def test_list_finds_by_the_start_of_the_phone_number(client, desk, agent) -> None:
    found = factories.customer(desk.team, phone="13800138000")
    factories.customer(desk.team, phone="13911138000")

    response = client.get(reverse("customer_list"), {"q": "138 00"})

    assert [row["id"] for row in response.context["page"].rows] == [found.pk]


def test_list_is_empty_off_duty(client, desk) -> None:
    factories.customer(desk.team)
    client.force_login(factories.member(desk.team))

    response = client.get(reverse("customer_list"))

    assert response.context["page"].rows == []
    assert "while you are on duty" in response.content.decode()


def test_list_asks_as_often_for_one_as_for_thirty(client, desk, agent) -> None:
    factories.customer(desk.team)
    for_one = queries_of(client, reverse("customer_list"))
    for _number in range(29):
        factories.customer(desk.team)

    assert queries_of(client, reverse("customer_list")) == for_one


# --- Page -----------------------------------------------------------------------------------------
def test_page_shows_need_items_contacts_and_where_the_emotion_comes_from(client, desk, agent, now) -> None:
    customer = factories.customer(desk.team, "Wang", need=Customer.Need.INTERPRETER, emotion="angry")
    item = factories.item(desk, customer=customer)
    events.record(
        verb=Event.Verb.PROGRESSED,
        actor=agent,
        now=now,
        item=item,
        customer=customer,
        text="She shouted.",
        emotion="angry",
    )

    response = client.get(reverse("customer_detail", args=[customer.pk]))

    page = response.context["page"]
    assert [row["id"] for row in page.open_items] == [item.pk]
    assert [entry["text"] for entry in page.contacts] == ["She shouted."]
    assert (page.emotion["who"], page.emotion["ref"]) == ("Amy", f"#{item.pk}")
    assert "Needs an interpreter" in response.content.decode()


def test_page_shows_open_items_by_their_instant_and_leaves_out_closed_ones(client, desk, agent, now) -> None:
    customer = factories.customer(desk.team)
    later = factories.item(desk, customer=customer, due_at=now + timedelta(hours=2))
    first = factories.item(desk, customer=customer, due_at=now + timedelta(hours=1))
    closed = factories.item(desk, customer=customer)
    type(closed).objects.filter(pk=closed.pk).update(is_open=False, stage="closed")
    factories.item(desk)

    page = client.get(reverse("customer_detail", args=[customer.pk])).context["page"]

    assert [row["id"] for row in page.open_items] == [first.pk, later.pk]


def test_page_asks_as_often_for_one_item_as_for_thirty(client, desk, agent, now) -> None:
    customer = factories.customer(desk.team)

    def add() -> None:
        item = factories.item(desk, customer=customer)
        events.record(verb=Event.Verb.CREATED, actor=agent, now=now, item=item, customer=customer)

    add()
    url = reverse("customer_detail", args=[customer.pk])
    for_one = queries_of(client, url)
    for _number in range(29):
        add()

    assert queries_of(client, url) == for_one


@pytest.mark.parametrize("name", ["customer_detail", "customer_edit"])
def test_customer_of_another_team_is_not_found(client, agent, name: str) -> None:
    foreign = factories.customer(name="Foreign")

    assert client.get(reverse(name, args=[foreign.pk])).status_code == 404


@pytest.mark.parametrize("name", ["customer_detail", "customer_edit"])
def test_customer_off_duty_is_not_found(client, desk, name: str) -> None:
    client.force_login(factories.member(desk.team))
    customer = factories.customer(desk.team)

    assert client.get(reverse(name, args=[customer.pk])).status_code == 404


def test_auditor_reads_and_does_not_edit(client, desk) -> None:
    client.force_login(factories.member(desk.team, Role.AUDITOR))
    customer = factories.customer(desk.team)

    read = client.get(reverse("customer_detail", args=[customer.pk]))
    edit = client.get(reverse("customer_edit", args=[customer.pk]))

    assert (read.status_code, edit.status_code) == (200, 403)


# --- Create ---------------------------------------------------------------------------------------
def test_create_keeps_the_customer_in_the_team_of_the_duty(client, desk, agent) -> None:
    response = client.post(reverse("customer_create"), FACTS | {"name": "Li", "code": "C9"})

    customer = Customer.objects.get()
    assert (customer.team, customer.name, customer.code) == (desk.team, "Li", "C9")
    assert response["Location"] == reverse("customer_detail", args=[customer.pk])


def test_create_without_an_answer_to_the_need_keeps_what_was_typed(client, agent) -> None:
    response = client.post(
        reverse("customer_create"), FACTS | {"name": "Li", "need": "", "advice": "Be brief"}
    )

    text = response.content.decode()
    assert Customer.objects.count() == 0
    assert "Say whether there is a special communication need." in text
    assert "Be brief" in text


def test_create_in_a_foreign_team_falls_back_to_the_own(client, desk, agent) -> None:
    foreign = factories.team()

    client.post(f"{reverse('customer_create')}?team={foreign.pk}", FACTS | {"name": "Li"})

    assert Customer.objects.get().team == desk.team


def test_create_off_duty_is_forbidden(client, desk) -> None:
    client.force_login(factories.member(desk.team))

    assert client.post(reverse("customer_create"), FACTS | {"name": "Li"}).status_code == 403
    assert Customer.objects.count() == 0


# --- Edit -----------------------------------------------------------------------------------------
def test_edit_saves_and_shows_old_and_new_in_the_timeline(client, desk, agent) -> None:
    customer = factories.customer(desk.team, phone="111")

    client.post(reverse("customer_edit", args=[customer.pk]), form_of(customer, phone="222"))

    page = client.get(reverse("customer_detail", args=[customer.pk])).context["page"]
    assert [entry["changes"] for entry in page.timeline] == [["phone: 111 → 222"]]


def test_edit_by_two_shows_both_texts_and_loses_neither(client, desk, agent) -> None:
    customer = factories.customer(desk.team, phone="111", advice="old")
    url = reverse("customer_edit", args=[customer.pk])
    first = form_of(customer, phone="222", advice="theirs")
    second = form_of(customer, phone="333", contact="mine@example.org")
    client.post(url, first)

    conflict = client.post(url, second)

    text = conflict.content.decode()
    assert all(typed in text for typed in ("222", "333", "theirs", "mine@example.org"))
    form = conflict.context["form"]
    merged = {name: str(form[name].value()) for name in form.fields}
    assert (merged["phone"], merged["advice"], merged["version"]) == ("333", "theirs", "2")

    client.post(url, merged)

    customer.refresh_from_db()
    kept = (customer.phone, customer.advice, customer.contact, customer.version)
    assert kept == ("333", "theirs", "mine@example.org", 3)


def test_edit_off_duty_changes_nothing(client, desk) -> None:
    customer = factories.customer(desk.team, phone="111")
    client.force_login(factories.member(desk.team))

    response = client.post(reverse("customer_edit", args=[customer.pk]), form_of(customer, phone="222"))

    customer.refresh_from_db()
    assert (response.status_code, customer.phone) == (404, "111")


# --- Picker ---------------------------------------------------------------------------------------
def options(client, post, text: str):
    return client.get(reverse("customer_options", args=[post.pk]), {"q": text})


def test_options_are_of_the_team_of_the_post_alone(client, desk, agent, now) -> None:
    """Somebody who works in two teams does not get the customers of one into an item of the other."""
    other_desk = factories.post()
    other_shift = factories.shift(other_desk, starts_at=now - timedelta(hours=1))
    factories.membership(agent, other_desk.team)
    factories.assignment(other_shift, agent, checked_in=True)
    factories.customer(desk.team, "Wang Own", code="W1")
    factories.customer(other_desk.team, "Wang Other", code="W2")

    text = options(client, desk, "Wang").content.decode()

    assert ('data-value="W1"' in text, 'data-value="W2"' in text) == (True, False)


def test_options_of_a_foreign_post_are_not_found(client, agent) -> None:
    foreign = factories.post()
    factories.customer(foreign.team, "Wang")

    assert options(client, foreign, "Wang").status_code == 404


def test_options_off_duty_are_forbidden(client, desk) -> None:
    client.force_login(factories.member(desk.team))
    factories.customer(desk.team, "Wang")

    assert options(client, desk, "Wang").status_code == 403


def test_options_lead_to_a_new_customer_where_nobody_is_found(client, desk, agent) -> None:
    text = options(client, desk, "<Nobody>").content.decode()

    assert 'data-opens="new-customer"' in text
    assert "<Nobody>" not in text


# --- An expired session ---------------------------------------------------------------------------
def test_text_typed_into_an_ended_session_waits_in_the_form(client, desk, agent) -> None:
    customer = factories.customer(desk.team, phone="111")
    url = reverse("customer_edit", args=[customer.pk])
    known = {"username": agent.username, "password": factories.PASSWORD}
    client.logout()
    client.post("/login/", known)
    client.session.flush()

    leaving = client.post(url, form_of(customer, advice="Two thousand characters"))
    back = client.post(leaving["Location"], known, follow=True)

    customer.refresh_from_db()
    assert customer.advice == ""
    assert back.redirect_chain[-1][0].startswith(url)
    assert back.context["form"]["advice"].value() == "Two thousand characters"
