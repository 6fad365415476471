"""What may be asked of the audit trail."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import BigIntegerField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.zones import local_instant
from handover.models import Customer, Event
from handover.queries import trail
from handover.queries.trail import CHANGES, READINGS, Filters, Place

ITEM, CUSTOMER, HANDOVER = "item", "customer", "handover"


class TrailForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            (CHANGES, pgettext_lazy("trail", "Changes")),
            (READINGS, pgettext_lazy("trail", "Readings of customer data")),
        ],
    )
    person = forms.CharField(
        label=_("Person"), required=False, max_length=150, help_text=_("Their user name or whole name.")
    )
    about = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[
            ("", _("Everything")),
            (ITEM, _("Item with the number")),
            (CUSTOMER, _("Customer with the ID")),
            (HANDOVER, _("Handover with the number")),
        ],
    )
    which = forms.CharField(label=_("Number or ID"), required=False, max_length=40)
    since = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.key: place for place in places}
        self.fields["place"] = forms.ChoiceField(
            label=_("Where"), required=False, choices=[(place.key, place.name) for place in places]
        )
        verbs = sorted(((verb.value, str(verb.label)) for verb in Event.Verb), key=lambda choice: choice[1])
        self.fields["verb"] = forms.ChoiceField(
            label=_("What happened"), required=False, choices=[("", _("Everything")), *verbs]
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        place = self.places.get(data.get("place") or next(iter(self.places)))
        if place is None:
            return data
        data["filters"] = Filters(
            place=place,
            kind=data.get("kind") or CHANGES,
            actor_id=self._actor(place, data.get("person", "").strip()),
            subject=self._subject(place, data.get("about", ""), data.get("which", "").strip()),
            verb=data.get("verb", ""),
            since=_midnight(data.get("since")),
            until=_midnight(data.get("until"), days=1),
        )
        return data

    def filters(self) -> Filters | None:
        """What was asked for; None where something is wrong at a field."""
        return self.cleaned_data["filters"] if self.is_valid() else None

    def _actor(self, place: Place, text: str) -> int | None:
        if not text:
            return None
        found = trail.person_named(place, text)
        if not found:
            self.add_error("person", _("Nobody of this name stands in the trail here."))
        elif len(found) > 1:
            self.add_error("person", _("Several people have this name. Type the user name."))
        return found[0].pk if len(found) == 1 else None

    def _subject(self, place: Place, about: str, which: str) -> tuple[str, int] | None:
        if not about:
            return None
        if about == CUSTOMER:
            pk = Customer.objects.filter(team=place.team_id, code=which).values_list("pk", flat=True).first()
        else:
            pk = _number(which.removeprefix("#"))
        if pk is None:
            self.add_error("which", _("There is no such number or ID here."))
            return None
        return about, pk


def _number(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    return number if number is not None and number <= BigIntegerField.MAX_BIGINT else None


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """The instant at which the day begins on the clocks of the reader, or so many days later."""
    if day is None or day.year in (1, 9999):
        return None
    return local_instant(day + timedelta(days=days), time(0), timezone.get_current_timezone())
