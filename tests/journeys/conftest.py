"""A browser of the machine for journeys. Every test in this folder is one."""

import os
import shutil
from typing import Any

import pytest
from django.utils import timezone

from tests import factories

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
QUIET_FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync")

# Playwright runs an event loop in this thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


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
