"""What may be asked of the live list. What an address holds that is no choice counts as not asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from handover.models import Kind, Stage
from handover.queries.item_list import ME, NEWEST, QUEUE, Filters, Place

OPEN_STAGES = (Stage.REGISTERED, Stage.IN_PROGRESS, Stage.WAITING, Stage.RESOLVED)


class FilterForm(forms.Form):
    """Reads the address; the page writes the fields itself, for it is asked for all day long."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *Kind.choices])
    stage = forms.ChoiceField(
        label=_("Stage"),
        required=False,
        choices=[("", _("All open stages")), *((stage.value, stage.label) for stage in OPEN_STAGES)],
    )
    order = forms.ChoiceField(
        label=pgettext_lazy("sorting", "Order"),
        required=False,
        choices=[("", _("Earliest first")), (NEWEST, _("Newest first"))],
    )
    overdue = forms.BooleanField(label=_("Past their time"), required=False)
    need = forms.BooleanField(label=_("Special communication need"), required=False)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anybody = [("", _("Everybody")), (ME, _("Me")), (QUEUE, _("The queue"))]
        choices = [*anybody, *((str(pk), name) for pk, name in people)]
        self.fields["holder"] = forms.ChoiceField(label=_("Holder"), required=False, choices=choices)

    def filters(self, place: Place | None) -> Filters:
        self.is_valid()
        return Filters(place=place, **self.cleaned_data)
