"""The first page as each role finds it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.models import Event, Handover, LastLook, Message
from handover.services import events
from tests import factories
from tests.counting import queries_of
from tests.factories import Role

pytestmark = pytest.mark.django_db
HOME = "/"
HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def agent(client, desk, now):
    """Signed in and on duty."""
    person = factories.agent_on_duty(desk, now=now, name="Amy")
    client.force_login(person)
    return person


def shown(response) -> list[int]:
    return [row["id"] for group in response.context["mine"].groups for row in group.rows]


def test_home_shows_the_own_and_the_queue_in_order(client, desk, agent, now) -> None:
    later = factories.item(desk, holder=agent, due_at=now + 2 * HOUR)
    first = factories.item(desk, due_at=now + HOUR)
    factories.item(due_at=now)

    response = client.get(HOME)

    assert shown(response) == [first.pk, later.pk]
    assert response.content.decode().index(f"item-{first.pk}") < response.content.decode().index(
        f"item-{later.pk}"
    )


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEADER, Role.SUPERVISOR, Role.AUDITOR])
def test_head_says_off_duty_to_who_has_duties(client, desk, role) -> None:
    client.force_login(factories.member(desk.team, role))

    assert ("Off duty" in client.get(HOME).content.decode()) == (role != Role.AUDITOR)


def test_home_asks_as_often_for_one_as_for_thirty(client, desk, agent, now) -> None:
    colleague = factories.member(desk.team)

    def add() -> None:
        item = factories.item(desk, holder=agent)
        events.record(verb=Event.Verb.PROGRESSED, actor=colleague, now=now, item=item)
        Message.objects.create(recipient=agent, text="Closed.", item=item, at=now)

    add()
    for_one = queries_of(client, HOME)
    for _number in range(29):
        add()

    assert queries_of(client, HOME) == for_one
    assert for_one <= 17


def test_home_marks_what_others_did_until_it_was_seen(client, desk, agent, now) -> None:
    item = factories.item(desk, holder=agent)
    bob = factories.member(desk.team, name="Bob")
    events.record(verb=Event.Verb.PROGRESSED, actor=bob, now=now - HOUR, item=item)

    before = client.get(HOME)
    made = before.context["now"].isoformat()
    answer = client.post(reverse("home_seen"), {"until": made})
    after = client.get(HOME)

    assert "Bob noted progress" in before.content.decode()
    assert answer["Location"] == HOME
    assert (before.context["mine"].news, after.context["mine"].news) == (1, 0)


def test_home_says_since_when_only_to_who_has_looked(client, desk, agent, now) -> None:
    item = factories.item(desk, holder=agent)
    events.record(verb=Event.Verb.PROGRESSED, actor=factories.member(desk.team), now=now, item=item)

    never = client.get(HOME).content.decode()
    LastLook.objects.create(user=agent, at=now - HOUR)
    once = client.get(HOME).content.decode()

    assert "1 item was changed by somebody else in the last 8 hours<" in never
    assert "1 item was changed by somebody else since you last looked (<time" in once


def test_seen_does_not_cover_what_happened_after_the_page_was_made(client, desk, agent, now) -> None:
    item = factories.item(desk, holder=agent)
    bob = factories.member(desk.team)
    client.get(HOME)
    made = now - timedelta(minutes=5)
    events.record(verb=Event.Verb.PROGRESSED, actor=bob, now=now - timedelta(minutes=1), item=item)

    client.post(reverse("home_seen"), {"until": made.isoformat()})

    assert client.get(HOME).context["mine"].news == 1


@pytest.mark.parametrize(
    "typed",
    ["", "yesterday", "2026-13-99T00:00:00Z", "2026-01-01T00:00:00", "9999-12-31T23:59:59-23:59"],
)
def test_seen_with_a_broken_instant_means_now(client, agent, now, typed: str) -> None:
    client.post(reverse("home_seen"), {"until": typed})

    assert LastLook.objects.get(user=agent).at >= now


def test_home_before_the_shift_offers_to_check_in(client, desk, now) -> None:
    person = factories.member(desk.team)
    assignment = factories.assignment(factories.shift(desk, starts_at=now + timedelta(minutes=5)), person)
    client.force_login(person)
    factories.item(desk)

    response = client.get(HOME)

    assert reverse("check_in", args=[assignment.pk]) in response.content.decode()
    assert shown(response) == []


def test_home_of_the_outgoing_agent_leads_to_the_handover(client, desk, agent, now) -> None:
    work = agent.assignments.get().shift
    record = Handover.objects.create(
        team=desk.team,
        post=desk,
        outgoing_shift=work,
        boundary_at=work.ends_at,
        opened_at=now,
    )

    assert reverse("handover_edit", args=[record.pk]) in client.get(HOME).content.decode()


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        (Role.AGENT, "You are off duty and hold nothing"),
        (Role.SUPERVISOR, "Nothing is held by you"),
        (Role.AUDITOR, "You read, others work"),
    ],
)
def test_home_with_nothing_says_what_to_do(client, desk, role: str, sentence: str) -> None:
    client.force_login(factories.member(desk.team, role))

    assert sentence in client.get(HOME).content.decode()


def test_home_of_an_administrator_leads_to_the_settings(client) -> None:
    client.force_login(factories.administrator())

    text = client.get(HOME).content.decode()

    assert "You keep people, posts, shifts and rosters." in text
    assert reverse("settings") in text


def test_home_does_not_ask_a_supervisor_to_check_in_before_reading(client, desk, now) -> None:
    work = factories.shift(desk, starts_at=now - HOUR)
    supervisor = factories.member(desk.team, Role.SUPERVISOR)
    factories.assignment(work, supervisor, is_duty_supervisor=True)
    client.force_login(supervisor)

    page = client.get(HOME).content.decode()

    assert "as soon as you have checked in" not in page
    assert "The live list shows every item of your team." in page


def test_home_part_for_the_script_is_the_part_alone(client, desk, agent) -> None:
    item = factories.item(desk)

    text = client.get(HOME, headers={"X-Live": "1"}).content.decode()

    assert f"item-{item.pk}" in text
    assert "<html" not in text


def test_version_is_that_of_the_page_until_something_happens(client, desk, agent, now) -> None:
    def version() -> str:
        return client.get(reverse("home_version")).content.decode()

    on_page, first = client.get(HOME).context["version"], version()
    events.record(verb=Event.Verb.PROGRESSED, actor=agent, now=now, item=factories.item(desk))
    second = version()
    Message.objects.create(recipient=agent, text="Closed.", at=now)

    assert on_page == first
    assert len({first, second, version()}) == 3


def test_home_signed_out_leads_to_the_login(client) -> None:
    assert client.get(HOME).status_code == 302
