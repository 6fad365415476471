"""The plan of a week with the people of the week before on it: nothing is saved by that."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.zones import local_instant
from handover.models import Assignment, Shift

from . import cautions, roster
from .plan import Places, Standing
from .weeks import WEEK
from .words import listed


@dataclass(frozen=True)
class Copied:
    """The plan as it would be, how many shifts were filled, and in words what was left out and why."""

    places: dict[int, Places]
    filled: int
    left: tuple[str, ...]


def last_week(standing: Standing, places: dict[int, Places], names: Collection[str], now: datetime) -> Copied:
    """Fills the shifts of these names that have not begun and have nobody, from the same shift a week before.

    Whoever was replaced for once is copied, not the substitute. Left out is who does not work in the team any
    more, and who stands on another shift at that time.
    """
    zone = standing.post.team.zone
    sources = _sources(standing, zone)
    wanted = [shift for shift in standing.shifts if shift.name in names and shift.starts_at > now]
    wanted = [shift for shift in wanted if _key(shift, zone, weeks=1) in sources]
    staffed = [shift for shift in wanted if places[shift.pk].people]
    left = [_("Left as it is, for there is somebody: %(shifts)s.") % {"shifts": _days(staffed, zone)}]
    left = left if staffed else []
    new, filled = dict(places), 0
    busy = _Busy(standing, places)
    for shift in wanted:
        if shift in staffed:
            continue
        found = busy.free(shift, sources[_key(shift, zone, weeks=1)])
        left += found.left
        new[shift.pk] = found.places
        filled += bool(found.places.people)
    return Copied(new, filled, tuple(left))


def _sources(standing: Standing, zone: ZoneInfo) -> dict[tuple[str, str], list[Assignment]]:
    week = Shift.objects.filter(
        post=standing.post,
        starts_at__gte=local_instant(standing.first - WEEK, time(0), zone),
        starts_at__lt=standing.start,
    )
    rows = Assignment.objects.filter(shift__in=week, substitutes=None).select_related("user", "shift")
    found: dict[tuple[str, str], list[Assignment]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(_key(row.shift, zone), []).append(row)
    return found


def _key(shift: Shift, zone: ZoneInfo, *, weeks: int = 0) -> tuple[str, str]:
    """The name, and what the clocks of the team show at the start."""
    local = shift.starts_at.astimezone(zone).replace(tzinfo=None) - timedelta(weeks=weeks)
    return shift.name, local.isoformat()


def _days(shifts: Iterable[Shift], zone: ZoneInfo) -> str:
    return listed(_("%(shift)s, %(when)s") % _facts(shift, zone) for shift in shifts)


def _facts(shift: Shift, zone: ZoneInfo) -> dict[str, str]:
    day = roster.day_words(shift.starts_at.astimezone(zone).date())
    return {"shift": shift.name, "when": day}


@dataclass
class _Found:
    places: Places
    left: list[str]


class _Busy:
    """When everybody works already; who is put on a shift is busy from then on."""

    def __init__(self, standing: Standing, places: dict[int, Places]) -> None:
        self.workers, self.zone = standing.worker_ids, standing.post.team.zone
        planned = {shift.pk for shift in standing.shifts}
        rows = cautions.works(standing.people, standing.start, standing.end)
        self.spans = [(row.user_id, row.shift, row.leads) for row in rows if row.shift.pk not in planned]
        self.spans += [
            (user_id, shift, user_id == places[shift.pk].led_by)
            for shift in standing.shifts
            for user_id in places[shift.pk].people
        ]

    def free(self, shift: Shift, rows: list[Assignment]) -> _Found:
        people, left = set(), []
        for row in rows:
            facts = _facts(shift, self.zone) | {"name": row.user.display_name}
            if row.user_id not in self.workers:
                left.append(_("%(name)s does not work in this team any more: %(shift)s, %(when)s.") % facts)
            elif self._is_taken(row, shift):
                left.append(_("%(name)s is on another shift then: %(shift)s, %(when)s.") % facts)
            else:
                people.add(row.user_id)
                self.spans.append((row.user_id, shift, row.is_duty_supervisor))
        led = [row.user_id for row in rows if row.is_duty_supervisor and row.user_id in people]
        return _Found(Places(frozenset(people), led[0] if led else None), left)

    def _is_taken(self, row: Assignment, shift: Shift) -> bool:
        """A duty supervisor often is that of several posts at once."""
        return any(
            user_id == row.user_id
            and other.starts_at < shift.ends_at
            and other.ends_at > shift.starts_at
            and not (leads and row.is_duty_supervisor)
            for user_id, other, leads in self.spans
        )
