"""Swaps in words, whom they wait for, and what speaks against them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from handover import permissions
from handover.models import Access, Assignment, Led, Post, Swap

from . import cautions, duty
from .cautions import Caution
from .prepared import prepared
from .roster import day_words
from .teams import workers

State = Swap.State
SHOWN = 30
AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Row:
    """A swap ready to be shown: `deal` says who gives and takes what."""

    url: str
    deal: str
    state: str
    is_open: bool
    note: str
    reason: str


@dataclass(frozen=True, slots=True)
class Side:
    """One place and who gives it to whom; `leads` makes the other duty supervisor."""

    giver: User
    taker: User
    words: str
    leads: bool


@dataclass(frozen=True, slots=True)
class Listing:
    to_answer: list[Row]
    to_approve: list[Row]
    mine: list[Row]


def terms(place: Assignment) -> dict[str, Any]:
    """A place on the roster with all that one agrees to by swapping it."""
    return {
        "assignment": place.pk,
        "user": place.user_id,
        "leads": place.is_duty_supervisor,
        "post": place.shift.post.name,
        "shift": place.shift.name,
        "starts_at": place.shift.starts_at.isoformat(),
        "ends_at": place.shift.ends_at.isoformat(),
    }


def free(user: User, now: datetime) -> QuerySet[Assignment]:
    """The coming places of a person that can be swapped: their own, and not begun."""
    rows = Assignment.objects.effective().filter(
        user=user,
        substitutes=None,
        checked_in_at=None,
        shift__starts_at__gt=now,
        shift__starts_at__lt=now + AHEAD,
    )
    return rows.select_related("user", "shift__post__team").order_by("shift__starts_at", "pk")


def place_words(side: dict[str, Any], zone: ZoneInfo) -> str:
    """Such as "Early at Service desk, Mon 23 Nov, 08:00-16:00"."""
    starts, ends = (datetime.fromisoformat(side[name]).astimezone(zone) for name in ("starts_at", "ends_at"))
    facts = {"shift": side["shift"], "post": side["post"], "day": day_words(starts.date())}
    facts["span"] = f"{starts:%H:%M}–{ends:%H:%M}"
    return _("%(shift)s at %(post)s, %(day)s, %(span)s") % facts


def deal(swap: Swap) -> str:
    zone, taken = swap.team.zone, swap.terms["taken"]
    facts = {
        "asker": swap.asker.display_name,
        "colleague": swap.colleague.display_name,
        "given": place_words(swap.terms["given"], zone),
        "taken": place_words(taken, zone) if taken else "",
    }
    if taken:
        return _("%(asker)s gives %(given)s, and takes %(taken)s from %(colleague)s") % facts
    return _("%(colleague)s takes %(given)s from %(asker)s") % facts


def row(swap: Swap) -> Row:
    return Row(
        url=reverse("swap_detail", args=[swap.pk]),
        deal=deal(swap),
        state=swap.get_state_display(),
        is_open=swap.state in Swap.OPEN,
        note=swap.note,
        reason=swap.reason,
    )


def sides(swap: Swap) -> list[Side]:
    """Who gives up which shift, and to whom."""
    given, taken, zone = swap.terms["given"], swap.terms["taken"], swap.team.zone
    found = [Side(swap.asker, swap.colleague, place_words(given, zone), given["leads"])]
    if taken:
        found.append(Side(swap.colleague, swap.asker, place_words(taken, zone), taken["leads"]))
    return found


def colleagues(place: Assignment) -> QuerySet[User]:
    """Who can be asked to take this place: who works in the team and does not stand on the shift."""
    on_shift = Assignment.objects.filter(shift=place.shift_id).values("user")
    return workers(place.shift.post.team).exclude(pk__in=on_shift)


def own_places(access: Access) -> list[tuple[int, str]]:
    """The person's coming places, in words, that can be swapped."""
    rows = free(access.user, access.now).filter(shift__post__team__in=access.working_team_ids)
    return [(place.pk, place_words(terms(place), place.shift.post.team.zone)) for place in rows[:SHOWN]]


def listing(access: Access) -> Listing:
    waiting = _waiting(access)
    seen = {swap.pk for swap in waiting}
    own = Q(asker=access.user) | Q(colleague=access.user)
    mine = loaded(Swap.objects.filter(own, team__in=access.roles)).exclude(pk__in=seen)
    return Listing(
        to_answer=[row(swap) for swap in waiting if swap.state == State.ASKED],
        to_approve=[row(swap) for swap in waiting if swap.state == State.AGREED],
        mine=[row(swap) for swap in mine.order_by("-asked_at", "-pk")[:SHOWN]],
    )


def to_approve(access: Access) -> list[Row]:
    return [row(swap) for swap in _waiting(access) if swap.state == State.AGREED]


def approvers(swap: Swap, posts: Iterable[Post], now: datetime) -> tuple[User, ...]:
    """Who may decide for all of the posts and is no party: the leaders, else the supervisors, else the
    administrators.
    """
    chains = list(duty.chains(list(posts), now).values())
    for step in ("leaders", "supervisors"):
        common = reduce(frozenset.intersection, (frozenset(getattr(chain, step)) for chain in chains))
        if people := [person for person in common if person.pk not in swap.party_ids]:
            return tuple(sorted(people, key=lambda person: person.pk))
    return chains[0].first(parties=swap.party_ids)


def cautions_of(swap: Swap) -> list[Caution]:
    """What would speak against the roster with the swap in it."""
    shifts = {shift.pk: shift for shift in (swap.given_shift, swap.taken_shift) if shift}
    new = {shift_id: swap.colleague for shift_id in shifts if shift_id == swap.given_shift_id}
    new |= {shift_id: swap.asker for shift_id in shifts if shift_id == swap.taken_shift_id}
    if not shifts:
        return []
    start = min(shift.starts_at for shift in shifts.values())
    end = max(shift.ends_at for shift in shifts.values())
    rows = cautions.works(swap.party_ids, start, end)
    as_it_would_be = [
        work._replace(user_id=new[work.shift.pk].pk, name=new[work.shift.pk].display_name)
        if work.shift.pk in new
        else work
        for work in rows
    ]
    found = cautions.find(as_it_would_be, swap.team)
    return [caution for caution in found if caution.is_about(shifts)]


def _waiting(access: Access) -> list[Swap]:
    """What waits for this person: to be answered by them, or to be approved. One query."""
    led = None if access.is_administrator else access.kept
    found = _asked_or_led(user=access.user.pk, now=access.now, teams=frozenset(access.roles), led=led)
    return [swap for swap in found if swap.state == State.ASKED or permissions.can_approve_swap(access, swap)]


@prepared(user=BigIntegerField(), now=DateTimeField())
def _asked_or_led(
    *, user: int, now: datetime, teams: frozenset[int], led: Led | None
) -> QuerySet[Swap, Swap]:
    asked = Q(state=State.ASKED, colleague=user, team__in=teams)
    agreed = Q(state=State.AGREED)
    if led:
        agreed &= Q(given_shift__post__in=led.post_ids) | Q(team__in=led.team_ids)
    rows = loaded(Swap.objects.open().filter(asked | agreed, begins_at__gt=now))
    return rows.order_by("begins_at", "pk")


def loaded(rows: QuerySet[Swap]) -> QuerySet[Swap]:
    return rows.select_related("team", "asker", "colleague", "given_shift__post", "taken_shift__post")
