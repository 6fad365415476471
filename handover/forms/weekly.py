"""What is agreed on the figures of a week."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from handover.queries.teams import workers

from .keys import key_field


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.display_name


class ActionForm(forms.Form):
    """A decision; with a person and a day it is something to be done."""

    text = forms.CharField(label=_("What was agreed"), max_length=400, widget=forms.Textarea({"rows": 3}))
    responsible = PersonField(
        queryset=User.objects.none(),
        label=_("Who does it"),
        required=False,
        empty_label=_("Nobody: a decision alone"),
    )
    due_date = forms.DateField(
        label=_("By when"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("That person is reminded on that day, and once more if it is not done by then."),
    )
    form_key = key_field()

    def __init__(self, *args: Any, team: Team, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["responsible"].queryset = workers(team)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person, day = data.get("responsible"), data.get("due_date")
        if person and not day and "due_date" not in self.errors:
            self.add_error("due_date", _("Please say by when it is to be done."))
        if day and not person and "responsible" not in self.errors:
            self.add_error("responsible", _("Please say who does it."))
        if day and day < self.today:
            self.add_error("due_date", _("This day is over already."))
        return data
