"""Fills the coming shifts of a pattern with the people of one of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from handover.models import Assignment, Shift

from . import shifts


@dataclass(frozen=True)
class Copied:
    """How many shifts have people now, and how many have not because these people stand elsewhere then."""

    filled: int
    left_out: int
    elsewhere: tuple[str, ...]


@transaction.atomic
def copy(*, source: Shift, until: datetime, actor: User, now: datetime) -> Copied:
    """Puts the people of a shift on the later ones of its pattern, up to `until`, that have nobody yet.

    Where one of them stands elsewhere at the time the shift is left out whole, so that its hole stays in
    sight. Writes an event for each person and shift; a second call finds nothing to fill. All or nothing:
    raises NotAllowed for somebody who cannot work in the team any more.
    """
    people = list(source.assignments.effective().select_related("user").order_by("pk"))
    empty = _locked_empty(source, after=max(now, source.starts_at), until=until)
    busy = _elsewhere(people, empty) if people and empty else {}
    filled = [shift for shift in empty if shift.pk not in busy] if people else []
    for shift in filled:
        for place in people:
            led = place.is_duty_supervisor
            shifts.assign(shift=shift, user=place.user, is_duty_supervisor=led, actor=actor, now=now)
    names = {name: None for found in busy.values() for name in found}
    return Copied(len(filled), len(busy), tuple(names))


def _locked_empty(source: Shift, *, after: datetime, until: datetime) -> list[Shift]:
    """Locked before anybody is looked for on them, so that nobody comes onto one meanwhile."""
    later = Shift.objects.filter(pattern=source.pattern_id, starts_at__gt=after, starts_at__lt=until)
    locked = list(later.exclude(pattern=None).select_for_update(of=("self",)).order_by("starts_at", "pk"))
    staffed = set(Assignment.objects.filter(shift__in=locked).values_list("shift", flat=True))
    return [shift for shift in locked if shift.pk not in staffed]


def _elsewhere(people: list[Assignment], empty: list[Shift]) -> dict[int, list[str]]:
    """At which of the shifts some of the people stand on another one at the time, and who.

    A duty supervisor often is that of several posts at once.
    """
    places = {place.user_id: place for place in people}
    around = Assignment.objects.effective().filter(
        user__in=places, shift__starts_at__lt=empty[-1].ends_at, shift__ends_at__gt=empty[0].starts_at
    )
    taken = [
        place
        for place in around.select_related("shift").order_by("pk")
        if not (place.is_duty_supervisor and places[place.user_id].is_duty_supervisor)
    ]
    found: dict[int, list[str]] = {}
    for shift in empty:
        for place in taken:
            if place.shift.starts_at < shift.ends_at and place.shift.ends_at > shift.starts_at:
                found.setdefault(shift.pk, []).append(places[place.user_id].user.display_name)
    return found
