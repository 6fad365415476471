"""The first set-up: open to who can read the log, closed for ever afterwards, safe to send twice."""

from datetime import time

import pytest
from django.urls import reverse

from accounts.models import Team, User
from handover.errors import NotAllowed
from handover.models import Event, Post, Shift, ShiftPattern
from handover.queries import setup as queries
from handover.services import setup as services
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db

SENTENCE = "the kettle sings at four"
TEAM = {"name": "North", "time_zone": "Asia/Shanghai", "day_ends_at": "00:00", "language": "en"}


def typed(**changes):
    facts = {"setup_code": queries.code(), "display_name": "Root", "username": "root"}
    return facts | {"password": SENTENCE} | changes


def rows(*filled, initial=0):
    """What a formset sends."""
    data = {"rows-TOTAL_FORMS": str(len(filled)), "rows-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(filled):
        data |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return data


# --- Who gets in ----------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["home", "login", "roster"])
def test_every_page_of_an_empty_installation_leads_to_the_set_up(client, page):
    assert client.get(reverse(page)).url == reverse("setup")


def test_no_page_leads_there_once_there_is_somebody(client):
    factories.user()

    assert client.get(reverse("login")).status_code == 200


def test_health_answers_before_anybody_is_there(client):
    assert client.get(reverse("healthz")).status_code == 200


def test_set_up_makes_the_first_administrator_and_signs_them_in(client):
    response = client.post(reverse("setup"), typed())

    person = User.objects.get()
    assert response.url == reverse("setup_team")
    assert (person.is_administrator, person.check_password(SENTENCE)) == (True, True)
    assert client.get(response.url).status_code == 200
    assert Event.objects.filter(verb="person_changed", actor=person).count() == 1


def test_set_up_shows_its_code_to_the_log_alone(client, caplog):
    page = client.get(reverse("setup")).content.decode()

    assert queries.code() in caplog.text
    assert queries.code() not in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"setup_code": "aaaa-bbbb-cccc"}, "setup_code"),
        ({"setup_code": ""}, "setup_code"),
        ({"password": "password"}, "password"),
        ({"username": "ro ot"}, "username"),
        ({"display_name": ""}, "display_name"),
    ],
)
def test_set_up_refuses_what_is_wrong_at_its_field(client, changes, field):
    response = client.post(reverse("setup"), typed(**changes))

    assert list(response.context["form"].errors) == [field]
    assert not User.objects.exists()


def test_set_up_takes_the_code_as_people_type_it(client):
    client.post(reverse("setup"), typed(setup_code=f" {queries.code().upper()} "))

    assert User.objects.filter(is_administrator=True).count() == 1


@pytest.mark.parametrize("is_active", [True, False])
def test_set_up_is_closed_once_there_is_an_administrator(client, is_active):
    factories.administrator(is_active=is_active)

    assert client.get(reverse("setup")).status_code == 404
    assert client.post(reverse("setup"), typed()).status_code == 404
    assert User.objects.count() == 1


def test_first_administrator_is_refused_to_the_slower_of_two():
    services.first_administrator(username="a", display_name="A", password=SENTENCE, now=NOW)

    with pytest.raises(NotAllowed):
        services.first_administrator(username="b", display_name="B", password=SENTENCE, now=NOW)

    assert list(User.objects.values_list("username", flat=True)) == ["a"]


# --- The steps ------------------------------------------------------------------------------------
@pytest.fixture
def root(client):
    person = factories.administrator("Root")
    client.force_login(person)
    return person


def test_steps_lead_from_nothing_to_a_roster(client, root):
    client.post(reverse("setup_team"), TEAM)
    team = Team.objects.get()
    client.post(
        reverse("setup_posts"), {"names": "Front line\n\n After-sales \nFront line", "early_minutes": "10"}
    )
    desks = list(team.posts.order_by("pk"))
    client.post(
        reverse("setup_patterns"),
        {"desks": [desk.pk for desk in desks]}
        | rows(
            {"name": "Morning", "starts_at": "08:00", "ends_at": "16:00"},
            {"name": "Middle", "starts_at": "16:00", "ends_at": "00:00"},
            {"name": "Night", "starts_at": "00:00", "ends_at": "08:00"},
            {"name": "", "starts_at": "", "ends_at": ""},
            initial=3,
        ),
    )
    people = client.post(
        reverse("setup_people"),
        {"supervises": "on"}
        | rows(
            {"display_name": "Amy", "username": "amy", "role": "agent"},
            {"display_name": "Bob", "username": "bob", "role": "leader"},
            {"display_name": "", "username": "", "role": "agent"},
        ),
    )
    roster = client.get(reverse("roster"))

    assert [(desk.name, desk.early_minutes) for desk in desks] == [("Front line", 10), ("After-sales", 10)]
    assert team.issue_types.count() == 8
    assert ShiftPattern.objects.count() == 6
    assert Shift.objects.filter(post=desks[0]).count() in {126, 127}
    assert [person.username for person, _password in people.context["created"]] == ["amy", "bob"]
    assert all(person.check_password(password) for person, password in people.context["created"])
    assert set(team.memberships.values_list("user__display_name", "role")) == {
        ("Root", Role.SUPERVISOR),
        ("Amy", Role.AGENT),
        ("Bob", Role.LEADER),
    }
    assert set(User.objects.get(username="bob").led_posts.all()) == set(desks)
    assert roster.context["week"].holes > 0


def test_steps_sent_twice_make_everything_once(client, root):
    for _time in range(2):
        client.post(reverse("setup_team"), TEAM)
        client.post(reverse("setup_posts"), {"names": "Front line", "early_minutes": "15"})
        client.post(
            reverse("setup_patterns"),
            {"desks": [Post.objects.get().pk]}
            | rows({"name": "Day", "starts_at": "08:00", "ends_at": "08:00"}),
        )

    assert (Team.objects.count(), Post.objects.count(), ShiftPattern.objects.count()) == (1, 1, 1)
    assert ShiftPattern.objects.get().starts_at == time(8)


def test_team_of_the_slower_of_two_browsers_is_the_one_that_is_there(root):
    facts = {"name": "North", "time_zone": "Asia/Shanghai", "day_ends_at": time(0), "is_active": True}
    first = services.first_team(facts=facts, language="en", actor=root, now=NOW)

    second = services.first_team(facts=facts | {"name": "South"}, language="en", actor=root, now=NOW)

    assert (second, Team.objects.count()) == (first, 1)


def test_set_up_leads_an_administrator_to_the_first_step_that_is_left(client, root):
    left = [client.get(reverse("setup")).url]
    desk = factories.post()
    left.append(client.get(reverse("setup")).url)
    factories.pattern(desk)
    left.append(client.get(reverse("setup")).url)

    assert left == [reverse(name) for name in ("setup_team", "setup_patterns", "setup_people")]


def test_people_with_the_same_user_name_are_refused_together(client, root):
    factories.team()

    response = client.post(
        reverse("setup_people"),
        rows({"display_name": "Amy", "username": "amy"}, {"display_name": "Amy 2", "username": "AMY"}),
    )

    assert response.context["form"].rows.non_form_errors() == ["Two people have the same user name."]
    assert User.objects.count() == 1


def test_half_a_row_is_refused(client, root):
    desk = factories.post()

    people = client.post(reverse("setup_people"), rows({"display_name": "Amy", "username": ""}))
    shifts = client.post(
        reverse("setup_patterns"), {"desks": [desk.pk]} | rows({"name": "Day", "starts_at": "08:00"})
    )

    assert people.context["form"].rows.forms[0].non_field_errors() == ["Give the name and the user name."]
    assert shifts.context["form"].rows.forms[0].non_field_errors() == [
        "Give the name, the start and the end, or nothing."
    ]


STEPS = ["setup_team", "setup_posts", "setup_patterns", "setup_people"]


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_closed_to_everybody_else(client, step):
    client.force_login(factories.member(factories.team(), Role.SUPERVISOR))

    assert client.get(reverse(step)).status_code == 403


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_gone_from_a_live_installation(client, root, step):
    factories.assignment(factories.shift())

    assert client.get(reverse(step)).status_code == 404


def test_settings_lead_back_to_what_is_left(client, root):
    assert client.get(reverse("settings")).context["setup_step"] == "setup_team"
