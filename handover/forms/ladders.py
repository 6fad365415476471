"""What may be said about a ladder: for what it is, and its steps."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team
from handover import ladders
from handover.ladders import LONGEST_MINUTES, MOST_REPEATS, MOST_STEPS, Step, Steps
from handover.models import IssueType, Kind, Ladder, Outlet, Post, Target, Waits
from handover.queries.ladders import Place

from .instants import FORMAT

EMPTY_ROWS = 2
# Nobody plans further ahead, and no roster is kept longer in mind.
HORIZON = timedelta(days=366)
# What a row says beside its minutes, of which 0 are something.
SAYING = ("targets", "outlets", "only_untaken", "repeat_minutes", "repeats")
NOT_ABOVE = _(
    "This is the last step of something urgent. It must tell, in any case, all supervisors of the team or "
    "the administrators: a duty supervisor alone may be busy or away."
)
NOT_BEFORE = _("Zero or more minutes.")
TOO_LONG = _("Seven days at most, which is %(limit_value)s minutes.")


class PlaceForm(forms.Form):
    """What waits, and of which items; the names are those of an address."""

    clock = forms.ChoiceField(label=_("Until"), choices=Waits.choices)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *Kind.choices])
    type = forms.ModelChoiceField(
        IssueType.objects.none(), label=_("Issue type"), required=False, empty_label=_("All issue types")
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        issue_types = self.fields["type"]
        issue_types.queryset = team.issue_types.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        clock, issue_type = data.get("clock"), data.get("type")
        if data.get("kind") and clock and clock not in ladders.OF_ANY_KIND:
            self.add_error(
                "kind",
                _("This waits for urgent items alone, or for handovers or disputes: choose all kinds."),
            )
        if issue_type and clock in ladders.OF_RECORDS | ladders.OF_DISPUTES | ladders.OF_FINDINGS:
            self.add_error("type", _("Handovers and disputes have no issue type: choose all of them."))
        if issue_type and clock == Waits.COMPLAINT and not issue_type.is_complaint:
            self.add_error("type", _("This issue type does not count as a complaint."))
        return data

    def place(self) -> Place:
        data = self.cleaned_data
        return Place(self.team, data["clock"], data["kind"], data["type"])


class AtForm(forms.Form):
    """From when it is played through who would be told; without an instant, as it stands now."""

    at = forms.DateTimeField(
        label=_("From this time on"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, FORMAT),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at and abs(at - self.now) > HORIZON:
            raise forms.ValidationError(_("Choose a time within a year."))
        return at


class TrialForm(PlaceForm, AtForm):
    """Something at a post that begins to wait at an instant; nobody has it."""

    field_order = ("clock", "kind", "type", "post", "at")

    def __init__(self, *args: Any, posts: QuerySet[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"] = forms.ModelChoiceField(
            posts, label=pgettext_lazy("desk", "Post"), empty_label=None
        )
        self.fields["at"].required = True
        self.order_fields(self.field_order)


class StepForm(forms.Form):
    """One step. An empty row says nothing."""

    targets = forms.MultipleChoiceField(
        label=_("Whom it tells"), required=False, widget=forms.CheckboxSelectMultiple
    )
    outlets = forms.MultipleChoiceField(
        label=_("How, beside the messages in the application"),
        required=False,
        choices=Outlet.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    only_untaken = forms.BooleanField(label=_("Only while nobody has taken it"), required=False)
    repeat_minutes = forms.IntegerField(
        label=_("Again every … minutes"),
        required=False,
        min_value=1,
        max_value=LONGEST_MINUTES,
        error_messages={"min_value": _("One minute at least."), "max_value": TOO_LONG},
    )
    repeats = forms.IntegerField(
        label=_("At most how many times again"),
        required=False,
        min_value=1,
        max_value=MOST_REPEATS,
        error_messages={
            "min_value": _("Once at least; leave it empty to tell it once only."),
            "max_value": _("%(limit_value)s times at most."),
        },
    )

    def __init__(self, *args: Any, clock: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"] = _minutes(may_be_before=clock in ladders.WITH_OWN_TIME)
        without = ladders.NOT_TOLD.get(clock, set())
        whom = [choice for choice in Target.choices if choice[0] not in without]
        self.fields["targets"].choices = whom  # type: ignore[attr-defined]
        if clock not in ladders.MAY_BE_UNTAKEN:
            del self.fields["only_untaken"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.says_something():
            return data
        self._require("minutes", _("Say after how many minutes."), missing=data.get("minutes") is None)
        self._require("targets", _("Choose at least one."), missing=not data.get("targets"))
        pause, times = data.get("repeat_minutes"), data.get("repeats")
        self._require(
            "repeat_minutes", _("Say after how many minutes again."), missing=bool(times and not pause)
        )
        self._require("repeats", _("Say how many times at most."), missing=bool(pause and not times))
        return data

    def says_something(self) -> bool:
        """Whether it holds more than nothing."""
        data = self.cleaned_data
        return bool(self.errors) or data.get("minutes") is not None or any(data.get(name) for name in SAYING)

    def _require(self, name: str, sentence: Any, *, missing: bool) -> None:
        if missing and name not in self.errors:
            self.add_error(name, sentence)

    def step(self) -> Step:
        data = self.cleaned_data
        return Step(
            minutes=data["minutes"],
            targets=tuple(target for target in Target.values if target in data["targets"]),
            outlets=tuple(outlet for outlet in Outlet.values if outlet in data["outlets"]),
            only_untaken=data.get("only_untaken", False),
            repeat_minutes=data["repeat_minutes"] or 0,
            repeats=data["repeats"] or 0,
        )


StepFormSet = forms.formset_factory(
    StepForm,
    extra=EMPTY_ROWS,
    max_num=MOST_STEPS,
    absolute_max=MOST_STEPS,
    can_delete=True,
    can_delete_extra=False,
)


class LadderForm(forms.Form):
    """The steps of a ladder, in any order, and which version its writer saw in force (0 for none)."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)

    def __init__(self, data: Any = None, *, clock: str, steps: Steps = (), own: Ladder | None = None) -> None:
        super().__init__(data, initial={"seen_version": own.version if own else 0})
        self.clock = clock
        self.rows = StepFormSet(
            data,
            prefix="steps",
            initial=[_row_of(step) for step in steps] if data is None else None,
            form_kwargs={"clock": clock},
        )
        for row in self.rows:
            if DELETION_FIELD_NAME in row.fields:
                row.fields[DELETION_FIELD_NAME].label = _("Remove this step")

    def is_valid(self) -> bool:
        return super().is_valid() & self.rows.is_valid()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.rows.is_valid():
            return data
        rows = self._said()
        if not rows:
            self.add_error(None, _("A ladder has at least one step: who is told after how long?"))
        elif self.clock in ladders.MUST_END_ABOVE and not ladders.ends_above(self.steps()):
            last = max(rows, key=lambda row: row.step().minutes)
            last.add_error("targets", NOT_ABOVE)
        return data

    def steps(self) -> Steps:
        return ladders.in_order(row.step() for row in self._said())

    def _said(self) -> list[StepForm]:
        return [
            row for row in self.rows if row.says_something() and not row.cleaned_data.get(DELETION_FIELD_NAME)
        ]

    def after_conflict(self, present: Ladder | None) -> "LadderForm":
        """The same text once more, for who has now seen what is in force."""
        data = cast("QueryDict", self.data).copy()
        data["seen_version"] = str(present.version if present else 0)
        return LadderForm(data, clock=self.clock)


def _row_of(step: Step) -> dict[str, Any]:
    return {
        "minutes": step.minutes,
        "targets": list(step.targets),
        "outlets": list(step.outlets),
        "only_untaken": step.only_untaken,
        "repeat_minutes": step.repeat_minutes or None,
        "repeats": step.repeats or None,
    }


def _minutes(*, may_be_before: bool) -> forms.IntegerField:
    """Only what counts from a time that is known beforehand can be told before it."""
    return forms.IntegerField(
        label=_("After how many minutes"),
        required=False,
        min_value=-LONGEST_MINUTES if may_be_before else 0,
        max_value=LONGEST_MINUTES,
        help_text=_("With a minus it is told before that time: -15.") if may_be_before else "",
        error_messages={"min_value": TOO_LONG if may_be_before else NOT_BEFORE, "max_value": TOO_LONG},
    )
