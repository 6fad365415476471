from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import HeldForm, User
from tests import factories
from tests.accounts import urls

pytestmark = pytest.mark.django_db
PAGE = "/notes/7/"
TEXT = "客户要求今天下午三点前回电 <b>急</b> & more. " * 66  # 2,000 characters and more


def expire(client: Client) -> None:
    client.session.flush()


@pytest.fixture
def person(client: Client, sign_in) -> User:
    person = factories.user()
    sign_in(client, person)
    return person


def enter(desk: Client, person: User) -> str:
    """Signs in at a browser that checks tokens; answers the token of the person's pages."""
    data = {"username": person.username, "password": factories.PASSWORD}
    desk.post("/logout/", {"csrfmiddlewaretoken": token_of(desk, "/profile/")})
    desk.post("/login/", data | {"csrfmiddlewaretoken": token_of(desk, "/profile/")})
    return token_of(desk, PAGE)


def token_of(desk: Client, path: str) -> str:
    page = desk.get(path, follow=True).content.decode()
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def held_address(client: Client, data: dict[str, str], path: str = PAGE) -> str:
    """Sends the form after the session ended; answers the login page that it leads to."""
    expire(client)
    return client.post(path, data)["Location"]


def text_in(page) -> str:
    """What stands in the first text field of the page."""
    return unescape(
        page.content.decode().split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0]
    ).strip()


def test_text_is_back_after_signing_in_again_and_gone_once_saved(
    client: Client, person: User, sign_in
) -> None:
    login = held_address(client, {"text": TEXT, "csrfmiddlewaretoken": "x", "new_password": "secret"})
    row = HeldForm.objects.get()

    assert login == f"/login/?next={quote(PAGE)}%3Fheld%3D{row.pk}"
    assert "What you typed is kept" in client.get(login).content.decode()

    back = sign_in(client, person, to=login)["Location"]
    page = client.get(back)

    assert back == f"{PAGE}?held={row.pk}"
    assert text_in(page) == TEXT.strip()
    assert "not saved yet" in page.content.decode()
    assert "secret" not in row.data
    assert urls.saved == []  # nothing is done by coming back
    assert text_in(client.get(back)) == text_in(page)  # loading again loses nothing

    client.post(PAGE, {"text": ""})
    assert HeldForm.objects.count() == 1  # refused by the form
    client.post(PAGE, {"text": TEXT})
    assert urls.saved == [TEXT.strip()]
    assert not HeldForm.objects.exists()


def test_text_sent_too_late_twice_is_kept_as_sent_last(client: Client, person: User, sign_in) -> None:
    first = sign_in(client, person, to=held_address(client, {"text": "first"}))["Location"]

    again = sign_in(client, person, to=held_address(client, {"text": "second"}, first))["Location"]

    assert text_in(client.get(again)) == "second"
    assert HeldForm.objects.count() == 1


def test_other_person_at_the_same_browser_sees_nothing(client: Client, person: User, sign_in) -> None:
    login = held_address(client, {"text": TEXT})

    back = sign_in(client, factories.user(), to=login)["Location"]

    page = client.get(back)
    assert text_in(page) == ""
    assert "not saved yet" not in page.content.decode()
    client.post(PAGE, {"text": "mine"})
    assert HeldForm.objects.get().user == person


def test_foreign_held_id_is_ignored(client: Client, person: User) -> None:
    other = factories.user()
    row = HeldForm.objects.create(
        user=other, path=PAGE, data='{"text": ["other"]}', created_at=timezone.now()
    )

    assert text_in(client.get(f"{PAGE}?held={row.pk}")) == ""
    assert client.get(f"/kept/{row.pk}/").status_code == 404


@pytest.mark.parametrize("held", ["x", "-1", "9" * 40, "", "１"])
def test_malformed_held_id_is_ignored(client: Client, person: User, held: str) -> None:
    assert text_in(client.get(PAGE, {"held": held})) == ""


def test_own_text_of_another_page_is_ignored(client: Client, person: User) -> None:
    row = HeldForm.objects.create(
        user=person, path="/notes/8/", data='{"text": ["eight"]}', created_at=timezone.now()
    )

    assert text_in(client.get(f"{PAGE}?held={row.pk}")) == ""
    assert text_in(client.get(f"/notes/8/?held={row.pk}")) == "eight"


def test_browser_of_nobody_keeps_nothing(client: Client) -> None:
    answer = client.post(PAGE, {"text": TEXT})

    assert answer["Location"] == "/login/?next=/"
    assert not HeldForm.objects.exists()


def test_forged_cookie_keeps_nothing(client: Client, person: User) -> None:
    expire(client)
    client.cookies["who"] = f"{person.pk}:forged"

    client.post(PAGE, {"text": TEXT})

    assert not HeldForm.objects.exists()


def test_form_without_text_leads_back_to_its_page(client: Client, person: User) -> None:
    expire(client)

    answer = client.post("/sent/", {"text": " "}, headers={"referer": "http://testserver/notes/7/?a=1"})

    assert answer["Location"] == "/login/?next=/notes/7/%3Fa%3D1"
    assert not HeldForm.objects.exists()


def test_prefixed_form_gets_its_own_text_alone(client: Client, person: User, sign_in) -> None:
    login = held_address(client, {"reply-text": "for the reply"})

    content = client.get(sign_in(client, person, to=login)["Location"]).content.decode()

    assert content.count("for the reply") == 1
    assert 'name="reply-text"' in content.split("for the reply")[0]


def test_text_for_an_address_that_cannot_be_opened_is_shown_for_copying(
    client: Client, person: User, sign_in
) -> None:
    login = held_address(client, {"reason": "They asked twice"}, "/sent/")

    page = client.get(sign_in(client, person, to=login)["Location"], follow=True)

    assert page.redirect_chain == [(f"/kept/{HeldForm.objects.get().pk}/", 302)]
    assert "They asked twice" in page.content.decode()


def test_live_page_is_not_led_away(client: Client, person: User) -> None:
    expire(client)

    answer = client.get(PAGE, headers={"x-live": "1"})

    assert (answer.status_code, answer.content) == (401, b"")


def test_outdated_page_of_a_signed_in_person_loses_no_text(person: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)

    answer = strict.post(PAGE, {"text": TEXT, "csrfmiddlewaretoken": "a" * 64})

    assert answer["Location"] == f"{PAGE}?held={HeldForm.objects.get().pk}"
    assert text_in(strict.get(answer["Location"])) == TEXT.strip()
    assert urls.saved == []


@pytest.mark.parametrize("signed_in_at_last", ["nobody", "other", "writer"])
def test_text_typed_at_a_shared_desk_is_kept_for_its_writer(signed_in_at_last: str) -> None:
    desk = Client(enforce_csrf_checks=True)
    writer, other = factories.user(), factories.user()
    enter(desk, other)
    token = enter(desk, writer)
    enter(desk, other)
    if signed_in_at_last == "writer":
        enter(desk, writer)
    if signed_in_at_last == "nobody":
        expire(desk)

    answer = desk.post(PAGE, {"text": "typed by the writer", "csrfmiddlewaretoken": token})

    row = HeldForm.objects.get()
    assert (row.user, row.path) == (writer, PAGE)
    leads_to = {
        "nobody": f"{PAGE}?held={row.pk}",  # and from there to the login page
        "other": "/",
        "writer": f"{PAGE}?held={row.pk}",
    }
    assert answer["Location"] == leads_to[signed_in_at_last]
    if signed_in_at_last == "other":
        assert text_in(desk.get(f"{PAGE}?held={row.pk}")) == ""
    assert urls.saved == []


def test_writer_who_comes_back_another_way_is_told_of_kept_text(
    client: Client, person: User, sign_in
) -> None:
    held_address(client, {"text": TEXT})
    elsewhere = Client()

    sign_in(elsewhere, person)

    page = elsewhere.get("/profile/").content.decode()
    assert f'<a href="{PAGE}?held={HeldForm.objects.get().pk}">' in page


def test_foreign_site_puts_no_words_into_a_form(person: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)

    answer = strict.post(PAGE, {"text": TEXT}, headers={"origin": "https://evil.example"})

    assert answer.status_code == 403
    assert not HeldForm.objects.exists()


def test_outdated_button_says_that_nothing_was_done(person: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)

    answer = strict.post("/sent/", {}, headers={"referer": "http://testserver/profile/"})

    assert answer["Location"] == "/profile/"
    assert "out of date" in strict.get("/profile/").content.decode()


def test_text_is_kept_for_a_day(client: Client, person: User, sign_in) -> None:
    held_address(client, {"text": TEXT})
    HeldForm.objects.update(created_at=timezone.now() - timedelta(hours=25))
    sign_in(client, person)

    assert text_in(client.get(f"{PAGE}?held={HeldForm.objects.get().pk}")) == ""
    services.forget_old(now=timezone.now())
    assert not HeldForm.objects.exists()


def test_forms_of_one_person_are_kept_up_to_a_number(client: Client, person: User) -> None:
    expire(client)

    for number in range(22):
        client.post(PAGE, {"text": f"note {number}"})

    kept = HeldForm.objects.order_by("pk").values_list("data", flat=True)
    assert list(kept) == [f'{{"text": ["note {number}"]}}' for number in range(2, 22)]
