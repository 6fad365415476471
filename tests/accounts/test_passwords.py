import pytest
from django.core import mail
from django.test import Client

from accounts import services
from accounts.models import Membership, User
from accounts.permissions import can_reset_password
from accounts.signals import password_changed, password_reset
from tests import factories

pytestmark = pytest.mark.django_db
Role = Membership.Role
NEW = "a lamp beside the window"


def change(client: Client, current: str = factories.PASSWORD, new: str = NEW, to: str = "/password/"):
    return client.post(to, {"current_password": current, "new_password": new})


@pytest.fixture
def heard():
    announced: list[tuple[User, User, str]] = []

    def listener(**said) -> None:
        announced.append((said["user"], said["actor"], said["address"]))

    for signal in (password_changed, password_reset):
        signal.connect(listener)
    yield announced
    for signal in (password_changed, password_reset):
        signal.disconnect(listener)


def test_change_keeps_this_session_and_ends_the_others(client: Client, sign_in, heard) -> None:
    person, elsewhere = factories.user(), Client()
    sign_in(client, person)
    sign_in(elsewhere, person)

    answer = change(client)

    assert answer["Location"] == "/"
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert sign_in(elsewhere, person, password=NEW).status_code == 302
    assert heard == [(person, person, "127.0.0.1")]


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", NEW, "current_password"),
        (factories.PASSWORD, factories.PASSWORD, "new_password"),
        (factories.PASSWORD, "lamp window", "new_password"),  # 11 characters
        (factories.PASSWORD, "x" * 129, "new_password"),
        (factories.PASSWORD, "password1234", "new_password"),
        (factories.PASSWORD, "zhang.xiaoming1", "new_password"),
        (factories.PASSWORD, "", "new_password"),
    ],
)
def test_change_refused(client: Client, sign_in, current: str, new: str, field: str) -> None:
    person = factories.user(username="zhang.xiaoming")
    sign_in(client, person)

    page = change(client, current, new)

    assert list(page.context["form"].errors) == [field]
    assert User.objects.get(pk=person.pk).check_password(factories.PASSWORD)


def test_guessing_the_present_password_is_limited(client: Client, sign_in) -> None:
    sign_in(client, factories.user())
    for _guess in range(5):
        change(client, "wrong")

    page = change(client)

    assert "Too many wrong passwords" in str(page.context["form"].errors["current_password"])


def test_long_password_with_spaces_is_taken_as_it_is(client: Client, sign_in) -> None:
    person = factories.user()
    sign_in(client, person)

    change(client, new=f"  {'灯' * 124}  ")

    assert User.objects.get(pk=person.pk).check_password(f"  {'灯' * 124}  ")


def test_reset_leads_to_nothing_but_a_new_password(client: Client, sign_in, heard) -> None:
    administrator = factories.administrator("Chen Jing")
    person = factories.user(username="li", email="li@example.com")
    sign_in(client, person)
    supervisor = Client()
    sign_in(supervisor, administrator)

    page = supervisor.post(f"/people/{person.pk}/password/")
    password = page.context["password"]

    assert password in page.content.decode()
    assert client.get("/").status_code == 302  # the session that was open is over
    assert User.objects.get(pk=person.pk).password_reset_by == administrator
    assert not User.objects.get(pk=person.pk).may_sign
    assert sign_in(client, person, to="/login/?next=/notes/7/%3Fheld%3D3", password=password)["Location"] == (
        "/notes/7/?held=3"
    )
    assert client.get("/notes/7/?held=3")["Location"] == "/password/?next=/notes/7/%3Fheld%3D3"
    assert client.post("/language/", {"language": "en"}).status_code == 302

    answer = change(client, password, to="/password/?next=/notes/7/%3Fheld%3D3")

    fresh = User.objects.get(pk=person.pk)
    assert answer["Location"] == "/notes/7/?held=3"
    assert (fresh.may_sign, fresh.password_reset_by) == (False, administrator)
    assert client.get("/").status_code == 200
    assert heard == [(person, administrator, "127.0.0.1"), (person, person, "127.0.0.1")]


def test_reset_is_told_by_email_and_opens_the_lock(
    client: Client, sign_in, django_capture_on_commit_callbacks
) -> None:
    person = factories.user(username="li", email="li@example.com", language="zh-hans")
    for _guess in range(5):
        sign_in(client, person, password="wrong")

    with django_capture_on_commit_callbacks(execute=True):
        password = services.reset_password(
            user=person, actor=factories.administrator("Chen Jing"), address="192.0.2.1"
        )

    assert [(letter.to, password in letter.body, "Chen Jing" in letter.body) for letter in mail.outbox] == [
        (["li@example.com"], False, True)
    ]
    assert sign_in(client, person, password=password).status_code == 302


def test_reset_holds_when_the_email_cannot_be_sent(settings, django_capture_on_commit_callbacks) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    person = factories.user(email="li@example.com")

    with django_capture_on_commit_callbacks(execute=True):
        password = services.reset_password(user=person, actor=factories.administrator(), address="")

    assert User.objects.get(pk=person.pk).check_password(password)


def test_created_person_must_set_a_password_first() -> None:
    person, password = services.create_user(username="li", display_name="李娜")

    assert person.check_password(password)
    assert person.must_change_password


def test_who_may_reset() -> None:
    team, other = factories.team(), factories.team()
    supervisor = factories.member(team, Role.SUPERVISOR)
    agent, leader = factories.member(team), factories.member(team, Role.LEADER)
    agent_elsewhere_too, administrator_here = factories.member(team), factories.member(team)
    factories.membership(agent_elsewhere_too, other)
    User.objects.filter(pk=administrator_here.pk).update(is_administrator=True)
    administrator_here.refresh_from_db()
    administrator = factories.administrator()
    people = [
        supervisor,
        agent,
        leader,
        agent_elsewhere_too,
        administrator_here,
        factories.user(),
        administrator,
    ]

    allowed = {
        actor: [can_reset_password(actor, person) for person in people]
        for actor in (supervisor, leader, administrator)
    }

    assert allowed == {
        supervisor: [False, True, False, False, False, False, False],
        leader: [False] * 7,
        administrator: [True, True, True, True, True, True, False],
    }


@pytest.mark.parametrize(("relation", "status"), [("colleague", 403), ("stranger", 404), ("nobody", 404)])
def test_reset_by_an_agent_is_refused(client: Client, sign_in, relation: str, status: int) -> None:
    team = factories.team()
    agent, colleague = factories.member(team), factories.member(team)
    stranger = factories.member(factories.team())
    sign_in(client, agent)
    pk = {"colleague": colleague.pk, "stranger": stranger.pk, "nobody": 999_999}[relation]

    answers = [client.get(f"/people/{pk}/password/"), client.post(f"/people/{pk}/password/")]

    assert [answer.status_code for answer in answers] == [status, status]
    assert not User.objects.filter(must_change_password=True).exists()
