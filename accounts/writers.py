"""Which of the people who share a browser typed a form.

Every sign-in begins a new CSRF secret, so the token in a form tells on whose page it stood. A signed cookie,
out of reach of scripts, remembers for the last few sign-ins which secret was whose.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import _unmask_cipher_token, get_token  # type: ignore[attr-defined]  # not in the stubs
from django.utils.crypto import salted_hmac

from accounts.models import User

COOKIE = "who"
SALT = "accounts.writers"
REMEMBERED_FOR = timedelta(days=30)
REMEMBERED = 6  # sign-ins: the shifts of two days at a shared desk


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """To be called after the sign-in, with the answer that goes back to the browser."""
    sign_ins = [(str(user.pk), _mark(get_token(request))), *_sign_ins(request)]
    response.set_signed_cookie(
        COOKIE,
        ".".join("-".join(sign_in) for sign_in in sign_ins[:REMEMBERED]),
        salt=SALT,
        max_age=REMEMBERED_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def writer(request: HttpRequest) -> User | None:
    """The person on whose page the form stood. Where that is not known: the only one it can have been."""
    sign_ins = _sign_ins(request)
    mark = _mark(request.POST.get("csrfmiddlewaretoken") or request.headers.get("X-CSRFToken") or "")
    people = {person for person, known in sign_ins if known == mark}
    if not people:
        people = {person for person, _known in sign_ins}
        people |= {str(request.user.pk)} if request.user.is_authenticated else set()
    return User.objects.filter(pk=people.pop(), is_active=True).first() if len(people) == 1 else None


def _sign_ins(request: HttpRequest) -> list[tuple[str, str]]:
    """(person, mark of the secret), the latest first."""
    cookie = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=REMEMBERED_FOR) or ""
    return [(person, mark) for person, mark in (entry.split("-") for entry in cookie.split(".") if entry)]


def _mark(token: str) -> str:
    """The same for every token of one secret, and no secret itself."""
    try:
        secret = _unmask_cipher_token(token)
    except ValueError:
        return ""
    return salted_hmac(SALT, secret).hexdigest()[:16]
