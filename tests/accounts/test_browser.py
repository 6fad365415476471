"""What is taken from a request about where it came from."""

import pytest
from django.test import RequestFactory

from accounts.browser import previous_page


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
