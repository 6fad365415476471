"""Which rules of the completeness score are on, and how many points each gives."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from handover.models import Handover, ScoreRules
from handover.queries import score
from handover.queries.score import Weight, Weights
from handover.queries.score_rules import EXAMPLE
from handover.services.score_rules import MOST_POINTS


class ScoreRulesForm(forms.Form):
    """The weights of all rules, which version their writer saw (0 for none), and on what they are tried."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
    tried_on = forms.ChoiceField(label=_("Try it on"), required=False)

    def __init__(
        self, data: Any = None, *, weights: Weights, own: ScoreRules | None, drafts: list[Handover]
    ) -> None:
        super().__init__(data, initial={"seen_version": own.version if own else 0, "tried_on": EXAMPLE})
        self.drafts = {str(draft.pk): draft for draft in drafts}
        names = [
            (key, f"{draft.post.name} · {draft.outgoing_shift.name}") for key, draft in self.drafts.items()
        ]
        self.fields["tried_on"].choices = [(EXAMPLE, _("a worked example")), *names]  # type: ignore[attr-defined]
        for code, sentence in score.SENTENCES.items():
            weight = weights[code]
            self.fields[f"{code}_on"] = forms.BooleanField(
                label=str(sentence), required=False, initial=weight.is_on
            )
            self.fields[f"{code}_points"] = forms.IntegerField(
                label=_("Points"), min_value=0, max_value=MOST_POINTS, initial=weight.points
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(weight.is_on and weight.points for weight in self.weights().values()):
            self.add_error(None, _("At least one rule must be on and give points."))
        return data

    def weights(self) -> Weights:
        data = self.cleaned_data
        return {code: Weight(data[f"{code}_points"], data[f"{code}_on"]) for code in score.SENTENCES}

    def draft(self) -> Handover | None:
        """The record it is tried on; None means the worked example."""
        return self.drafts.get(self["tried_on"].value() or "")

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"{code}_on"], self[f"{code}_points"]) for code in score.SENTENCES]

    def after_conflict(self, present: ScoreRules | None) -> "ScoreRulesForm":
        """The same once more, for who has now seen what is in force."""
        data = cast("QueryDict", self.data).copy()
        data["seen_version"] = str(present.version if present else 0)
        return ScoreRulesForm(data, weights=score.BUILT_IN, own=present, drafts=list(self.drafts.values()))
