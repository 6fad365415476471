"""The roster of a week or two: who may look, and how it is filled."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.factories import Role

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def coming(desk):
    return factories.shift(desk, starts_at=timezone.now() + 4 * HOUR)


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR, name="Chief")


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_roster_fills_the_weeks_it_shows_and_says_what_it_did(client, desk, chief):
    early = factories.pattern(desk, "Early")
    start = timezone.now() + 4 * HOUR
    week = [
        factories.shift(desk, name="Early", pattern=early, starts_at=start + timedelta(days=n))
        for n in range(9)
    ]
    amy = factories.assignment(week[0], factories.member(desk.team, name="Amy")).user
    elsewhere = factories.shift(factories.post(desk.team), starts_at=week[1].starts_at)
    factories.assignment(elsewhere, amy)
    client.force_login(chief)
    shown = f"?team={desk.team_id}&post=&weeks=2"
    page = client.get(reverse("roster") + shown)
    copying = next(iter(page.context["week"].desks[0].copying))
    day = page.context["week"].first.isoformat()
    address = f"{reverse('shift_copy', args=[copying.shift_id])}{shown}&day={day}"

    response = client.post(address)

    assert address.replace("&", "&amp;") in page.content.decode()
    assert response.url == f"{reverse('roster')}{shown}&day={day}"
    assert said(response) == [
        "7 shifts are filled.",
        "1 is left out. On another shift at that time: Amy.",
    ]
    assert [shift.assignments.count() for shift in week] == [1, 0, *[1] * 7]


def test_roster_shows_the_week_of_the_own_team(client, desk, coming):
    agent = factories.member(desk.team, name="Amy")
    factories.assignment(coming, agent)
    client.force_login(agent)

    response = client.get(reverse("roster"))

    assert response.status_code == 200
    assert response.context["team"] == desk.team
    assert not response.context["week"].desks[0].may_manage
    assert reverse("shift_create", args=[desk.pk]) not in response.content.decode()


def test_roster_of_another_team_is_404(client, desk):
    other = factories.post()
    client.force_login(factories.member(desk.team))

    assert client.get(reverse("roster"), {"team": other.team_id}).status_code == 404


@pytest.mark.parametrize("day", ["2026-13-77", "9999-12-31", "0001-01-01", "x"])
def test_roster_from_a_day_that_makes_no_sense_begins_today(client, desk, day):
    client.force_login(factories.member(desk.team))

    response = client.get(reverse("roster"), {"day": day})

    assert response.context["week"].first == timezone.now().astimezone(desk.team.zone).date()


def test_roster_without_a_team_says_so(client):
    client.force_login(factories.user())

    assert client.get(reverse("roster")).templates[0].name == "shifts/no_team.html"


@pytest.mark.parametrize("count", [1, 30])
def test_roster_needs_the_same_queries_for_few_and_many(client, desk, count, django_assert_num_queries):
    start = timezone.now()
    for number in range(count):
        factories.assignment(factories.shift(desk, starts_at=start + number * HOUR / 10))
    client.force_login(factories.member(desk.team))
    client.get(reverse("roster"))  # the first page of a session also writes the session

    with django_assert_num_queries(10):
        client.get(reverse("roster"))


def test_roster_lists_holes_to_who_may_fill_them(client, desk, coming, chief):
    agent = factories.member(desk.team)
    link = f'<a href="{reverse("shift_detail", args=[coming.pk])}">Fill it'
    shown = {}
    for person in (chief, agent):
        client.force_login(person)
        shown[person] = client.get(reverse("roster"))

    assert [post.post_id for post in shown[chief].context["holes"]] == [desk.pk]
    assert link in shown[chief].content.decode()
    assert shown[agent].context["holes"] == []
    assert "Holes in the roster" not in shown[agent].content.decode()


def test_roster_lists_holes_of_the_own_posts_to_a_leader(client, desk, coming):
    factories.pattern(factories.post(desk.team))
    client.force_login(factories.member(desk.team, leads=desk))

    response = client.get(reverse("roster"))

    assert [post.post_id for post in response.context["holes"]] == [desk.pk]


@pytest.mark.parametrize("count", [1, 30])
def test_roster_with_holes_needs_the_same_queries_for_few_and_many(
    client, desk, chief, count, django_assert_num_queries
):
    start = timezone.now()
    for number in range(count):
        factories.assignment(factories.shift(desk, starts_at=start + (number * 3 + 1) * HOUR, hours=2))
        factories.pattern(factories.post(desk.team))
    client.force_login(chief)
    client.get(reverse("roster"))

    with django_assert_num_queries(20):
        client.get(reverse("roster"))
