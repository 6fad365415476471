"""What may be said about shifts, and who works them. Times are those of the team's clocks."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.zones import local_instant
from handover.models import Assignment, Post, Shift
from handover.queries import roster, teams

from .instants import FAR


class PeopleField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class ShiftField(forms.ModelMultipleChoiceField):
    """Shifts of one post, named by day and time."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, shift: Shift) -> str:
        return roster.shift_words(shift, shift.post.team.zone)


class ShiftForm(forms.Form):
    """A single shift: a day, and two times of which the second may be on the next day."""

    name = forms.CharField(label=pgettext_lazy("shift", "Name"), max_length=40)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    starts = forms.TimeField(label=_("Starts at"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    ends = forms.TimeField(
        label=_("Ends at"),
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
        help_text=_("At or before the start means on the next day."),
    )

    def __init__(self, *args: Any, post: Post, shift: Shift | None = None, now: datetime, **kwargs: Any):
        if shift:
            starts, ends = (at.astimezone(post.team.zone) for at in (shift.starts_at, shift.ends_at))
            kwargs["initial"] = {
                "name": shift.name,
                "day": starts.date(),
                "starts": starts.time(),
                "ends": ends.time(),
            }
        super().__init__(*args, **kwargs)
        self.post, self.shift, self.now = post, shift, now

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        if abs(data["day"] - self.now.date()) > FAR:
            self.add_error("day", self.fields["day"].error_messages["invalid"])
            return data
        zone = self.post.team.zone
        ends_on = data["day"] + timedelta(days=data["ends"] <= data["starts"])
        data["starts_at"] = local_instant(data["day"], data["starts"], zone)
        data["ends_at"] = local_instant(ends_on, data["ends"], zone)
        if data["ends_at"] <= self.now:
            self.add_error("day", _("This shift would be over already."))
        there = Shift.objects.filter(post=self.post, starts_at=data["starts_at"])
        if any(shift != self.shift for shift in there):
            self.add_error("starts", _("A shift of this post starts at this time already."))
        return data

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "starts_at", "ends_at")}


class StaffForm(forms.Form):
    """Who is added to a shift, and to which others of the same name; who is its duty supervisor."""

    def __init__(self, *args: Any, shift: Shift, now: datetime, **kwargs: Any) -> None:
        standing = Assignment.objects.filter(shift=shift)
        led = standing.effective().filter(is_duty_supervisor=True).order_by("pk").first()
        kwargs["initial"] = {"duty_supervisor": led.user_id if led else None}
        super().__init__(*args, **kwargs)
        workers = teams.workers(shift.post.team)
        replaced = standing.filter(substitute__isnull=False)
        self.fields["people"] = PeopleField(
            label=_("Add to the shift"),
            queryset=workers.exclude(pk__in=standing.values("user")),
            required=False,
        )
        self.fields["duty_supervisor"] = forms.ModelChoiceField(
            label=_("Duty supervisor"),
            queryset=workers.exclude(pk__in=replaced.values("user")),
            required=False,
            empty_label=_("Nobody: the leaders of the post are asked"),
        )
        self.fields["also_on"] = ShiftField(
            label=_("Do the same for"),
            queryset=roster.same_shifts(shift, now).select_related("post__team"),
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        led_by = data["duty_supervisor"].pk if data["duty_supervisor"] else None
        if not data["people"] and not data["also_on"] and led_by == self.initial["duty_supervisor"]:
            raise forms.ValidationError(_("Choose somebody to add, or another duty supervisor."))
        return data


class SubstituteForm(forms.Form):
    """Who comes instead, and why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Seen by the two of you and by who supervises.")
    )
    field_order = ("user", "reason")

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = Assignment.objects.filter(shift=assignment.shift_id).values("user")
        self.fields["user"] = forms.ModelChoiceField(
            label=_("Who comes instead"),
            empty_label=_("Please choose"),
            queryset=teams.workers(assignment.shift.post.team).exclude(pk__in=standing),
        )
        self.order_fields(self.field_order)
