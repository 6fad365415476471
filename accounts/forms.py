"""What people type about themselves."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.browser import SignedInRequest, client_address
from accounts.lockout import LockedOut, limited
from accounts.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST_PASSWORD = 128

Found = TypeVar("Found")


def _password_field(label: "_StrPromise", *, autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=LONGEST_PASSWORD, strip=False, widget=widget, **options)


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = _password_field(_("Password"), autocomplete="current-password")

    user: User | None = None

    def __init__(self, *args: Any, request: HttpRequest, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.now = now

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if "username" in typed and "password" in typed:
            self.user = self._who(typed["username"], typed["password"])
        return typed

    def _who(self, username: str, password: str) -> User:
        """Unknown names, wrong passwords and disabled people get one answer after one and the same time."""
        user = _limited(
            lambda: authenticate(self.request, username=username, password=password),
            username=username,
            request=self.request,
            now=self.now,
        )
        if user is None:
            raise ValidationError(
                _("The user name or the password is wrong. Capitals in the password matter.")
            )
        return user


class PasswordForm(forms.Form):
    """A new password of one's own, against the present one."""

    current_password = _password_field(_("Present password"), autocomplete="current-password")
    new_password = _password_field(
        _("New password"),
        autocomplete="new-password",
        help_text=_("12 characters or more; a sentence that only you would think of is best."),
    )

    def __init__(self, *args: Any, request: SignedInRequest, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user = request.user
        self.now = now

    def clean_current_password(self) -> str:
        password = self.cleaned_data["current_password"]
        right = _limited(
            lambda: self.user.check_password(password),
            username=self.user.username,
            request=self.request,
            now=self.now,
        )
        if not right:
            raise ValidationError(_("This is not your present password."))
        return password

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        if password == self.data.get("current_password"):
            raise ValidationError(_("This is the present password. Choose another one."))
        validate_password(password, self.user)
        return password


class VouchForm(forms.Form):
    """One's own password, for the word that one gives for a colleague."""

    password = _password_field(
        _("Your password"),
        autocomplete="current-password",
        help_text=_("Your name and the time are kept with it."),
    )


class ProfileForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("That of the browser")), *User.Language.choices]
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=[("", _("That of my team")), *((name, name) for name in sorted(available_timezones()))],
    )
    theme = forms.ChoiceField(
        label=_("Colours"), required=False, choices=[("", _("Those of the system")), *User.Theme.choices]
    )
    plays_sound = forms.BooleanField(label=_("Play a tone when something urgent is told"), required=False)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=User.Language)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=User.Theme, required=False)


def _limited(check: Callable[[], Found], *, username: str, request: HttpRequest, now: datetime) -> Found:
    try:
        return limited(check, username=username, address=client_address(request), now=now)
    except LockedOut as error:
        raise ValidationError(error.sentence) from error
