"""Points in time in a form: typed, or chosen from the few that are asked for most."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.zones import local_instant

AT = "at"
FORMAT = "%Y-%m-%dT%H:%M"
# What lies further away is a slip; in other zones it may even be before or after all time.
FAR = timedelta(days=36525)
CHOICES = {
    "half_hour": _("In 30 minutes"),
    "hour": _("In 1 hour"),
    "morning": _("Today 09:00"),
    "today": _("Today 17:00"),
    "tomorrow": _("Tomorrow 09:00"),
    AT: _("At another time"),
}
AT_HOUR = {"morning": (0, 9), "today": (0, 17), "tomorrow": (1, 9)}  # in how many days, at what hour
# What is urgent is answered within 30 minutes.
AHEAD = {"half_hour": timedelta(minutes=30), "hour": timedelta(hours=1)}


def minute(at: datetime) -> datetime:
    """What a field for times can show of an instant."""
    return at.replace(second=0, microsecond=0)


def preset(key: str, now: datetime) -> datetime:
    """The instant that a choice means on the clocks of whoever chooses."""
    if key in AHEAD:
        return minute(now) + AHEAD[key]
    days, hour = AT_HOUR[key]
    day = timezone.localtime(now).date() + timedelta(days=days)
    return local_instant(day, time(hour), timezone.get_current_timezone())


def offered(now: datetime) -> list[tuple[str, Any]]:
    """The choices that are still to come, with their words."""
    return [(key, label) for key, label in CHOICES.items() if key == AT or preset(key, now) > now]


class InstantForm(forms.Form):
    """A form with such points in time; `items/_instant.html` shows one. Each becomes one cleaned instant."""

    use_required_attribute = False  # what is missing is said by our own sentences, not by the browser

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.instants: dict[str, bool] = {}

    def add_instant(
        self, name: str, *, label: Any, required: bool = False, initial: datetime | None = None
    ) -> None:
        """Add the field, which holds `initial`, and the choice beside it."""
        self.fields[f"{name}_preset"] = forms.ChoiceField(
            label=label,
            required=False,
            widget=forms.RadioSelect({"class": "form-check-input"}),
            choices=offered(self.now),
            initial=AT if initial else None,
        )
        self.fields[name] = forms.DateTimeField(
            label=label,
            required=False,
            widget=forms.DateTimeInput(
                {"type": "datetime-local", "class": "form-control", "aria-label": CHOICES[AT]}, FORMAT
            ),
            initial=minute(initial) if initial else None,
            show_hidden_initial=initial is not None,
        )
        self.instants[name] = required

    def hidden_initials(self) -> list[str]:
        """What the person was shown, for the comparison when it comes back."""
        return [bound.as_hidden(only_initial=True) for bound in self if bound.field.show_hidden_initial]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, required in self.instants.items():
            chosen = data.get(f"{name}_preset")
            if chosen and chosen != AT:
                data[name] = preset(chosen, self.now)
            self._check(name, data.get(name), required=required)
        return data

    def _check(self, name: str, at: datetime | None, *, required: bool) -> None:
        if name in self.errors:
            return
        if at is None and required:
            self.add_error(name, _("Choose a time, or type one."))
        elif at is not None and abs(at - self.now) > FAR:
            self.add_error(name, self.fields[name].error_messages["invalid"])
        elif at is not None and at <= self.now and self.says(name):
            self.add_error(name, _("This time is over already. Choose one that is still to come."))

    def says(self, name: str) -> bool:
        """Whether something else was typed or chosen than what the person was shown."""
        chosen = self.cleaned_data.get(f"{name}_preset")
        return name in self.changed_data or bool(chosen and chosen != AT)
