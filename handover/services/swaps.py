"""Swaps of shifts: asked by one, agreed to by the other, decided by who leads both posts."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from handover import lifecycle
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import About, Assignment, Event, Shift, Swap
from handover.queries import swaps

from . import events, outbox, shifts

State = Swap.State


@transaction.atomic
def ask(
    *, place: Assignment, colleague: User, in_return: Assignment | None, note: str, actor: User, now: datetime
) -> Swap:
    """Asks a colleague of the team to take a coming shift, for one of theirs or for nothing; tells them.

    Raises InvalidMove for a place that cannot be given now, NotAllowed for who does not work in the team,
    Conflict where the roster has changed and where an open swap of this shift is there already.
    """
    given, taken = _locked([place.pk]), _locked([in_return.pk] if in_return else [])
    _refuse_places(given + taken, now=now)
    team = given[0].shift.post.team
    if not Membership.objects.workers().filter(user=colleague, team=team, user__is_active=True).exists():
        raise NotAllowed(_("%(name)s does not work in this team.") % {"name": colleague.display_name})
    _refuse_twice(colleague, given[0].shift)
    for one in taken:
        if one.user_id != colleague.pk or one.shift.post.team_id != team.pk:
            raise Conflict(_changed())
        _refuse_twice(actor, one.shift)
    swap = Swap(
        team=team,
        asker=actor,
        colleague=colleague,
        given_shift=given[0].shift,
        taken_shift=taken[0].shift if taken else None,
        terms={"given": swaps.terms(given[0]), "taken": swaps.terms(taken[0]) if taken else None},
        note=note,
        asked_at=now,
        begins_at=min(one.shift.starts_at for one in given + taken),
    )
    try:
        with transaction.atomic():
            swap.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("You have asked for a swap of this shift already. Withdraw that first.")) from error
    _record(Event.Verb.SWAP_ASKED, swap, actor=actor, now=now, text=note)
    _tell(swap, [colleague], lambda facts: _("%(asker)s asks you for a swap: %(deal)s.") % facts, now=now)
    return swap


@transaction.atomic
def agree(*, swap: Swap, actor: User, now: datetime) -> None:
    """The colleague is willing. Tells the asker, and who leads the posts that it waits for them.

    Raises Conflict where the roster has changed since it was asked, InvalidMove once a shift has begun.
    """
    lifecycle.move(swap, State.AGREED)
    places = _unchanged(swap, now=now)
    _record(Event.Verb.SWAP_AGREED, swap, actor=actor, now=now)
    _tell(
        swap, [swap.asker], lambda facts: _("%(colleague)s agrees to your swap: %(deal)s.") % facts, now=now
    )
    leading = swaps.approvers(swap, {place.shift.post for place in places}, now)
    _tell(swap, leading, lambda facts: _("A swap waits for your approval: %(deal)s.") % facts, now=now)


@transaction.atomic
def decline(*, swap: Swap, reason: str, actor: User, now: datetime) -> None:
    """The colleague does not want to. Tells the asker why."""
    _end(swap, State.DECLINED, Event.Verb.SWAP_DECLINED, actor=actor, now=now, reason=reason)
    _tell(
        swap,
        [swap.asker],
        lambda facts: _("%(colleague)s declines your swap (%(deal)s): %(reason)s") % facts,
        now=now,
    )


@transaction.atomic
def withdraw(*, swap: Swap, actor: User, now: datetime) -> None:
    """One of the two has thought better of it before it was decided. Tells the other."""
    _end(swap, State.WITHDRAWN, Event.Verb.SWAP_WITHDRAWN, actor=actor, now=now)
    other = swap.colleague if actor == swap.asker else swap.asker
    _tell(swap, [other], lambda facts: _("%(person)s withdraws the swap: %(deal)s.") % facts, now=now)


@transaction.atomic
def approve(*, swap: Swap, actor: User, now: datetime) -> None:
    """Changes the roster as the two have agreed, all at once, and tells them.

    Raises Conflict where one of the places is not as it was, InvalidMove once a shift has begun, NotAllowed
    for one of the two and where somebody does not work in the team any more.
    """
    _refuse_party(swap, actor)
    _end(swap, State.APPROVED, Event.Verb.SWAP_APPROVED, actor=actor, now=now)
    places = _unchanged(swap, now=now)
    for place in places:
        shifts.unassign(assignment=place, actor=actor, now=now)
    for place in places:
        user = swap.colleague if place.user_id == swap.asker_id else swap.asker
        _refuse_twice(user, place.shift)
        leads = place.is_duty_supervisor
        shifts.assign(shift=place.shift, user=user, is_duty_supervisor=leads, actor=actor, now=now)
    _tell_both(swap, lambda facts: _("%(person)s has approved the swap: %(deal)s.") % facts, now=now)


@transaction.atomic
def refuse(*, swap: Swap, reason: str, actor: User, now: datetime) -> None:
    """The roster stays, and both are told why. Raises NotAllowed for one of the two."""
    _refuse_party(swap, actor)
    _end(swap, State.REFUSED, Event.Verb.SWAP_REFUSED, actor=actor, now=now, reason=reason)
    _tell_both(
        swap, lambda facts: _("%(person)s has refused the swap (%(deal)s): %(reason)s") % facts, now=now
    )


def lapse(*, now: datetime) -> int:
    """Ends what nobody decided before the first shift began, and says so to both; answers how many.

    Safe at any time, late and by several at once: each swap is ended once.
    """
    due = Swap.objects.open().filter(begins_at__lte=now).order_by("begins_at", "pk")
    return sum(_lapse(swap, now=now) for swap in due.select_related("team", "asker", "colleague"))


@transaction.atomic
def _lapse(swap: Swap, *, now: datetime) -> int:
    try:
        _end(swap, State.LAPSED, Event.Verb.SWAP_LAPSED, actor=None, now=now)
    except Conflict:
        return 0
    _tell_both(
        swap,
        lambda facts: _("Nobody decided on the swap before the shift: %(deal)s. The roster stays.") % facts,
        now=now,
    )
    return 1


def _end(swap: Swap, state: str, verb: str, *, actor: User | None, now: datetime, reason: str = "") -> None:
    lifecycle.move(swap, state, ended_at=now, ended_by=actor, reason=reason)
    _record(verb, swap, actor=actor, now=now, text=reason)


def _locked(place_ids: list[int]) -> list[Assignment]:
    """The places as they are, and stay until the end of the transaction; the shifts first, as everywhere."""
    chosen = Shift.objects.filter(assignments__in=place_ids).order_by("pk")
    list(chosen.select_for_update(of=("self",)).values_list("pk"))
    rows = Assignment.objects.effective().filter(pk__in=place_ids).select_for_update(of=("self",))
    found = list(rows.select_related("user", "shift__post__team").order_by("pk"))
    if len(found) < len(place_ids):
        raise Conflict(_changed())
    return found


def _unchanged(swap: Swap, *, now: datetime) -> list[Assignment]:
    """Both places, locked. Raises Conflict unless all is as it was when it was asked."""
    sides = [side for side in (swap.terms["given"], swap.terms["taken"]) if side]
    places = {place.pk: place for place in _locked([side["assignment"] for side in sides])}
    if any(swaps.terms(places[side["assignment"]]) != side for side in sides):
        raise Conflict(_changed())
    _refuse_places(list(places.values()), now=now)
    return list(places.values())


def _refuse_places(places: list[Assignment], *, now: datetime) -> None:
    for place in places:
        if place.shift.starts_at <= now or place.checked_in_at:
            raise InvalidMove(_("A shift that has begun cannot be swapped."))
        if place.substitutes_id:
            raise InvalidMove(_("Somebody who stands in for another cannot swap that shift."))


def _refuse_twice(user: User, shift: Shift) -> None:
    if Assignment.objects.filter(user=user, shift=shift).exists():
        raise InvalidMove(_("%(name)s stands on this shift already.") % {"name": user.display_name})


def _refuse_party(swap: Swap, actor: User) -> None:
    if actor.pk in swap.party_ids:
        raise NotAllowed(_("You are one of the two who swap: somebody else decides."))


def _changed() -> str:
    return _("The roster has changed since the swap was asked for, so it cannot be done. Please ask anew.")


def _record(verb: str, swap: Swap, *, actor: User | None, now: datetime, text: str = "") -> None:
    person = swap.asker if actor == swap.colleague else swap.colleague
    post = swap.given_shift.post if swap.given_shift else None
    data = {"swap": swap.pk} | swap.terms
    events.record(
        verb=verb, actor=actor, now=now, team=swap.team, post=post, person=person, text=text, data=data
    )


def _tell_both(swap: Swap, say: Callable[[dict[str, Any]], str], *, now: datetime) -> None:
    _tell(swap, [swap.asker, swap.colleague], say, now=now)


def _tell(swap: Swap, people: Iterable[User], say: Callable[[dict[str, Any]], str], *, now: datetime) -> None:
    """A message to each in their language; the days are those of the team."""
    letters = []
    path = reverse("swap_detail", args=[swap.pk])
    for person in people:
        with translation.override(person.own_language):
            facts = {
                "asker": swap.asker.display_name,
                "colleague": swap.colleague.display_name,
                "person": swap.ended_by.display_name if swap.ended_by else "",
                "reason": swap.reason,
                "deal": swaps.deal(swap),
            }
            letters.append(outbox.Letter(person, About.SHIFT, say(facts), path=path))
    outbox.send(letters, now=now)
