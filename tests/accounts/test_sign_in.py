import pytest
from django.test import Client

from accounts.models import LoginAttempt, User
from accounts.signals import signed_in, signed_out
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """What accounts announced meanwhile: signal, person, actor, address."""
    announced: list[tuple[str, User, User, str]] = []
    listeners = [
        (
            signal,
            lambda name=name, **said: announced.append((name, said["user"], said["actor"], said["address"])),
        )
        for name, signal in (("in", signed_in), ("out", signed_out))
    ]
    for signal, listener in listeners:
        signal.connect(listener, weak=False)
    yield announced
    for signal, listener in listeners:
        signal.disconnect(listener)


def test_sign_in_and_out(client: Client, sign_in, heard) -> None:
    person = factories.user(username="Li.Na")

    answer = client.post("/login/", {"username": "li.na", "password": factories.PASSWORD})
    home = client.get(answer["Location"])
    leaving = client.post("/logout/")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (home.content.decode(), home["Cache-Control"]) == (f"home of {person}", "no-store")
    assert (leaving["Location"], leaving["Clear-Site-Data"]) == ("/login/", '"cache"')
    assert client.get("/")["Location"] == "/login/?next=/"
    assert heard == [("in", person, person, "127.0.0.1"), ("out", person, person, "127.0.0.1")]


def test_sign_in_gets_a_new_session_and_leaves_a_closed_cookie(client: Client, sign_in) -> None:
    sign_in(client, factories.user())
    first = client.session.session_key
    client.get("/")

    sign_in(client, factories.user(), to="/logout/")
    sign_in(client, factories.user())

    cookie = client.cookies["who"]
    assert client.session.session_key != first
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


@pytest.mark.parametrize(
    ("username", "password", "active"),
    [("nobody", factories.PASSWORD, True), ("li", "wrong", True), ("li", factories.PASSWORD, False)],
)
def test_refusals_read_alike(client: Client, username: str, password: str, active: bool) -> None:
    factories.user(username="li", is_active=active)

    page = client.post("/login/", {"username": username, "password": password})

    assert page.context["form"].errors == {
        "__all__": ["The user name or the password is wrong. Capitals in the password matter."]
    }
    assert list(LoginAttempt.objects.values_list("username", "succeeded")) == [(username, False)]


@pytest.mark.parametrize("username", ["li", "nobody"])
def test_sixth_wrong_password_says_when_to_try_again(client: Client, username: str) -> None:
    factories.user(username="li")
    for _attempt in range(5):
        client.post("/login/", {"username": username, "password": "wrong"})

    page = client.post("/login/", {"username": username, "password": factories.PASSWORD})

    assert page.context["form"].errors == {"__all__": ["Too many wrong passwords. Try again in 15 minutes."]}


@pytest.mark.parametrize("username", ["", "   ", "x" * 151])
def test_blank_or_endless_name_counts_for_nobody(client: Client, username: str) -> None:
    page = client.post("/login/", {"username": username, "password": "wrong"})

    assert list(page.context["form"].errors) == ["username"]
    assert not LoginAttempt.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/notes/7/?a=1", "/notes/7/?a=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_to_pages_of_ours_alone(client: Client, wanted: str, goes_to: str) -> None:
    person = factories.user()

    answer = client.post(
        "/login/", {"username": person.username, "password": factories.PASSWORD, "next": wanted}
    )

    assert answer["Location"] == goes_to
    assert client.get("/login/", {"next": wanted})["Location"] == goes_to


def test_sign_out_needs_a_post(client: Client, sign_in) -> None:
    sign_in(client, factories.user())

    assert client.get("/logout/").status_code == 405
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.66, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.66, 203.0.113.9", "203.0.113.66"),
        (3, "203.0.113.66, 203.0.113.9", "127.0.0.1"),
        (1, "<script>", "127.0.0.1"),
    ],
)
def test_address_behind_proxies(client: Client, settings, proxies: int, forwarded: str, address: str) -> None:
    settings.TRUSTED_PROXIES = proxies

    client.post("/login/", {"username": "li", "password": "x"}, headers={"x-forwarded-for": forwarded})

    assert LoginAttempt.objects.get().address == address
