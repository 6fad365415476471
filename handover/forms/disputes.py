"""What may be said in a dispute, and how it is decided."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from handover.models import Dispute
from handover.services.disputes import Decision, Rule

STATEMENT_LENGTH = 2000
REASON_LENGTH = 1000


class RaiseForm(forms.Form):
    """What it is about, and one's own side of it."""

    cause = forms.ChoiceField(label=_("What is it about?"), choices=Dispute.Cause.choices)
    text = forms.CharField(
        label=_("What happened, as you see it?"),
        help_text=_("The other side and those in charge read it. It cannot be changed; you can add to it."),
        max_length=STATEMENT_LENGTH,
        widget=forms.Textarea({"rows": 6}),
    )


class StatementForm(forms.Form):
    text = forms.CharField(
        label=_("Your statement"),
        help_text=_("Both sides and those in charge read it. It cannot be changed afterwards."),
        max_length=STATEMENT_LENGTH,
        widget=forms.Textarea({"rows": 4}),
    )


class DisputeDecisionForm(forms.Form):
    """For whom, why, who has the item from now on, and the rule that is to be changed, if any."""

    verdict = forms.ChoiceField(label=_("Decided"), choices=Dispute.Verdict.choices, widget=forms.RadioSelect)
    holder = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who has the item from now on"),
        required=False,
        empty_label=_("The queue of the post"),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Both sides read it, and it stands in the record."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea({"rows": 4}),
    )
    rule = forms.CharField(
        label=_("Rule to change"),
        help_text=_("What is done differently from now on? Leave it empty if nothing is."),
        required=False,
        max_length=400,
        widget=forms.Textarea({"rows": 2}),
    )
    rule_due_on = forms.DateField(
        label=_("Until when"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    rule_by = forms.ModelChoiceField(
        User.objects.none(), label=_("Who sees to it"), required=False, empty_label=_("Choose")
    )

    def __init__(
        self,
        *args: Any,
        holders: QuerySet[User] | None,
        holder: User | None,
        workers: QuerySet[User],
        today: date,
        **kwargs: Any,
    ) -> None:
        """`holders` is None where there is no item to be given; `holder` is who has it now."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["rule_by"].queryset = workers  # type: ignore[attr-defined]
        if holders is None:
            del self.fields["holder"]
        else:
            self.fields["holder"].queryset = holders  # type: ignore[attr-defined]
            self.fields["holder"].initial = holder.pk if holder else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        due_on = data.get("rule_due_on")
        if data.get("rule"):
            for name, sentence in (("rule_due_on", _("Say until when.")), ("rule_by", _("Say who."))):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        elif due_on or data.get("rule_by"):
            self.add_error("rule", _("Say what is to be changed, or leave all three empty."))
        if due_on and due_on < self.today:
            self.add_error("rule_due_on", _("This day is over already."))
        return data

    def decision(self) -> Decision:
        data = self.cleaned_data
        rule = Rule(data["rule"], data["rule_due_on"], data["rule_by"]) if data["rule"] else None
        return Decision(data["verdict"], data["reason"], data.get("holder"), rule)
