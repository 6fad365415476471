"""What holds for every request: content security policy, 400 for input nobody types, who may do what."""

import secrets
from collections.abc import Callable, Iterator
from itertools import chain

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from handover.queries import duty

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


class AccessMiddleware:
    """Says what the signed-in person may do at this instant, and shows times in their or the team's zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        access = duty.access(request.user, timezone.now())
        request.access = access  # type: ignore[attr-defined]
        with timezone.override(access.time_zone or timezone.get_default_timezone_name()):
            return self.get_response(request)


def typed(request: HttpRequest) -> Iterator[str]:
    """Every text in a request that a view may read."""
    yield request.path
    yield from chain.from_iterable(request.COOKIES.items())
    for form in (request.GET, request.POST):
        for name, values in form.lists():
            yield name
            yield from values
