import pytest
from django.test import Client

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("own", "cookie", "browser", "spoken"),
    [
        ("zh-hans", "en", "en", "zh-hans"),
        ("en", "zh-hans", "zh-CN", "en"),
        ("", "zh-hans", "en", "zh-hans"),
        ("", "", "zh-CN,zh;q=0.9", "zh-hans"),
        ("", "", "de", "en"),
        ("", "xx", "zh-Hans", "zh-hans"),
    ],
)
def test_language_order(client: Client, own: str, cookie: str, browser: str, spoken: str) -> None:
    client.force_login(factories.user(language=own))
    client.cookies["django_language"] = cookie

    assert client.get("/profile/", headers={"accept-language": browser})["Content-Language"] == spoken


def test_language_switch_of_a_stranger_is_remembered_by_the_browser(client: Client) -> None:
    answer = client.post("/language/", {"language": "zh-hans", "next": "/login/?next=/notes/7/"})

    assert answer["Location"] == "/login/?next=/notes/7/"
    assert client.get("/login/")["Content-Language"] == "zh-hans"


def test_switches_of_a_signed_in_person_are_remembered_by_the_account(client: Client) -> None:
    person = factories.user()
    client.force_login(person)

    client.post("/language/", {"language": "zh-hans"})
    client.post("/theme/", {"theme": "dark"})

    fresh = User.objects.get(pk=person.pk)
    assert (fresh.language, fresh.theme) == ("zh-hans", "dark")
    assert client.cookies["theme"].value == "dark"


@pytest.mark.parametrize(
    ("path", "data"), [("/language/", {"language": "xx"}), ("/theme/", {"theme": "pink"})]
)
def test_unknown_choice_changes_nothing(client: Client, path: str, data: dict[str, str]) -> None:
    answer = client.post(path, data | {"next": "https://evil.example/"})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert list(client.cookies) == []


def test_system_theme_forgets_the_cookie(client: Client) -> None:
    client.post("/theme/", {"theme": "dark"})

    client.post("/theme/", {"theme": ""})

    assert client.cookies["theme"].value == ""


def test_profile_is_saved(client: Client) -> None:
    person = factories.user(language="en", theme="light")
    client.force_login(person)

    answer = client.post("/profile/", {"language": "zh-hans", "time_zone": "Europe/Berlin", "theme": ""})

    fresh = User.objects.get(pk=person.pk)
    assert answer["Location"] == "/profile/"
    assert (fresh.language, fresh.time_zone, fresh.theme) == ("zh-hans", "Europe/Berlin", "")


def test_profile_with_an_unknown_zone_is_refused(client: Client) -> None:
    person = factories.user()
    client.force_login(person)

    page = client.post("/profile/", {"language": "en", "time_zone": "Mars/Olympus"})

    assert list(page.context["form"].errors) == ["time_zone"]
    assert User.objects.get(pk=person.pk).language == ""


def test_profile_sets_nothing_else(client: Client) -> None:
    person = factories.user()
    client.force_login(person)

    client.post("/profile/", {"language": "en", "is_administrator": "1", "username": "root"})

    fresh = User.objects.get(pk=person.pk)
    assert (fresh.is_administrator, fresh.username) == (False, person.username)
