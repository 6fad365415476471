"""What the first set-up asks for, step by step."""

from datetime import time
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from handover.forms.settings import ClockField
from handover.models import Post
from handover.queries import setup
from handover.services.posts import PatternFacts
from handover.services.setup import NewPerson

EVERY_DAY = "0123456"
MOST_POSTS = 20


class AdministratorForm(forms.Form):
    """The first administrator chooses a password of their own; nobody else ever knew it."""

    setup_code = forms.CharField(
        label=_("Set-up code"),
        max_length=40,
        help_text=_("It stands in the window or the log in which the program was started."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    display_name = forms.CharField(label=_("Your name"), max_length=150)
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[ASCIIUsernameValidator()],
        help_text=_("Letters, digits and @ . + - _ only. Capitals make no difference."),
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("12 characters or more; a sentence that only you would think of is best."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_setup_code(self) -> str:
        typed = self.cleaned_data["setup_code"].strip().lower()
        if not constant_time_compare(typed, setup.code()):
            raise forms.ValidationError(_("This is not the set-up code of this installation."))
        return typed

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("A person with this user name already exists."))
        return username

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data:
            person = User(username=data.get("username", ""), display_name=data.get("display_name", ""))
            try:
                validate_password(data["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class PostsForm(forms.Form):
    """Desks by name, one a line."""

    names = forms.CharField(
        label=_("Posts"),
        max_length=2000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("One a line. A post is a desk that is handed over from shift to shift."),
    )
    early_minutes = forms.TypedChoiceField(
        label=_("Arrive early"),
        choices=[(10, _("10 minutes")), (15, _("15 minutes"))],
        coerce=int,
        initial=15,
        help_text=_("Check-in opens this long before the shift; later than this is recorded as late."),
    )

    def clean_names(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if any(len(name) > 80 for name in names):
            raise forms.ValidationError(_("A name has at most 80 characters."))
        if len(names) > MOST_POSTS:
            raise forms.ValidationError(_("At most 20 posts here; add the others later in the settings."))
        return names


class PatternRow(forms.Form):
    name = forms.CharField(label=_("Shift"), max_length=40, required=False)
    starts_at = ClockField(label=_("Starts at"), required=False)
    ends_at = ClockField(label=_("Ends at"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in self.fields if data.get(name) not in (None, "")]
        if given and len(given) < len(self.fields) and not self.errors:
            raise forms.ValidationError(_("Give the name, the start and the end, or nothing."))
        return data


PatternRows = forms.formset_factory(PatternRow, extra=1)


class PatternsForm(forms.Form):
    """The shifts of a day, for all chosen posts alike."""

    def __init__(self, data: Any = None, *, desks: list[Post], presets: list[dict[str, Any]]) -> None:
        super().__init__(data)
        chosen = Post.objects.filter(pk__in=[post.pk for post in desks]).order_by("name", "pk")
        self.fields["desks"] = forms.ModelMultipleChoiceField(
            label=_("For these posts"),
            queryset=chosen,
            initial=[post.pk for post in desks],
            widget=forms.CheckboxSelectMultiple,
        )
        self.rows = PatternRows(data, prefix="rows", initial=presets)

    def is_valid(self) -> bool:
        return super().is_valid() & self.rows.is_valid()

    def patterns(self) -> list[PatternFacts]:
        rows = {(row.cleaned_data.get("name"), row.cleaned_data.get("starts_at")): row for row in self.rows}
        return [
            PatternFacts(**row.cleaned_data, weekdays=EVERY_DAY, is_active=True)  # type: ignore[typeddict-item]
            for (name, _starts_at), row in rows.items()
            if name
        ]


class PersonRow(forms.Form):
    display_name = forms.CharField(label=_("Name"), max_length=150, required=False)
    username = forms.CharField(
        label=_("User name"), max_length=150, required=False, validators=[ASCIIUsernameValidator()]
    )
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, required=False)

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if username and User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("A person with this user name already exists."))
        return username

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("display_name")) != bool(data.get("username")) and not self.errors:
            raise forms.ValidationError(_("Give the name and the user name."))
        return data


class _PersonRows(forms.BaseFormSet):
    def clean(self) -> None:
        names = [row.cleaned_data.get("username", "").lower() for row in self.forms if row.is_valid()]
        given = [name for name in names if name]
        if len(given) != len(set(given)):
            raise forms.ValidationError(_("Two people have the same user name."))


PersonRows = forms.formset_factory(PersonRow, formset=_PersonRows, extra=6)


class PeopleForm(forms.Form):
    """The first people of the team, as many as there are rows; more can be added at any time."""

    supervises = forms.BooleanField(
        label=_("I supervise this team myself"),
        required=False,
        help_text=_("Administrators keep everything but work in no team unless they belong to it."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.rows = PersonRows(data, prefix="rows")

    def is_valid(self) -> bool:
        return super().is_valid() & self.rows.is_valid()

    def people(self) -> list[NewPerson]:
        rows = [row.cleaned_data for row in self.rows]
        return [
            NewPerson(row["display_name"], row["username"], row.get("role") or Membership.Role.AGENT)
            for row in rows
            if row.get("username")
        ]


def day_of_three(morning: str, middle: str, night: str) -> list[dict[str, Any]]:
    """Three shifts that cover a day."""
    return [
        {"name": morning, "starts_at": time(8), "ends_at": time(16)},
        {"name": middle, "starts_at": time(16), "ends_at": time(0)},
        {"name": night, "starts_at": time(0), "ends_at": time(8)},
    ]
