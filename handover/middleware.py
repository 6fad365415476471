"""What holds for every request: content security policy, 400 for input nobody types, who may do what."""

import secrets
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from handover.queries import duty, pulse, setup
from handover.services import readings

# Addresses that answer before anybody is there.
OPEN_BEFORE_SETUP = {"setup", "healthz", "readyz"}

SHOWING = {200, 409}  # a page as asked for, or both texts of a conflict

GetResponse = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class ContentSecurityPolicyMiddleware:
    """Lets the browser run our own files only, and an inline script only with `request.csp_nonce`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = POLICY.format(nonce=request.csp_nonce)  # type: ignore[attr-defined]
        return response


class BadInputMiddleware:
    """NUL characters answer 400: PostgreSQL cannot store them, so no page has to think of them.

    Reading the form here also lets Django refuse a body that is too large before any view runs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if any("\0" in text for text in typed(request)):
            raise SuspiciousOperation("NUL character in the request")
        return self.get_response(request)


class FirstRunMiddleware:
    """Leads to the first set-up while there is nobody at all who could sign in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], *_: Any
    ) -> HttpResponseBase | None:
        name = request.resolver_match.url_name if request.resolver_match else ""
        asks = request.method in {"GET", "HEAD"}
        # Somebody signed in is somebody: the question costs strangers one query and nobody else.
        if request.user.is_authenticated or not asks or name in OPEN_BEFORE_SETUP:
            return None
        return redirect("setup") if setup.is_empty() else None


class AccessMiddleware:
    """Says what the signed-in person may do at this instant, and shows times in their or the team's zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        access = duty.access(request.user, pulse.now())
        request.access = access  # type: ignore[attr-defined]
        with timezone.override(access.time_zone or timezone.get_default_timezone_name()):
            return self.get_response(request)


class ReadingMiddleware:
    """Notes who was shown customers' data, before they are: no such page leaves without its note."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        shown = getattr(request, "shown", None)
        if shown and response.status_code in SHOWING and request.resolver_match:
            page, access = request.resolver_match.url_name or "", request.access  # type: ignore[attr-defined]
            readings.note(actor=access.user, page=page, shown=shown, now=access.now)
        return response


def typed(request: HttpRequest) -> Iterator[str]:
    """Every text in a request that a view may read."""
    yield request.path
    yield from chain.from_iterable(request.COOKIES.items())
    for form in (request.GET, request.POST):
        for name, values in form.lists():
            yield name
            yield from values
