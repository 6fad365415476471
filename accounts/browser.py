"""What a request tells of the browser that sent it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User

_answered: ContextVar[str | None] = ContextVar("answered", default=None)


class SignedInRequest(HttpRequest):
    """For types alone: a request to a view that is closed to strangers."""

    user: User


def client_address(request: HttpRequest) -> str:
    """The network address of the browser; forwarded ones count only behind a known number of proxies."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.TRUSTED_PROXIES
    if 0 < proxies <= len(forwarded) and _is_address(forwarded[-proxies].strip()):
        return forwarded[-proxies].strip()
    return request.META.get("REMOTE_ADDR", "")


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """Within it `answered_address` is that of this request, so that not every service has to hand it on."""
    address = client_address(request).partition("%")[0]  # databases know no zone of a link-local address
    token = _answered.set(address if _is_address(address) else None)
    try:
        yield
    finally:
        _answered.reset(token)


def answered_address() -> str | None:
    """Where the request comes from that is being answered; None for what the program does by itself."""
    return _answered.get()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def next_page(request: HttpRequest, default: str) -> str:
    """Where to go after this: the `next` of the form or the address, if it is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # An address of ours begins with a slash; a bare word would be taken for the name of a view.
    return wanted if wanted.startswith("/") and _is_ours(request, wanted) else resolve_url(default)


def previous_page(request: HttpRequest) -> str:
    """The page of ours that this request was sent from, without its host; "/" if unknown."""
    referer = request.headers.get("Referer") or ""
    if not _is_ours(request, referer):
        return "/"
    parts = urlsplit(referer)
    page = parts._replace(scheme="", netloc="", fragment="").geturl()
    return "/" + page.lstrip("/")  # two slashes would begin the name of another host


def _is_ours(request: HttpRequest, url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
