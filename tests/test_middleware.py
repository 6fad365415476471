"""What holds for every request, whatever its page does."""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from io import BytesIO
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import factories

POLICY = re.compile(
    r"default-src 'none'; script-src 'self' 'nonce-[\w-]{22}'; style-src 'self'; img-src 'self' data:; "
    r"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OPEN = {
    "/healthz",
    "/readyz",
    "/calendar/1.ics",  # by its secret address
    "/login/",
    "/logout/",
    "/language/",
    "/theme/",
    "/setup/",
}  # the last one asks for a code


@pytest.mark.parametrize("path", ["/healthz", "/login/", "/no-such-page/", "/logout/"])
def test_every_answer_carries_the_content_security_policy(db: None, client: Client, path: str) -> None:
    first, second = client.get(path), client.get(path)

    assert POLICY.fullmatch(first.headers["Content-Security-Policy"])
    assert first.headers["Content-Security-Policy"] != second.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "sent",
    [
        {"path": "/healthz%00"},
        {"path": "/healthz?text=a%00b"},
        {"path": "/healthz?a%00b=text"},
        {"path": "/login/", "data": {"username": "a\0b"}},
        {"path": "/login/", "data": {"a\0b": "text"}},
        {"path": "/login/", "data": "username=a%00b", "content_type": "application/x-www-form-urlencoded"},
    ],
    ids=["path", "query value", "query name", "multipart value", "multipart name", "form value"],
)
def test_nul_answers_400(db: None, client: Client, sent: dict[str, object]) -> None:
    answer = client.post(**sent) if "data" in sent else client.get(**sent)

    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["hex", "utf-16", "unicode_escape", "undefined"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_charset_of_the_senders_choice_is_not_used(
    db: None, monkeypatch: pytest.MonkeyPatch, kind: str, charset: str
) -> None:
    monkeypatch.setenv("WEB_PROCESS", "1")  # the module sets it for good
    part = b'--B\r\nContent-Disposition: form-data; name="username"\r\n\r\n\\ud800\r\n--B--\r\n'
    body = part if kind == "multipart/form-data" else b"username=%5Cud800"
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/login/",
        "QUERY_STRING": "next=%5Cud800",
        "CONTENT_TYPE": f"{kind}; charset={charset}; boundary=B",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)
    statuses: list[str] = []

    import_module("handover.wsgi").application(environ, lambda status, _headers: statuses.append(status))

    assert statuses == ["403 Forbidden"]  # it has no token; any other charset would have been an error


def test_nul_in_a_cookie_answers_400(db: None, client: Client) -> None:
    answer = client.get("/login/", headers={"Cookie": r'session="a\000b"'})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "data",
    [
        {"username": "x" * (1024 * 1024 + 1)},
        {f"field{number}": "" for number in range(1001)},
        {"upload": SimpleUploadedFile("notes.txt", b"text")},
    ],
    ids=["long text", "many fields", "file"],
)
def test_oversized_input_and_files_answer_400(db: None, client: Client, data: dict[str, object]) -> None:
    assert client.post("/login/", data).status_code == 400


def test_every_page_is_closed_to_strangers(db: None, client: Client) -> None:
    factories.user()

    answers = {address: client.get(address) for address in addresses(get_resolver().url_patterns)}

    opened = {address for address, answer in answers.items() if not leads_to_login(answer)}

    assert opened == OPEN


def addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """One address for every page there is."""
    for pattern in patterns:
        address = before + re.sub(r"<(\w+:)?\w+>", "1", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address


def leads_to_login(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and urlsplit(answer.headers["Location"]).path == "/login/"
