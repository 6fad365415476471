"""The plan of a post for a week, as it was shown and as it is to be."""

import re
from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from handover.queries.plan import Places, Standing, Wish

WAS = re.compile(r"((?:\d{1,15}\.)*\d{1,15})?:(\d{1,15})?", re.ASCII)


class PlanForm(forms.Form):
    """For each shift `was-<id>`, the people `on-<id>` and the duty supervisor `led-<id>`.

    `copy` are the names of the shifts that are to get the people of the week before, when `do` says so.
    """

    def __init__(self, *args: Any, standing: Standing, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing, self.now = standing, now
        self.wishes: list[Wish] = []

    @property
    def copies(self) -> bool:
        return self.data.get("do") == "copy"

    def names(self) -> list[str]:
        return self._sent("copy")

    def clean(self) -> dict[str, Any]:
        shifts = {str(shift.pk): shift for shift in self.standing.open_shifts(self.now)}
        for key in [name.removeprefix("was-") for name in self.data if name.startswith("was-")]:
            seen, wanted = self._seen(key), self._wanted(key)
            if seen is None:
                self.add_error(None, _("The page was out of date. Please look at the plan again."))
            elif key in shifts:
                self.wishes.append(Wish(shifts[key], seen, wanted))
            elif seen != wanted:
                self.add_error(None, _("A shift is over or gone meanwhile. Nothing was changed on it."))
        return super().clean() or {}

    def places(self) -> dict[int, Places]:
        """The shifts as they stand now, with what was asked for."""
        wishes = {wish.shift.pk: wish for wish in self.wishes}
        return {
            pk: wishes[pk].over(places) if pk in wishes else places
            for pk, places in self.standing.places.items()
        }

    def _seen(self, key: str) -> Places | None:
        """None for what no page of ours sends."""
        match = WAS.fullmatch(self.data[f"was-{key}"])
        if match is None:
            return None
        people, led_by = match.groups(default="")
        return Places(
            frozenset(map(int, people.split("."))) if people else frozenset(),
            int(led_by) if led_by else None,
        )

    def _wanted(self, key: str) -> Places:
        """Only who may be put on the shifts, or stands there."""
        known = {str(pk): pk for pk in self.standing.people}
        people = frozenset(known[text] for text in self._sent(f"on-{key}") if text in known)
        return Places(people, known.get(self.data.get(f"led-{key}", "")))

    def _sent(self, name: str) -> list[str]:
        return cast(QueryDict, self.data).getlist(name)
