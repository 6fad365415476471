"""What may be asked of the trends. What an address holds that is no choice counts as not asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.models import Team
from handover.queries import trends
from handover.queries.trends import SPANS, Filters

HOURS = 24


class TrendForm(forms.Form):
    """Reads the address; the page writes the fields itself."""

    def __init__(self, *args: Any, teams: list[Team], team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        weeks = [(str(n), ngettext("%(count)s week", "%(count)s weeks", n) % {"count": n}) for n in SPANS]
        all_posts, all_shifts = pgettext_lazy("desk", "All posts"), _("All shifts")
        self._offer("team", _("Team"), [(str(each.pk), each.name) for each in teams])
        self._offer("post", pgettext_lazy("desk", "Post"), [("", all_posts), *trends.posts(team)])
        self._offer("shift", _("Shift"), [("", all_shifts), *trends.shifts(team)])
        self._offer("weeks", _("Look back"), weeks)

    def _offer(self, name: str, label: Any, choices: list[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, required=False, choices=choices)

    def filters(self) -> Filters:
        self.is_valid()
        data = self.cleaned_data
        weeks = int(data.get("weeks") or SPANS[0])
        return Filters(self.team, data.get("post", ""), data.get("shift", ""), weeks)


class PointForm(forms.Form):
    """Which bar of a chart; neither means all of them."""

    week = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    bucket = forms.IntegerField(required=False, min_value=0, max_value=HOURS)
