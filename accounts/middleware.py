"""What has to happen around every request because somebody is, or was, signed in."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect, resolve_url
from django.utils import timezone, translation

from accounts import held, sessions
from accounts.browser import answering, previous_page

SAFE = {"GET", "HEAD"}  # what asks for a page and sends nothing
UNOPENED = {403, 404, 405}  # no right any more, the thing is gone, or its address only takes what is sent

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class AddressMiddleware:
    """Lets the trail say from where somebody did what it holds."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with answering(request):
            return self.get_response(request)


class SessionLimitMiddleware:
    """Ends sessions in time; keeps what signed-in people see out of every cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sessions.keep_within_limits(request, now=timezone.now())
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class LanguageMiddleware(LocaleMiddleware):
    """The person's choice, else the cookie's, else the browser's."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.user.is_authenticated and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()


class HeldFormMiddleware(LoginRequiredMiddleware):
    """Closes every page to strangers, and loses nothing that was typed before a session ended."""

    def handle_no_permission(  # type: ignore[override]  # the parent can only redirect
        self, request: HttpRequest, _view: Callable[..., Any]
    ) -> HttpResponseBase:
        if sessions.is_live(request):
            return HttpResponse(status=401)  # a page that asks by itself must not throw away what is typed
        kept = held.keep(request) if request.method == "POST" else None
        back = held.address(kept, request.GET) if kept else self._page_of(request)
        return redirect_to_login(back, resolve_url(settings.LOGIN_URL))

    def _page_of(self, request: HttpRequest) -> str:
        """A form without text is no place to come back to."""
        return request.get_full_path() if request.method in SAFE else previous_page(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        held.settle(request, response)
        if response.status_code in UNOPENED and request.method in SAFE and (text := held.find(request)):
            return redirect("held_form", text.pk)
        return response


class OwnPasswordMiddleware:
    """Leads a person whose password somebody else knows to nothing but a new one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], *_: Any
    ) -> HttpResponseBase | None:
        open_to_all = not getattr(view_func, "login_required", True)
        if open_to_all or not request.user.is_authenticated or not request.user.must_change_password:
            return None
        change = resolve_url("password_change")
        return None if request.path == change else redirect_to_login(request.get_full_path(), change)
