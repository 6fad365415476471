"""What is taken from a request about where it came from."""

import pytest
from django.test import RequestFactory

from accounts.browser import next_page, previous_page


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/items/7/?place=1#top", "/items/7/?place=1"),
        ("http://testserver//evil.example/items/", "/evil.example/items/"),
        ("http://evil.example/items/", "/"),
        ("", "/"),
    ],
)
def test_the_page_before_is_never_on_another_host(referer: str, page: str) -> None:
    assert previous_page(RequestFactory().get("/", headers={"Referer": referer})) == page


@pytest.mark.parametrize(
    "wanted", ["-1", "login", "items/7/", "//evil.example/", "https://evil.example/", "\\evil"]
)
def test_the_next_page_is_an_address_of_ours(wanted: str) -> None:
    assert next_page(RequestFactory().get("/", {"next": wanted}), "/") == "/"
