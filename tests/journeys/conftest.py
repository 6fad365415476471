"""A browser of the machine for journeys. Every test in this folder is one."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from tests import factories
from tests.journeys.inspection import sign_in

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
QUIET_FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync")

# Playwright runs an event loop in this thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# A page may take its time on a busy machine; only what never comes is wrong.
expect.set_options(timeout=30_000)


@pytest.fixture(autouse=True)
def engine(transactional_db: None) -> None:
    """No engine runs beside the pages of a journey, and none of them is about that."""
    factories.running_engine(timezone.now())


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    if not found:
        pytest.exit("No browser for the journeys: apt install chromium fonts-wqy-microhei", returncode=3)
    return {"executable_path": found[0], "headless": True, "args": [*FLAGS, *QUIET_FLAGS]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": {"width": 1440, "height": 900},
        "timezone_id": "Asia/Shanghai",
    }


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """A browser of one's own for each person, signed in if named; no page may log an error."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_(person: User | None = None, **options: Any) -> Page:
        settings = {
            "locale": "en-GB",
            "timezone_id": "Asia/Shanghai",
            "viewport": {"width": 1440, "height": 900},
        }
        context = browser.new_context(base_url=live_server.url, **settings | options)
        contexts.append(context)
        if person:
            sign_in(context, live_server.url, person)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []
