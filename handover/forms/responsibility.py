"""At which instant somebody asks who was responsible."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .instants import FORMAT


class MomentForm(forms.Form):
    at = forms.DateTimeField(
        label=_("Who was responsible at this time?"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, FORMAT),
    )
