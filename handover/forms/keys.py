"""By what a form is known, so that a second click or the back button makes nothing twice."""

from functools import partial
from secrets import token_hex

from django import forms


def key_field() -> forms.CharField:
    """Each page that is shown has a key of its own; the service makes one thing for it."""
    return forms.CharField(
        required=False, max_length=32, widget=forms.HiddenInput, initial=partial(token_hex, 16)
    )
