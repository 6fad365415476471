"""Signing in and out, and what people keep of their own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import held, reauth, services, sessions
from accounts.browser import SignedInRequest, client_address, next_page, previous_page
from accounts.errors import UserFacingError
from accounts.forms import LanguageForm, PasswordForm, ProfileForm, SignInForm, ThemeForm, VouchForm
from accounts.models import User
from accounts.permissions import can_reset_password, can_vouch_for
from accounts.writers import remember

THEME_COOKIE = "theme"
YEAR = 365 * 24 * 3600


@never_cache
@sensitive_post_parameters("password")
@login_not_required
def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(next_page(request, settings.LOGIN_REDIRECT_URL))
    now = timezone.now()
    form = SignInForm(request.POST if request.method == "POST" else None, request=request, now=now)
    if form.is_valid() and form.user:
        sessions.begin(request, form.user, now=now)
        page = next_page(request, settings.LOGIN_REDIRECT_URL)
        if "held=" not in page:
            _tell_of_kept_text(request, form.user)
        response = redirect(page)
        remember(request, response, form.user)
        return response
    context = {"form": form, "text_is_kept": "held=" in next_page(request, "/")}
    return render(request, "accounts/login.html", context)


@require_POST
@login_not_required
def logout(request: HttpRequest) -> HttpResponse:
    sessions.end(request)
    response = redirect(settings.LOGIN_URL)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@sensitive_post_parameters("current_password", "new_password")
def password_change(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    form = PasswordForm(request.POST if request.method == "POST" else None, request=request, now=now)
    if form.is_valid():
        services.set_own_password(
            user=request.user, password=form.cleaned_data["new_password"], address=client_address(request)
        )
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password is changed. Other devices have been signed out."))
        return redirect(next_page(request, settings.LOGIN_REDIRECT_URL))
    return render(request, "accounts/password_change.html", {"form": form})


def password_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if not can_reset_password(request.user, person):
        raise PermissionDenied
    password = ""
    if request.method == "POST":
        password = services.reset_password(user=person, actor=request.user, address=client_address(request))
    # No redirect: the password is shown this once and stored nowhere in plain text.
    return render(request, "accounts/password_reset.html", {"person": person, "password": password})


@sensitive_post_parameters("password")
def password_vouch(request: SignedInRequest, pk: int) -> HttpResponse:
    """A colleague confirms that a person whose password was reset has set the new one themselves."""
    visible = User.objects.visible_to(request.user).select_related("password_reset_by")
    person = get_object_or_404(visible, pk=pk)
    if request.method == "POST" and not can_vouch_for(request.user, person):
        raise PermissionDenied
    form = VouchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.vouch_for_password(
                user=person,
                actor=request.user,
                password=form.cleaned_data["password"],
                address=client_address(request),
                now=timezone.now(),
            )
        except UserFacingError as error:
            form.add_error("password", error.sentence)
        else:
            messages.success(request, _("Thank you. %(name)s can sign again.") % {"name": person})
            return redirect("password_vouch", pk)
    context = {"person": person, "form": form, "barrier": reauth.barrier(request.user)}
    return render(request, "accounts/password_vouch.html", context)


def profile(request: SignedInRequest) -> HttpResponse:
    user = request.user
    initial = {name: getattr(user, name) for name in ProfileForm.base_fields}
    form = held.bound(ProfileForm, request, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.set_preferences(user=user, **form.cleaned_data)
        response = redirect("profile")
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"])
        _set_cookie(response, THEME_COOKIE, form.cleaned_data["theme"])
        messages.success(request, _("Saved."))
        return response
    return render(request, "accounts/profile.html", {"form": form})


@require_POST
@login_not_required
def set_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    response = redirect(next_page(request, "/"))
    if form.is_valid():
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"])
        if request.user.is_authenticated:
            services.set_preferences(user=request.user, language=form.cleaned_data["language"])
    return response


@require_POST
@login_not_required
def set_theme(request: HttpRequest) -> HttpResponse:
    form = ThemeForm(request.POST)
    response = redirect(next_page(request, "/"))
    if form.is_valid():
        _set_cookie(response, THEME_COOKIE, form.cleaned_data["theme"])
        if request.user.is_authenticated:
            services.set_preferences(user=request.user, theme=form.cleaned_data["theme"])
    return response


@require_safe
def held_form(request: SignedInRequest, pk: int) -> HttpResponse:
    """Kept text whose form cannot be opened by its address: to be read and copied."""
    text = get_object_or_404(held.of(request.user), pk=pk)
    fields = [(name, "\n".join(values)) for name, values in held.fields_of(text).lists() if any(values)]
    return render(request, "accounts/held_form.html", {"fields": fields})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """An outdated page, most often one from before signing in again: nothing is done, and nothing is lost.

    A request from a foreign site gets nothing kept, so that nobody can put words into a person's forms.
    """
    match = request.resolver_match
    is_outdated = reason.startswith("CSRF ")
    if not is_outdated or match is None or not getattr(match.func, "login_required", True):
        return render(request, "403_csrf.html", status=403)
    kept = held.keep(request)
    if kept and kept.user_id == (request.user.pk or kept.user_id):
        return redirect(held.address(kept, request.GET))
    messages.warning(request, _("That page was out of date, so nothing was done. Please try again."))
    return redirect(previous_page(request))


def _tell_of_kept_text(request: HttpRequest, user: User) -> None:
    kept = held.of(user).order_by("-pk").first()
    if kept:
        link = format_html('<a href="{}">{}</a>', held.address(kept), _("Look at it"))
        text = _("When you were signed out, something that you had typed was not saved.")
        messages.warning(request, format_html("{} {}", text, link))


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    """No choice is no cookie: the browser's or the system's own setting counts again."""
    if not value:
        response.delete_cookie(name)
        return
    response.set_cookie(
        name, value, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
