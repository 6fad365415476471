"""The pages of shifts: who may look, who may change, and what comes of it."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from handover.models import Assignment, Handover, Shift
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


def people_on(shift):
    return list(shift.assignments.order_by("pk").values_list("user__display_name", "is_duty_supervisor"))


# --- One shift ------------------------------------------------------------------------------------
def test_shift_page_lets_a_supervisor_put_several_people_on_several_shifts(client, desk, coming, chief):
    amy, bob = (factories.member(desk.team, name=name) for name in ("Amy", "Bob"))
    tomorrow = factories.shift(desk, starts_at=coming.starts_at + timedelta(days=1))
    client.force_login(chief)

    response = client.post(
        reverse("shift_detail", args=[coming.pk]),
        {"people": [amy.pk, bob.pk], "duty_supervisor": chief.pk, "also_on": [tomorrow.pk]},
    )

    assert said(response) == ["2 shifts are changed."]
    assert set(people_on(coming)) == {("Amy", False), ("Bob", False), ("Chief", True)}
    assert set(people_on(tomorrow)) == {("Amy", False), ("Bob", False), ("Chief", True)}


def test_shift_page_changes_the_duty_supervisor(client, desk, coming, chief):
    former = factories.assignment(coming, factories.member(desk.team, name="Amy"), is_duty_supervisor=True)
    client.force_login(chief)

    client.post(reverse("shift_detail", args=[coming.pk]), {"duty_supervisor": ""})

    assert people_on(coming) == [(former.user.display_name, False)]


def test_shift_page_asks_for_somebody_when_nothing_was_chosen(client, coming, chief):
    client.force_login(chief)

    response = client.post(reverse("shift_detail", args=[coming.pk]), {"duty_supervisor": ""})

    assert response.context["form"].non_field_errors() == [
        "Choose somebody to add, or another duty supervisor."
    ]


def test_shift_page_offers_only_members_of_the_team(client, coming, chief):
    stranger = factories.member(factories.team())
    client.force_login(chief)

    response = client.post(reverse("shift_detail", args=[coming.pk]), {"people": [stranger.pk]})

    assert list(response.context["form"].errors) == ["people"]
    assert people_on(coming) == []


def test_shift_page_says_when_the_shift_is_over(client, desk, chief):
    over = factories.shift(desk, starts_at=timezone.now() - 10 * HOUR)
    client.force_login(chief)

    response = client.post(reverse("shift_detail", args=[over.pk]), {"people": [chief.pk]})

    assert response.context["form"].non_field_errors() == ["This shift is over."]


def test_shift_page_of_a_leader_of_another_post_is_read_only(client, desk, coming):
    leader = factories.member(desk.team, leads=factories.post(desk.team))
    client.force_login(leader)
    address = reverse("shift_detail", args=[coming.pk])

    assert client.get(address).context["form"] is None
    assert client.post(address, {"people": [leader.pk]}).status_code == 403


@pytest.mark.parametrize(
    "name", ["shift_detail", "shift_edit", "shift_delete", "assignment_remove", "assignment_substitute"]
)
def test_shift_of_another_team_is_404(client, coming, name):
    place = factories.assignment(coming)
    outsider = factories.member(factories.team(), Role.SUPERVISOR)
    client.force_login(outsider)
    pk = place.pk if name.startswith("assignment") else coming.pk

    assert client.post(reverse(name, args=[pk])).status_code == 404
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize("name", ["shift_copy", "shift_edit", "shift_delete", "assignment_remove"])
def test_shift_changes_are_refused_to_agents(client, coming, name):
    place = factories.assignment(coming)
    client.force_login(place.user)
    pk = place.pk if name.startswith("assignment") else coming.pk

    assert client.post(reverse(name, args=[pk])).status_code == 403


def test_shift_create_makes_a_shift_in_the_zone_of_the_team(client, chief):
    desk = factories.post(factories.team(time_zone="Europe/Berlin"))
    factories.membership(chief, desk.team, Role.SUPERVISOR)
    client.force_login(chief)

    response = client.post(
        reverse("shift_create", args=[desk.pk]),
        {"name": "Sale", "day": "2096-07-01", "starts": "22:00", "ends": "06:00"},
    )

    shift = Shift.objects.get(post=desk)
    assert response.url == reverse("shift_detail", args=[shift.pk])
    assert (shift.starts_at.isoformat(), shift.ends_at.isoformat()) == (
        "2096-07-01T20:00:00+00:00",
        "2096-07-02T04:00:00+00:00",
    )


def test_shift_create_for_a_hole_begins_with_its_day_and_times(client, desk, chief):
    client.force_login(chief)
    asked = {"day": "2096-07-01", "starts": "22:00", "ends": '"><b>'}

    page = client.get(reverse("shift_create", args=[desk.pk]), asked).content.decode()

    assert [f'value="{value}"' in page for value in ("2096-07-01", "22:00")] == [True, True]
    assert "<b>" not in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_shift_create_refuses_a_day_that_other_zones_do_not_have(client, desk, chief, day):
    client.force_login(chief)

    response = client.post(
        reverse("shift_create", args=[desk.pk]),
        {"name": "Night", "day": day, "starts": "22:00", "ends": "06:00"},
    )

    assert response.context["form"].errors == {"day": ["Enter a valid date."]}


def test_shift_create_keeps_what_was_typed_when_the_start_is_taken(client, desk, coming, chief):
    local = coming.starts_at.astimezone(desk.team.zone)
    Shift.objects.filter(pk=coming.pk).update(starts_at=local.replace(second=0, microsecond=0))
    client.force_login(chief)

    response = client.post(
        reverse("shift_create", args=[desk.pk]),
        {"name": "Twin", "day": f"{local:%Y-%m-%d}", "starts": f"{local:%H:%M}", "ends": "06:00"},
    )

    assert response.context["form"].errors == {
        "starts": ["A shift of this post starts at this time already."]
    }
    assert response.context["form"]["name"].value() == "Twin"


def test_shift_edit_and_delete_by_the_leader_of_the_post(client, desk, coming):
    client.force_login(factories.member(desk.team, leads=desk))

    client.post(
        reverse("shift_edit", args=[coming.pk]),
        {"name": "Moved", "day": "2096-07-01", "starts": "08:00", "ends": "16:00"},
    )
    coming.refresh_from_db()
    response = client.post(reverse("shift_delete", args=[coming.pk]))

    assert (coming.name, said(response)) == (
        "Moved",
        ["Saved.", "The shift is off the roster."],
    )
    assert not Shift.objects.exists()


def test_lateness_is_shown_to_the_person_and_to_who_supervises(client, desk, chief):
    shift = factories.shift(desk, starts_at=timezone.now() - HOUR)
    place = factories.assignment(shift, checked_in=True, late_minutes=15)
    seen = {}

    for person in (place.user, chief, factories.member(desk.team)):
        client.force_login(person)
        page = client.get(reverse("shift_detail", args=[shift.pk])).content.decode()
        seen[person] = "15 minutes after expected" in page

    assert list(seen.values()) == [True, True, False]


# --- Assignments ----------------------------------------------------------------------------------
def test_assignment_is_removed_by_a_supervisor(client, coming, chief):
    place = factories.assignment(coming)
    client.force_login(chief)

    client.post(reverse("assignment_remove", args=[place.pk]))

    assert people_on(coming) == []


def test_substitute_is_named_by_the_agent(client, desk, coming):
    place = factories.assignment(coming, factories.member(desk.team, name="Amy"))
    helper = factories.member(desk.team, name="Bob")
    client.force_login(place.user)

    response = client.post(
        reverse("assignment_substitute", args=[place.pk]), {"user": helper.pk, "reason": "Train late"}
    )

    assert said(response) == ["Bob works this shift instead of Amy."]
    assert Assignment.objects.get(user=helper).substitutes == place


def test_substitute_needs_a_reason_and_somebody_else(client, desk, coming):
    place = factories.assignment(coming)
    client.force_login(place.user)

    response = client.post(
        reverse("assignment_substitute", args=[place.pk]), {"user": place.user_id, "reason": " "}
    )

    assert list(response.context["form"].errors) == ["user", "reason"]


def test_substitute_for_a_colleague_is_refused_to_agents(client, desk, coming):
    place = factories.assignment(coming)
    client.force_login(factories.member(desk.team))

    assert client.get(reverse("assignment_substitute", args=[place.pk])).status_code == 403


# --- Check-in -------------------------------------------------------------------------------------
def test_check_in_and_out_through_the_buttons(client, desk):
    place = factories.assignment(factories.shift(desk, starts_at=timezone.now() - HOUR))
    client.force_login(place.user)
    roster = reverse("roster")

    late = client.post(reverse("check_in", args=[place.pk]), {"next": roster})
    page = client.get(roster)
    client.post(reverse("check_out", args=[place.pk]), {"next": roster})

    place.refresh_from_db()
    assert late.url == roster
    assert reverse("check_out", args=[place.pk]) in page.content.decode()
    assert place.late_minutes == 75
    assert place.checked_out_at is not None


def test_every_page_names_each_post_where_one_is_on_duty(client, desk):
    other = factories.post(desk.team, "Chat")
    place = factories.assignment(factories.shift(desk, starts_at=timezone.now() - HOUR), checked_in=True)
    second = factories.shift(other, starts_at=timezone.now() - HOUR, name="Late")
    factories.assignment(second, place.user, checked_in=True)
    client.force_login(place.user)

    page = client.get(reverse("profile")).content.decode()

    assert page.count(f'<span class="duty-place">{desk.name} · Day</span>') == 1
    assert page.count('<span class="duty-place">Chat · Late</span>') == 1


def test_check_in_is_offered_on_every_page(client, desk):
    place = factories.assignment(factories.shift(desk, starts_at=timezone.now()))
    client.force_login(place.user)

    page = client.get(reverse("profile")).content.decode()

    assert reverse("check_in", args=[place.pk]) in page


def test_check_out_is_offered_on_every_page_once_the_shift_is_handed_over(client, desk):
    shift = factories.shift(desk, starts_at=timezone.now() - HOUR)
    place = factories.assignment(shift, checked_in=True)
    client.force_login(place.user)
    handover = Handover.objects.create(
        team=desk.team,
        post=desk,
        outgoing_shift=shift,
        boundary_at=shift.ends_at,
        opened_at=shift.starts_at,
    )
    button = reverse("check_out", args=[place.pk])

    before = button in client.get(reverse("profile")).content.decode()
    handover.state, handover.ended_at = Handover.State.CONFIRMED, timezone.now()
    handover.save()

    assert not before
    assert button in client.get(reverse("profile")).content.decode()


@pytest.mark.parametrize("name", ["check_in", "check_out"])
def test_check_in_for_somebody_else_is_refused(client, desk, chief, name):
    place = factories.assignment(factories.shift(desk, starts_at=timezone.now() - HOUR))
    client.force_login(chief)

    assert client.post(reverse(name, args=[place.pk])).status_code == 403


def test_check_in_too_early_says_when(client, desk, coming):
    place = factories.assignment(coming)
    client.force_login(place.user)

    response = client.post(reverse("check_in", args=[place.pk]), {"next": reverse("roster")})

    assert said(response) == ["Check-in opens 15 minutes before the shift."]


@pytest.mark.parametrize("name", ["check_in", "check_out", "shift_copy", "shift_delete", "assignment_remove"])
def test_changes_refuse_get(client, desk, coming, chief, name):
    place = factories.assignment(coming, chief)
    client.force_login(chief)
    pk = coming.pk if name == "shift_delete" else place.pk

    assert client.get(reverse(name, args=[pk])).status_code == 405
