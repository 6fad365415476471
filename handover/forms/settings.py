"""What may be said about teams, posts, patterns and issue types."""

from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db import models
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Team, User
from handover.models import IssueType, Post, ServiceHours, ShiftPattern
from handover.services.posts import Hours, PatternFacts, PostFacts
from handover.services.teams import IssueTypeFacts, TeamFacts

DAYS = [
    ("0", pgettext_lazy("weekday", "Mon")),
    ("1", pgettext_lazy("weekday", "Tue")),
    ("2", pgettext_lazy("weekday", "Wed")),
    ("3", pgettext_lazy("weekday", "Thu")),
    ("4", pgettext_lazy("weekday", "Fri")),
    ("5", pgettext_lazy("weekday", "Sat")),
    ("6", pgettext_lazy("weekday", "Sun")),
]


NEW_TEAM = Team()  # with the defaults of the model


class ClockField(forms.TimeField):
    """A time of the day, chosen as the browser likes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput({"type": "time"}, "%H:%M"), **kwargs)


class DaysField(forms.MultipleChoiceField):
    """Some days of the week."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=DAYS, **kwargs)


def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """The names of time zones, by continent."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    continents = groupby(names, key=lambda name: name.partition("/")[0])
    universal = ("UTC", [("UTC", "UTC")])
    return [universal, *((continent, [(name, name) for name in group]) for continent, group in continents)]


class _SettingForm(forms.Form):
    """Fields of a model by name; `thing` is what is changed, None for a new one. Its name is unique."""

    model: type[models.Model]
    names: tuple[str, ...] = ()
    taken = _("There is one of this name already. Please choose another name.")

    def __init__(self, *args: Any, thing: models.Model | None = None, **kwargs: Any) -> None:
        if thing:
            present = {name: getattr(thing, name) for name in self.names}
            kwargs["initial"] = present | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.thing = thing
        self.fields.update(fields_for_model(self.model, fields=self.names))
        if thing is None:
            self.fields.pop("is_active", None)

    def refuse_taken(self, field: str = "name", **place: Any) -> None:
        same = self.model._default_manager.filter(**place)
        if not self.errors and any(other != self.thing for other in same):
            self.add_error(field, self.taken)

    def values(self) -> dict[str, Any]:
        typed = {name: self.cleaned_data[name] for name in self.names if name in self.fields}
        return {"is_active": True} | typed


class TeamForm(_SettingForm):
    model = Team
    names = ("name", "time_zone", "day_ends_at", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=zones(), initial=NEW_TEAM.time_zone
        )
        self.fields["day_ends_at"] = ClockField(
            label=_("Business day ends at"),
            initial=NEW_TEAM.day_ends_at,
            help_text=_("Follow-ups must be closed by then. A night team may choose 04:00."),
        )
        if self.thing is None and not self.is_bound:
            self.fields["time_zone"].widget.attrs["data-module"] = "zone"
        if self.thing is None:
            self.fields["language"] = forms.ChoiceField(
                label=_("Language of the first issue types"),
                choices=settings.LANGUAGES,
                help_text=_("You can rename them and add your own at any time."),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.refuse_taken(name=data.get("name"))
        return data

    def facts(self) -> TeamFacts:
        return TeamFacts(**self.values())  # type: ignore[typeddict-item]


class IssueTypeForm(_SettingForm):
    model = IssueType
    names = ("name", "is_complaint", "is_active")

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.fields["is_complaint"].help_text = _("Complaints go to the leader at once.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.refuse_taken(team=self.team, name=data.get("name"))
        return data

    def facts(self) -> IssueTypeFacts:
        return IssueTypeFacts(**self.values())  # type: ignore[typeddict-item]


class HoursForm(forms.Form):
    """The same hours on several days. An empty row says nothing."""

    days = DaysField(label=_("Days"), required=False)
    opens_at = ClockField(label=_("Opens at"), required=False)
    closes_at = ClockField(label=_("Closes at"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in self.fields if data.get(name)]
        if given and len(given) < len(self.fields) and not self.errors:
            raise forms.ValidationError(_("Choose the days, the opening and the closing time, or nothing."))
        return data


HoursFormSet = forms.formset_factory(HoursForm, extra=1)


class PostForm(_SettingForm):
    """A post with its leaders and the hours in which it is staffed."""

    model = Post
    names = ("name", "early_minutes", "first_day", "last_day", "is_active")

    def __init__(self, data: Any = None, *, team: Team, thing: Post | None = None, **kwargs: Any) -> None:
        super().__init__(data, thing=thing, **kwargs)
        self.team = team
        for name in ("first_day", "last_day"):
            self.fields[name].widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
        self.fields["first_day"].help_text = _("Only for a temporary post, such as one for a promotion day.")
        leaders = User.objects.filter(
            is_active=True, memberships__team=team, memberships__role=Membership.Role.LEADER
        )
        self.fields["leaders"] = forms.ModelMultipleChoiceField(
            label=_("Leaders"),
            queryset=leaders.order_by("display_name", "pk"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[leader.pk for leader in thing.leaders.all()] if thing else [],
            help_text=_("People with the role “leader” in this team can be chosen."),
        )
        self.hours = HoursFormSet(data, prefix="hours", initial=_rows_of(thing))

    def is_valid(self) -> bool:
        return super().is_valid() & self.hours.is_valid()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first."))
        if (data.get("early_minutes") or 0) > 60:
            self.add_error("early_minutes", _("An hour at most."))
        self.refuse_taken(team=self.team, name=data.get("name"))
        return data

    def facts(self) -> PostFacts:
        return PostFacts(**self.values())  # type: ignore[typeddict-item]

    def service_hours(self) -> list[Hours]:
        rows = [row.cleaned_data for row in self.hours if row.cleaned_data.get("days")]
        return [Hours(int(day), row["opens_at"], row["closes_at"]) for row in rows for day in row["days"]]


class PatternForm(_SettingForm):
    model = ShiftPattern
    names = ("name", "starts_at", "ends_at", "weekdays", "is_active")

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.post = post
        self.fields["starts_at"] = ClockField(label=_("Starts at"))
        self.fields["ends_at"] = ClockField(
            label=_("Ends at"), help_text=_("At or before the start means on the next day.")
        )
        self.initial["weekdays"] = list(self.initial.get("weekdays", "0123456"))
        self.fields["weekdays"] = DaysField(label=_("Days on which it starts"))
        self.order_fields(self.names)

    def clean_weekdays(self) -> str:
        return "".join(sorted(self.cleaned_data["weekdays"]))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.refuse_taken(post=self.post, name=data.get("name"), starts_at=data.get("starts_at"))
        return data

    def facts(self) -> PatternFacts:
        return PatternFacts(**self.values())  # type: ignore[typeddict-item]


def _rows_of(post: Post | None) -> list[dict[str, Any]]:
    """The hours of the post, days with the same hours in one row."""
    rows: dict[tuple[Any, Any], list[str]] = {}
    stretches = ServiceHours.objects.filter(post=post).order_by("weekday", "opens_at", "pk") if post else []
    for stretch in stretches:
        rows.setdefault((stretch.opens_at, stretch.closes_at), []).append(str(stretch.weekday))
    return [{"days": days, "opens_at": opens, "closes_at": closes} for (opens, closes), days in rows.items()]
