"""The form and the page of an item: who may, and what comes of it."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from handover.models import ClockKind, Customer, Emotion, Event, Kind, PendingItem
from handover.services import items, promises
from tests import factories
from tests.boundary import Boundary
from tests.counting import queries_of
from tests.factories import Role
from tests.items import EMPTY, NOTE

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk, now):
    return factories.agent_on_duty(desk, now=now)


@pytest.fixture
def strangers(desk, now):
    """Nobody who works in the team now: off duty, auditor, and an agent of another team."""
    return {
        "off duty": factories.member(desk.team),
        "auditor": factories.member(desk.team, Role.AUDITOR),
        "other team": factories.agent_on_duty(factories.post(), now=now),
    }


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def typed(desk, **fields) -> dict[str, str]:
    """What the form sends for an urgent item of a known customer."""
    customer = factories.customer(desk.team, name="Chen Li")
    return {
        "post": desk.pk,
        "customer": customer.code,
        "issue_type": factories.issue_type(desk.team).pk,
        "kind": Kind.URGENT,
        "progress": NOTE,
        "key_at_preset": "hour",
        "emotion": Emotion.NEUTRAL,
        "new-need": "",
    } | fields


# --- registering -----------------------------------------------------------------------------------


def test_create_registers_and_shows_the_item(client, desk, agent, now):
    client.force_login(agent)

    response = client.post(reverse("item_create"), typed(desk))

    item = PendingItem.objects.get()
    assert response.url == reverse("item_detail", args=[item.pk])
    assert (item.post, item.holder, item.customer.name, item.kind) == (desk, agent, "Chen Li", Kind.URGENT)
    assert item.key_at.second == 0
    assert timedelta(minutes=58) < item.key_at - now < timedelta(minutes=61)
    assert said(response) == [f"Item #{item.pk} is registered."]


def test_create_and_another_begins_the_next_form(client, desk, agent):
    client.force_login(agent)
    response = client.post(reverse("item_create"), typed(desk, another="1"))

    assert response.url == f"{reverse('item_create')}?team={desk.team_id}"
    assert said(response) == [f"Item #{PendingItem.objects.get().pk} is registered."]
    assert client.get(response.url).context["form"]["customer"].value() == ""


def test_create_sent_twice_registers_once(client, desk, agent):
    client.force_login(agent)
    form = typed(desk, form_key=client.get(reverse("item_create")).context["form"]["form_key"].value())

    addresses = {client.post(reverse("item_create"), form).url for _click in range(2)}

    assert addresses == {reverse("item_detail", args=[PendingItem.objects.get().pk])}


def test_create_with_a_new_customer_makes_both(client, desk, agent):
    client.force_login(agent)
    new = {"new-name": "Wang Wei", "new-phone": "138 0000 1111", "new-need": Customer.Need.TEXT_ONLY}

    client.post(reverse("item_create"), typed(desk, customer="Wang", **new))

    item = PendingItem.objects.get()
    assert (item.customer.name, item.customer.need) == ("Wang Wei", Customer.Need.TEXT_ONLY)
    assert Customer.objects.count() == 2


def test_create_with_a_new_customer_without_the_need_makes_nothing(client, desk, agent):
    client.force_login(agent)

    response = client.post(reverse("item_create"), typed(desk, customer="", **{"new-name": "Wang Wei"}))

    assert list(response.context["new_customer"].errors) == ["need"]
    assert response.context["form"]["progress"].value() == NOTE
    assert (Customer.objects.count(), PendingItem.objects.count()) == (1, 0)


def test_create_asks_which_customer_is_meant(client, desk, agent):
    client.force_login(agent)
    twins = [factories.customer(desk.team, name="Zhang Min") for _twin in range(2)]
    factories.customer(factories.team(), name="Zhang Min")

    response = client.post(reverse("item_create"), typed(desk, customer="Zhang Min"))

    form = response.context["form"]
    assert list(form.errors) == ["customer"]
    assert form.candidates == twins[::-1]
    assert form["progress"].value() == NOTE


def test_create_keeps_the_text_when_something_is_missing(client, desk, agent):
    client.force_login(agent)

    response = client.post(
        reverse("item_create"), typed(desk, key_at_preset="", issue_type="", promise_text="Refund")
    )

    form = response.context["form"]
    assert sorted(form.errors) == ["issue_type", "key_at", "promise_at"]
    assert NOTE in response.content.decode()
    assert not PendingItem.objects.exists()


def test_create_refuses_a_time_that_is_over(client, desk, agent, now):
    client.force_login(agent)
    past = timezone.localtime(now - timedelta(hours=1), desk.team.zone)

    response = client.post(
        reverse("item_create"), typed(desk, key_at_preset="at", key_at=f"{past:%Y-%m-%dT%H:%M}")
    )

    assert list(response.context["form"].errors) == ["key_at"]


def test_create_saves_an_urgent_note_that_says_nothing_and_marks_it(client, desk, agent):
    client.force_login(agent)

    response = client.post(reverse("item_create"), typed(desk, progress=EMPTY), follow=True)

    page = response.context["page"]
    assert page.lacks_action
    assert page.progress_hints[0].sentence in response.content.decode()


def test_create_offers_posts_of_the_team_with_the_own_one_first(client, desk, agent, now):
    other = factories.post(desk.team, name="A first by name")
    factories.post(desk.team, is_active=False)
    factories.post()
    client.force_login(agent)

    form = client.get(reverse("item_create")).context["form"]

    assert list(form.posts.values()) == [desk, other]


def test_create_starts_with_the_customer_of_the_address(client, desk, agent):
    customer = factories.customer(desk.team)
    client.force_login(agent)

    response = client.get(reverse("item_create"), {"customer": customer.code})

    assert response.context["form"].found == customer


def test_create_in_another_team_falls_back_to_the_own(client, desk, agent):
    client.force_login(agent)

    response = client.get(reverse("item_create"), {"team": factories.team().pk})

    assert response.context["team"] == desk.team


@pytest.mark.parametrize("who", ["off duty", "auditor"])
def test_create_is_for_those_who_work(client, desk, strangers, who):
    client.force_login(strangers[who])

    assert client.get(reverse("item_create")).status_code == 403
    assert client.post(reverse("item_create"), typed(desk)).status_code == 403
    assert not PendingItem.objects.exists()


# --- the page --------------------------------------------------------------------------------------


def test_page_shows_the_need_the_clocks_and_the_promise(client, desk, agent, now):
    customer = factories.customer(desk.team, need=Customer.Need.TEXT_ONLY, advice="Write short sentences.")
    item = factories.item(desk, kind=Kind.URGENT, customer=customer, now=now)
    promises.make(item=item, text="We write back", due_at=now + timedelta(hours=1), actor=agent, now=now)
    client.force_login(agent)

    response = client.get(reverse("item_detail", args=[item.pk]))

    page, html = response.context["page"], response.content.decode()
    assert [clock.text.split(" ")[0] for clock in page.clocks] == ["Take", "Respond", "Promised", "Finish"]
    assert page.promise["text"] == "We write back"
    assert html.count("Hard of hearing: text only") == 2
    assert "Write short sentences." in html
    assert {step for step, may in page.may.items() if may} == {"work", "take", "transfer", "cancel", "create"}


def test_page_says_what_goes_wrong(client, desk, agent, now):
    item = factories.item(desk, now=now, idle_handover_count=2, promise_moves=2)
    factories.item(desk, now=now, customer=item.customer)
    client.force_login(agent)

    page = client.get(reverse("item_detail", args=[item.pk])).context["page"]

    assert [(alarm.text, alarm.url) for alarm in page.alarms] == [
        ("Handed over 2 times without progress.", ""),
        ("The promise was moved 2 times.", ""),
        ("The customer has 1 other open item.", reverse("customer_detail", args=[item.customer_id])),
    ]


def test_page_takes_few_queries_whatever_happened(client, desk, agent, now):
    quiet = factories.item(desk, kind=Kind.URGENT, now=now, holder=agent)
    busy = factories.item(desk, kind=Kind.URGENT, now=now, holder=agent)
    for call in range(30):
        items.call_again(item=busy, text=f"Call {call}", actor=agent, now=now)
    items.call_again(item=quiet, text="Where is it?", actor=agent, now=now)
    client.force_login(agent)

    queries = [queries_of(client, reverse("item_detail", args=[item.pk])) for item in (quiet, busy)]

    assert queries == [8, 8]


def test_page_leads_to_the_customer_while_one_is_on_duty(client, desk, agent, now):
    item = factories.item(desk, holder=agent, now=now)
    link = f'href="{reverse("customer_detail", args=[item.customer_id])}"'
    client.force_login(agent)

    on_duty = client.get(f"/items/{item.pk}/").content.decode()
    agent.assignments.update(checked_out_at=now)

    assert (link in on_duty, link in client.get(f"/items/{item.pk}/").content.decode()) == (True, False)


def test_page_names_the_handovers_in_which_the_item_stood(client, now):
    boundary = Boundary()
    item = factories.item(boundary.post, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    client.force_login(factories.agent_on_duty(boundary.post, now=now))

    page = client.get(reverse("item_detail", args=[item.pk])).context["page"]

    address = reverse("handover_detail", args=[handover.pk])
    assert [(line.url, line.answer, line.who) for line in page.lines] == [(address, "Not answered", "")]


def test_page_goes_back_through_the_whole_timeline(client, desk, agent, now):
    item = factories.item(desk, now=now)
    for call in range(45):
        items.call_again(item=item, text=f"Call {call}", actor=agent, now=now + timedelta(seconds=call // 2))
    client.force_login(agent)

    shown, before = [], ""
    for _page in range(3):
        page = client.get(reverse("item_detail", args=[item.pk]), {"before": before}).context["page"]
        shown += [entry["text"] for entry in page.timeline]
        before = page.older

    assert shown == [f"Call {call}" for call in reversed(range(45))]
    assert before == ""


def test_page_to_an_auditor_offers_no_step(client, desk, strangers, now):
    item = factories.item(desk, now=now)
    client.force_login(strangers["auditor"])

    response = client.get(reverse("item_detail", args=[item.pk]))

    assert set(response.context["page"].may.values()) == {False}
    assert reverse("item_progress", args=[item.pk]) not in response.content.decode()


@pytest.mark.parametrize("who", ["off duty", "other team"])
def test_page_is_404_for_whom_it_is_not(client, desk, strangers, now, who):
    client.force_login(strangers[who])

    assert client.get(reverse("item_detail", args=[factories.item(desk, now=now).pk])).status_code == 404


# --- correcting ------------------------------------------------------------------------------------


def sent_back(response) -> dict[str, str]:
    """What the browser sends when nobody touched the form."""
    form = response.context["form"]
    sent = {}
    with timezone.override(factories.team().zone):
        for field in form:
            value = field.field.widget.format_value(field.value())
            sent[field.html_name] = (value[0] if isinstance(value, list) else value) or ""
            if field.field.show_hidden_initial:
                initial = form.data.get(field.html_initial_name, sent[field.html_name])
                sent[field.html_initial_name] = initial
    return sent


def test_edit_saves_what_was_changed_alone(client, desk, agent, now):
    item = factories.item(desk, now=now, plan="Old plan")
    client.force_login(agent)
    address = reverse("item_edit", args=[item.pk])
    form = sent_back(client.get(address))

    response = client.post(address, form | {"order_ref": "A-7"})

    item.refresh_from_db()
    assert response.url == reverse("item_detail", args=[item.pk])
    assert item.order_ref == "A-7"
    assert Event.objects.get(item=item, verb=Event.Verb.EDITED).data == {
        "old": {"order_ref": ""},
        "new": {"order_ref": "A-7"},
    }


def test_edit_of_different_facts_by_two_people_keeps_both(client, desk, agent, now):
    item = factories.item(desk, now=now)
    client.force_login(agent)
    address = reverse("item_edit", args=[item.pk])
    form = sent_back(client.get(address))
    items.edit(item=item, actor=factories.user(), now=now, plan="Their plan")

    client.post(address, form | {"order_ref": "A-7"})

    item.refresh_from_db()
    assert (item.plan, item.order_ref) == ("Their plan", "A-7")


def test_edit_of_the_same_fact_by_two_people_shows_both_texts(client, desk, agent, now):
    item = factories.item(desk, now=now)
    client.force_login(agent)
    address = reverse("item_edit", args=[item.pk])
    form = sent_back(client.get(address))
    items.edit(item=item, actor=factories.user(), now=now, progress="Their text", order_ref="B-1")

    response = client.post(address, form | {"progress": "My text"})
    both = [(fact.theirs, fact.mine) for fact in response.context["both"]]
    merged = sent_back(response)
    client.post(address, merged | {"progress": "Their text and my text"})

    item.refresh_from_db()
    assert both == [("Their text", "My text")]
    assert (merged["progress"], merged["order_ref"]) == ("My text", "B-1")
    assert (item.progress, item.order_ref) == ("Their text and my text", "B-1")


def test_edit_of_another_customer_and_time(client, desk, agent, now):
    item = factories.item(desk, now=now, kind=Kind.REMINDER)
    other = factories.customer(desk.team)
    client.force_login(agent)
    address = reverse("item_edit", args=[item.pk])

    client.post(address, sent_back(client.get(address)) | {"customer": other.code, "key_at_preset": "hour"})

    item.refresh_from_db()
    assert item.customer == other
    assert (item.next_due_at, item.next_clock) == (item.key_at, ClockKind.DONE)


def test_edit_with_an_empty_text_keeps_the_rest(client, desk, agent, now):
    item = factories.item(desk, now=now)
    client.force_login(agent)
    address = reverse("item_edit", args=[item.pk])

    response = client.post(address, sent_back(client.get(address)) | {"progress": "", "plan": "My plan"})

    assert list(response.context["form"].errors) == ["progress"]
    assert response.context["form"]["plan"].value() == "My plan"


@pytest.mark.parametrize(("who", "status"), [("off duty", 404), ("auditor", 403), ("other team", 404)])
def test_edit_is_for_those_who_work(client, desk, strangers, now, who, status):
    client.force_login(strangers[who])

    assert client.get(reverse("item_edit", args=[factories.item(desk, now=now).pk])).status_code == status
