"""How a person wants to be told of each thing."""

from typing import Any

from django import forms

from handover.models import About, MessageChoice
from handover.services.inbox import Choice


class MessageChoicesForm(forms.Form):
    """Two boxes for each thing; what is urgent always stands in the application."""

    def __init__(self, *args: Any, choices: list[MessageChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for choice in choices:
            is_fixed = choice.about == About.URGENT
            for way in ("in_app", "email"):
                self.fields[f"{choice.about}_{way}"] = forms.BooleanField(
                    required=False,
                    initial=getattr(choice, way),
                    disabled=is_fixed and way == "in_app",
                    widget=forms.CheckboxInput({"class": "form-check-input"}),
                )

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [(str(about.label), self[f"{about}_in_app"], self[f"{about}_email"]) for about in About]

    def choices(self) -> list[Choice]:
        data = self.cleaned_data
        return [Choice(about, data[f"{about}_in_app"], data[f"{about}_email"]) for about in About]
