"""Which of a colleague's shifts one would take for the own, if any."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from handover.models import Assignment
from handover.queries import swaps


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, place: Assignment) -> str:
        return swaps.place_words(swaps.terms(place), place.shift.post.team.zone)


class SwapForm(forms.Form):
    """The colleague was chosen on the page before: their shifts are what can be chosen here."""

    note = forms.CharField(label=_("Note for your colleague"), max_length=200, required=False)
    field_order = ("in_return", "note")

    def __init__(self, *args: Any, place: Assignment, colleague: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Assignment.objects.filter(user=place.user_id).values("shift")
        free = swaps.free(colleague, now).filter(shift__post__team=place.shift.post.team_id)
        self.fields["in_return"] = PlaceField(
            label=_("Which shift would you take in return?"),
            queryset=free.exclude(shift__in=own),
            required=False,
            blank=True,
            empty_label=_("None: my colleague only takes mine"),
            widget=forms.RadioSelect,
        )
        self.order_fields(self.field_order)
