"""What may be said about spot checks: the plan, what is added by hand, and the scores."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handover.models import Handover
from handover.queries.words import moment_words
from handover.services.spot_checks import MOST_A_WEEK

REASON_LENGTH = 400


class PlanForm(forms.Form):
    """How many records are drawn a week."""

    per_week = forms.IntegerField(
        label=_("Records drawn a week"),
        help_text=_(
            "0 means none. A week keeps the number with which it began: a change counts from the next week."
        ),
        min_value=0,
        max_value=MOST_A_WEEK,
    )


class AddForm(forms.Form):
    """A record that is checked beside those that were drawn, and why."""

    handover = forms.TypedChoiceField(label=_("Which record"), coerce=int)
    reason = forms.CharField(
        label=_("Why this one"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, found: list[Handover], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(handover.pk), _name(handover)) for handover in found]
        self.fields["handover"].choices = [("", _("Choose a record")), *names]  # type: ignore[attr-defined]


def _name(handover: Handover) -> str:
    facts = (handover.post.name, handover.outgoing_shift.name, moment_words(handover.boundary_at))
    return " · ".join((f"{handover.pk}", *facts))
