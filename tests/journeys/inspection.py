"""Opens a page as a person would see it, and names everything that is wrong with it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from accounts.models import User

AXE = Path(__file__).parents[1] / "data" / "vendor" / "axe-core-4.14.1" / "axe.min.js"
# Best practices such as the order of headings are on already; the size of what a thumb must hit is not.
RUN_AXE = """async () => {
  const found = await axe.run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } });
  return found.violations.map(
    (rule) => `${rule.id}: ${rule.nodes[0].target.join(" ")} (${rule.nodes.length})`);
}"""
FIND_TOO_WIDE = """(width) => {
  const over = (part) => part.getBoundingClientRect().right > width + 1;
  return document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("main *")]
    .filter((part) => over(part) && ![...part.children].some(over))
    .slice(0, 3).map((part) => `${part.tagName} ${part.className}`).concat("wider than the screen");
}"""
LEFT_ITSELF = "net::ERR_ABORTED"  # a question that was under way as the page was left


@dataclass(frozen=True)
class Mode:
    """A screen with its colours, the language of the browser, and what the page must then call its own."""

    locale: str
    lang: str
    options: dict[str, Any]

    @property
    def width(self) -> int:
        return self.options["viewport"]["width"]

    def __str__(self) -> str:
        return f"{self.width}-{self.lang}"


DESK = Mode("en-GB", "en", {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"})
PHONE = Mode(
    "zh-CN",
    "zh-Hans",
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
)


@dataclass
class Inspector:
    page: Page
    mode: Mode
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(message.text)

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT_ITSELF:
            self.heard.append(f"{request.failure}: {request.url}")

    def wrong_on(self, paths: Iterable[str]) -> dict[str, list[str]]:
        return {path: found for path in paths if (found := self.open(path))}

    def too_wide_on(self, paths: Iterable[str]) -> dict[str, list[str]]:
        """Quicker, for pages with very much on them."""
        found = {}
        for path in paths:
            answer = self.page.goto(path)
            found[path] = self.too_wide() if answer.ok else [f"answers {answer.status}"]
        return {path: wrong for path, wrong in found.items() if wrong}

    def open(self, path: str) -> list[str]:
        self.heard.clear()
        self.page.set_viewport_size(self.mode.options["viewport"])
        self.page.goto(path)
        return self.look()

    def look(self) -> list[str]:
        """What is wrong with the page as it stands."""
        self._show_all()
        lang = self.page.locator("html").get_attribute("lang")
        wrong = [] if lang == self.mode.lang else [f"calls itself {lang}"]
        return [*wrong, *self.page.evaluate(RUN_AXE), *self.too_wide(), *self.heard]

    def _show_all(self) -> None:
        """A field half behind a bar that sticks to the screen would count as too small to be hit."""
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": self.mode.width, "height": height})

    def too_wide(self) -> list[str]:
        return self.page.evaluate(FIND_TOO_WIDE, self.mode.width)


@contextmanager
def inspector(
    browser: Browser, address: str, mode: Mode = DESK, person: User | None = None
) -> Iterator[Inspector]:
    """A browser of its own; the person is signed in by cookie, which spares the login page."""
    context = browser.new_context(
        base_url=address, locale=mode.locale, timezone_id="Asia/Shanghai", **mode.options
    )
    context.add_init_script(path=AXE)  # before the page, outside of its security policy
    if person:
        sign_in(context, address, person)
    yield Inspector(context.new_page(), mode)
    context.close()


def sign_in(context: BrowserContext, address: str, person: User) -> None:
    client = Client()
    client.force_login(person)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}])
