"""Carries out the plan of a post for a week: all of it or nothing, and nobody else's planning is lost."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from handover.errors import Conflict, HandoverError
from handover.models import Assignment, Shift
from handover.queries import roster
from handover.queries.plan import Wish

from . import shifts


@transaction.atomic
def carry_out(*, wishes: Iterable[Wish], actor: User, now: datetime) -> int:
    """Changes what was asked for and leaves what others changed meanwhile; says how many shifts that were.

    Raises Conflict, with a sentence for each shift that cannot become as wished, and changes nothing then.
    Writes an event for each person and shift. A second call finds all done.
    """
    wanted = [wish for wish in wishes if wish.changes]
    rows = Shift.objects.select_for_update(of=("self",)).select_related("post__team").order_by("pk")
    locked = {shift.pk: shift for shift in rows.filter(pk__in=[wish.shift.pk for wish in wanted])}
    troubles = []
    for wish in wanted:
        try:
            with transaction.atomic():
                _change(wish, locked.get(wish.shift.pk), actor=actor, now=now)
        except HandoverError as error:
            zone = wish.shift.post.team.zone
            facts = {"shift": wish.shift.name, "when": roster.shift_words(wish.shift, zone)}
            facts["reason"] = error.sentence
            troubles.append(_("%(shift)s, %(when)s: %(reason)s") % facts)
    if troubles:
        raise Conflict(" ".join(troubles))
    return len(wanted)


def _change(wish: Wish, shift: Shift | None, *, actor: User, now: datetime) -> None:
    if shift is None:
        raise Conflict(_("This shift is not on the roster any more."))
    rows = Assignment.objects.effective().filter(shift=shift).select_related("user").order_by("pk")
    standing = {row.user_id: row for row in rows}
    leaders = [row.user for row in standing.values() if row.is_duty_supervisor]
    if wish.names_another:
        _refuse_other_leader(wish, leaders[0] if leaders else None)
    for user_id in sorted(wish.removed & standing.keys()):
        shifts.unassign(assignment=standing[user_id], actor=actor, now=now)
    lead = {user.pk for user in leaders}
    will_lead = {wish.wanted.led_by} - {None} if wish.names_another else lead
    changed = (wish.added - standing.keys()) | (lead ^ will_lead) - wish.removed
    for user in User.objects.filter(pk__in=changed).order_by("pk"):
        shifts.assign(shift=shift, user=user, is_duty_supervisor=user.pk in will_lead, actor=actor, now=now)


def _refuse_other_leader(wish: Wish, led_by: User | None) -> None:
    """Somebody else named a third person meanwhile: two wishes, of which only people can choose."""
    now_id = led_by.pk if led_by else None
    if now_id in (wish.seen.led_by, wish.wanted.led_by):
        return
    if led_by is None:
        raise Conflict(_("Somebody else has taken the duty supervisor off meanwhile."))
    raise Conflict(
        _("Somebody else has named %(name)s duty supervisor meanwhile.") % {"name": led_by.display_name}
    )
