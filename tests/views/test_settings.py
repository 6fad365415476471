"""The pages of settings: who may open them, and that each saves what it shows."""

from datetime import time

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team
from handover.models import IssueType, Post, ShiftPattern
from tests import factories
from tests.factories import Role

pytestmark = pytest.mark.django_db

HOURS = {"hours-TOTAL_FORMS": "1", "hours-INITIAL_FORMS": "0"}
POST = {"name": "Front line", "early_minutes": "10", **HOURS}
PATTERN = {"name": "Night", "starts_at": "00:00", "ends_at": "08:00", "weekdays": ["0", "4"]}
TEAM = {"name": "South", "time_zone": "Europe/Berlin", "day_ends_at": "04:00", "language": "en"}


@pytest.fixture
def desk():
    return factories.post(name="Desk")


def addresses(desk):
    issue_type = factories.issue_type(desk.team)
    rule = factories.pattern(desk)
    return {
        "team_detail": desk.team_id,
        "team_edit": desk.team_id,
        "post_create": desk.team_id,
        "issue_type_create": desk.team_id,
        "issue_type_edit": issue_type.pk,
        "post_edit": desk.pk,
        "pattern_create": desk.pk,
        "pattern_edit": rule.pk,
    }


def statuses(client, person, desk):
    client.force_login(person)
    return {name: client.get(reverse(name, args=[pk])).status_code for name, pk in addresses(desk).items()}


def test_settings_are_open_to_an_administrator(client, desk):
    assert set(statuses(client, factories.administrator(), desk).values()) == {200}


def test_settings_of_a_supervisor_are_open_but_for_the_team_itself(client, desk):
    found = statuses(client, factories.member(desk.team, Role.SUPERVISOR), desk)

    assert {name for name, status in found.items() if status == 403} == {"team_edit"}
    assert set(found.values()) == {200, 403}


def test_settings_of_a_leader_are_those_of_the_own_post(client, desk):
    found = statuses(client, factories.member(desk.team, leads=desk), desk)

    assert {name for name, status in found.items() if status == 200} == {
        "team_detail",
        "post_edit",
        "pattern_create",
        "pattern_edit",
    }


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR])
def test_settings_are_closed_to_members(client, desk, role):
    assert set(statuses(client, factories.member(desk.team, role), desk).values()) == {403}


def test_settings_of_another_team_are_404(client, desk):
    found = statuses(client, factories.member(factories.team(), Role.SUPERVISOR), desk)

    assert {name for name, status in found.items() if status == 404} == found.keys() - {"team_edit"}


def test_home_leads_who_keeps_one_team_there(client, desk):
    client.force_login(factories.member(desk.team, Role.SUPERVISOR))

    assert client.get(reverse("settings")).url == reverse("team_detail", args=[desk.team_id])


def test_home_is_closed_to_agents(client, desk):
    client.force_login(factories.member(desk.team))

    assert client.get(reverse("settings")).status_code == 403


def test_team_is_created_and_changed(client):
    client.force_login(factories.administrator())

    client.post(reverse("team_create"), TEAM)
    team = Team.objects.get()
    client.post(reverse("team_edit", args=[team.pk]), TEAM | {"day_ends_at": "05:00", "is_active": "on"})

    team.refresh_from_db()
    assert (team.name, team.time_zone, team.day_ends_at) == ("South", "Europe/Berlin", time(5))
    assert team.issue_types.count() == 8


def test_team_of_a_taken_name_says_so_and_keeps_what_was_typed(client):
    factories.team("South")
    client.force_login(factories.administrator())

    form = client.post(reverse("team_create"), TEAM).context["form"]

    assert form.errors == {"name": ["There is one of this name already. Please choose another name."]}
    assert form["day_ends_at"].value() == "04:00"


def test_team_cannot_be_created_by_a_supervisor(client, desk):
    client.force_login(factories.member(desk.team, Role.SUPERVISOR))

    assert client.post(reverse("team_create"), TEAM).status_code == 403


def test_issue_type_is_created_and_changed(client, desk):
    client.force_login(factories.member(desk.team, Role.SUPERVISOR))

    client.post(reverse("issue_type_create", args=[desk.team_id]), {"name": "Warranty"})
    issue_type = IssueType.objects.get()
    client.post(
        reverse("issue_type_edit", args=[issue_type.pk]),
        {"name": "Warranty claim", "is_complaint": "on", "is_active": "on"},
    )

    assert list(IssueType.objects.values_list("name", "is_complaint")) == [("Warranty claim", True)]


def test_post_is_created_with_hours_on_several_days(client, desk):
    client.force_login(factories.member(desk.team, Role.SUPERVISOR))
    hours = {"hours-0-days": ["0", "1"], "hours-0-opens_at": "09:00", "hours-0-closes_at": "18:00"}

    client.post(reverse("post_create", args=[desk.team_id]), POST | hours)

    post = Post.objects.get(name="Front line")
    assert list(post.service_hours.order_by("weekday").values_list("weekday", "opens_at")) == [
        (0, time(9)),
        (1, time(9)),
    ]


def test_post_with_half_a_row_of_hours_says_so(client, desk):
    client.force_login(factories.member(desk.team, Role.SUPERVISOR))

    response = client.post(reverse("post_create", args=[desk.team_id]), POST | {"hours-0-opens_at": "09:00"})

    assert response.context["form"].hours.forms[0].non_field_errors() == [
        "Choose the days, the opening and the closing time, or nothing."
    ]


def test_post_refuses_days_in_the_wrong_order_and_too_early_arrival(client, desk):
    client.force_login(factories.member(desk.team, Role.SUPERVISOR))
    bad = {"first_day": "2026-06-18", "last_day": "2026-06-17", "early_minutes": "61"}

    response = client.post(reverse("post_create", args=[desk.team_id]), POST | bad)

    assert response.context["form"].errors == {
        "last_day": ["The last day is before the first."],
        "early_minutes": ["An hour at most."],
    }


def test_post_edit_shows_what_is_and_saves_what_is_typed(client, desk):
    leader = factories.member(desk.team, leads=desk)
    client.force_login(leader)
    address = reverse("post_edit", args=[desk.pk])
    desk.service_hours.create(weekday=2, opens_at=time(9), closes_at=time(18))

    shown = client.get(address).context["form"]
    client.post(address, POST | {"is_active": "on", "leaders": [leader.pk]})

    assert shown.initial["name"] == "Desk"
    assert shown.hours.initial == [{"days": ["2"], "opens_at": time(9), "closes_at": time(18)}]
    desk.refresh_from_db()
    assert (desk.name, desk.early_minutes, list(desk.leaders.all())) == ("Front line", 10, [leader])
    assert not desk.service_hours.exists()


def test_pattern_starts_from_a_preset(client, desk):
    client.force_login(factories.member(desk.team, leads=desk))

    response = client.get(reverse("pattern_create", args=[desk.pk]), {"preset": "middle"})

    initial = response.context["form"].initial
    assert (initial["starts_at"], initial["ends_at"]) == (time(16), time(0))


def test_pattern_is_created_and_changed(client, desk):
    client.force_login(factories.member(desk.team, leads=desk))

    client.post(reverse("pattern_create", args=[desk.pk]), PATTERN)
    rule = ShiftPattern.objects.get()
    client.post(reverse("pattern_edit", args=[rule.pk]), PATTERN | {"weekdays": ["1"], "is_active": "on"})

    rule.refresh_from_db()
    assert (rule.name, rule.weekdays) == ("Night", "1")
    coming = desk.shifts.filter(starts_at__gt=timezone.now())  # one that runs just now goes on
    assert {shift.starts_at.astimezone(desk.team.zone).weekday() for shift in coming} == {1}


def test_pattern_twice_says_so(client, desk):
    client.force_login(factories.member(desk.team, leads=desk))
    address = reverse("pattern_create", args=[desk.pk])
    client.post(address, PATTERN)

    response = client.post(address, PATTERN)

    assert list(response.context["form"].errors) == ["name"]
    assert ShiftPattern.objects.count() == 1


@pytest.mark.parametrize("count", [1, 30])
def test_team_page_needs_the_same_queries_for_few_and_many(client, desk, count, django_assert_num_queries):
    for number in range(count):
        factories.pattern(factories.post(desk.team), f"Pattern {number}")
    client.force_login(factories.member(desk.team, Role.SUPERVISOR))
    address = reverse("team_detail", args=[desk.team_id])
    client.get(address)  # the first page of a session also writes the session

    with django_assert_num_queries(13):
        client.get(address)
