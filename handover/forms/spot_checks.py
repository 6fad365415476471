"""What may be said about spot checks: the plan, what is added by hand, the scores, and what is found."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from handover.check_template import CRITERIA, HIGHEST, LOWEST
from handover.models import Handover
from handover.queries.words import moment_words
from handover.services.findings import FindingFacts
from handover.services.spot_checks import MOST_A_WEEK

from .instants import InstantForm
from .keys import key_field

REASON_LENGTH = 400
FINDING_LENGTH = 1000
TO_PUT_RIGHT = timedelta(days=7)
ACCEPT, AGAIN = "accept", "again"


def _text(label: Any, *, length: int, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=length, widget=forms.Textarea({"rows": 3})
    )


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


class CheckForm(forms.Form):
    """Points for each criterion of the template, with what they mean; a correction says why."""

    use_required_attribute = False

    def __init__(self, *args: Any, is_correction: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in CRITERIA:
            self.fields[criterion.key] = forms.TypedChoiceField(
                label=criterion.title,
                help_text=criterion.question,
                coerce=int,
                choices=[
                    (points, f"{points} · {criterion.scale[points - LOWEST]}")
                    for points in range(HIGHEST, LOWEST - 1, -1)
                ],
                widget=forms.RadioSelect,
            )
        self.fields["remarks"] = _text(_("Remarks"), required=False, length=2000)
        if is_correction:
            self.fields["reason"] = _text(_("Why the check is corrected"), length=REASON_LENGTH)
        # What the person saw as the check that counts; whoever corrects another one is told.
        self.fields["corrects"] = forms.IntegerField(
            required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
        )

    def scores(self) -> dict[str, int]:
        return {criterion.key: self.cleaned_data[criterion.key] for criterion in CRITERIA}


class FindingForm(InstantForm):
    """What is to be put right, by whom and by when."""

    text = _text(_("What was found"), length=FINDING_LENGTH)
    correction = _text(_("What is to be put right"), length=FINDING_LENGTH)
    responsible = forms.TypedChoiceField(label=_("Who puts it right"), coerce=int)
    form_key = key_field()

    def __init__(self, *args: Any, people: list[User], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, now=now, **kwargs)
        self.people = {person.pk: person for person in people}
        names = [(str(person.pk), person.display_name) for person in people]
        self.fields["responsible"].choices = [("", _("Choose a person")), *names]  # type: ignore[attr-defined]
        self.add_instant("due_at", label=_("By when"), required=True, initial=now + TO_PUT_RIGHT)

    def says(self, name: str) -> bool:
        """The time is proposed, not yet said by anybody: left as it was shown, it must be to come too."""
        return True

    def facts(self) -> FindingFacts:
        data = self.cleaned_data
        return FindingFacts(
            text=data["text"],
            correction=data["correction"],
            responsible=self.people[data["responsible"]],
            due_at=data["due_at"],
        )


class AnswerForm(forms.Form):
    """What the responsible person did."""

    use_required_attribute = False
    text = _text(_("What you did, and what will be different"), length=FINDING_LENGTH)


class SettleForm(InstantForm):
    """What the second look at a finding says; what is asked again has a new time."""

    outcome = forms.ChoiceField(
        label=_("Is it put right?"),
        choices=[(ACCEPT, _("Yes, it is put right")), (AGAIN, _("Not yet, please look at it again"))],
        widget=forms.RadioSelect,
    )
    text = _text(_("What you say to it"), length=FINDING_LENGTH, required=False)

    def __init__(self, *args: Any, is_answered: bool, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, now=now, **kwargs)
        if not is_answered:
            self.fields["outcome"].choices = [(ACCEPT, _("Nobody is left to answer it; it ends here"))]  # type: ignore[attr-defined]
        self.add_instant("due_at", label=_("If not yet: by when"), initial=now + TO_PUT_RIGHT)

    def says(self, name: str) -> bool:
        return super().says(name) or self.cleaned_data.get("outcome") == AGAIN

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("outcome") == AGAIN and not data.get("text"):
            self.add_error("text", _("Say what is still to be put right."))
        if data.get("outcome") == AGAIN and not data.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("Choose a time, or type one."))
        return data
