"""The pages of people: who sees whom, who may change whom, the one-time password."""

import pytest
from django.urls import reverse

from accounts.models import User
from tests import factories
from tests.factories import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR, name="Chief")


def listed(response):
    return [row.person.display_name for row in response.context["rows"]]


def test_list_of_a_supervisor_holds_the_own_team(client, desk, chief):
    factories.member(desk.team, name="Amy")
    factories.member(factories.team(), name="Stranger")
    client.force_login(chief)

    assert sorted(listed(client.get(reverse("person_list")))) == ["Amy", "Chief"]


def test_list_of_an_administrator_holds_everybody_and_narrows(client, desk, chief):
    factories.member(factories.team(), name="Amy")
    client.force_login(factories.administrator("Root"))
    address = reverse("person_list")

    assert sorted(listed(client.get(address))) == ["Amy", "Chief", "Root"]
    assert listed(client.get(address, {"team": desk.team_id})) == ["Chief"]
    assert listed(client.get(address, {"q": "am"})) == ["Amy"]


def test_list_goes_on_after_a_hundred(client, desk, chief):
    User.objects.bulk_create(
        User(username=f"a{number:03}", display_name=f"A{number:03}") for number in range(105)
    )
    client.force_login(factories.administrator())

    first = client.get(reverse("person_list"), {"q": "a"})
    second = client.get(reverse("person_list") + first.context["older_url"])

    assert (len(listed(first)), listed(first)[-1]) == (100, "A099")
    assert listed(second)[:5] == ["A100", "A101", "A102", "A103", "A104"]


@pytest.mark.parametrize("name", ["person_list", "person_create"])
def test_people_are_closed_to_leaders_and_agents(client, desk, name):
    for person in (factories.member(desk.team), factories.member(desk.team, leads=desk)):
        client.force_login(person)
        assert client.get(reverse(name)).status_code == 403


def test_create_shows_the_password_once(client, desk, chief):
    client.force_login(chief)

    response = client.post(
        reverse("person_create"),
        {"username": "amy", "display_name": "Amy", f"role_{desk.team_id}": "agent"},
    )

    person = User.objects.get(username="amy")
    assert person.check_password(response.context["password"])
    assert list(person.memberships.values_list("team", "role")) == [(desk.team_id, "agent")]
    assert response.context["password"] not in client.get(reverse("person_list")).content.decode()


def test_create_by_a_supervisor_makes_no_administrator(client, desk, chief):
    client.force_login(chief)

    client.post(
        reverse("person_create"),
        {
            "username": "amy",
            "display_name": "Amy",
            "is_administrator": "on",
            f"role_{desk.team_id}": "agent",
        },
    )

    assert not User.objects.get(username="amy").is_administrator


def test_create_needs_a_team_from_a_supervisor(client, chief):
    client.force_login(chief)

    response = client.post(reverse("person_create"), {"username": "amy", "display_name": "Amy"})

    assert response.context["form"].non_field_errors() == ["Choose a role in at least one team."]


def test_create_of_a_taken_user_name_says_so(client, chief):
    client.force_login(chief)

    response = client.post(
        reverse("person_create"), {"username": chief.username.upper(), "display_name": "Twin"}
    )

    assert response.context["form"].errors == {"username": ["A person with this user name already exists."]}


def test_edit_by_a_supervisor_changes_role_and_posts(client, desk, chief):
    person = factories.member(desk.team)
    client.force_login(chief)

    client.post(
        reverse("person_edit", args=[person.pk]),
        {
            "display_name": "Amy",
            "is_active": "on",
            f"role_{desk.team_id}": "leader",
            f"posts_{desk.team_id}": [desk.pk],
        },
    )

    person.refresh_from_db()
    assert person.display_name == "Amy"
    assert list(person.led_posts.all()) == [desk]


def test_edit_says_that_only_leaders_lead(client, desk, chief):
    person = factories.member(desk.team)
    client.force_login(chief)

    response = client.post(
        reverse("person_edit", args=[person.pk]),
        {"display_name": "Amy", f"role_{desk.team_id}": "agent", f"posts_{desk.team_id}": [desk.pk]},
    )

    assert list(response.context["form"].errors) == [f"role_{desk.team_id}"]


def test_edit_of_who_also_works_elsewhere_is_left_to_administrators(client, desk, chief):
    person = factories.member(desk.team)
    factories.membership(person, factories.team())
    address = reverse("person_edit", args=[person.pk])

    client.force_login(chief)
    assert client.get(address).status_code == 403
    client.force_login(factories.administrator())
    assert client.get(address).status_code == 200


def test_edit_of_a_stranger_is_404(client, chief):
    client.force_login(chief)

    stranger = factories.member(factories.team())

    assert client.get(reverse("person_edit", args=[stranger.pk])).status_code == 404


def test_edit_of_the_last_administrator_says_why_not(client):
    root = factories.administrator("Root")
    client.force_login(root)

    response = client.post(
        reverse("person_edit", args=[root.pk]), {"display_name": "Root", "is_active": "on"}
    )

    assert response.context["form"].non_field_errors() == [
        "This is the last administrator. Make somebody else administrator first."
    ]
