"""What the tests of signing in share."""

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from tests import factories
from tests.accounts import urls


@pytest.fixture(autouse=True)
def pages(settings) -> None:
    settings.ROOT_URLCONF = "tests.accounts.urls"
    urls.saved.clear()


@pytest.fixture(autouse=True)
def english():
    """A page leaves its language behind in the thread."""
    with translation.override("en"):
        yield


@pytest.fixture
def sign_in():
    def sign_in(client: Client, person: User, *, to: str = "/login/", password: str = factories.PASSWORD):
        return client.post(to, {"username": person.username, "password": password})

    return sign_in
