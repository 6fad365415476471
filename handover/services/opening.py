"""Opens the handover of a shift that is about to end."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from handover import lifecycle
from handover.models import Event, Handover, Shift, Waits
from handover.queries import duty
from handover.services import clocks, events

OPENS_BEFORE = timedelta(minutes=60)
# A boundary that nobody saw (the server was off) is not opened any more after this.
OPENS_UNTIL = timedelta(hours=24)


def open_due(*, now: datetime) -> int:
    """Open the handover of every shift that ends within the hour; answers how many.

    Safe to run at any time. A draft whose next shift was not on the roster yet gets it once it is.
    """
    due = (
        Shift.objects.filter(
            Q(carried_on=False) | Q(ends_at__gt=now),
            ends_at__lte=now + OPENS_BEFORE,
            ends_at__gt=now - OPENS_UNTIL,
            outgoing_handover__isnull=True,
            assignments__isnull=False,
            post__is_active=True,
        )
        .select_related("post__team")
        .distinct()
        .order_by("ends_at", "pk")
    )
    opened = sum(open_for(shift=shift, now=now) is not None for shift in due)
    for handover in Handover.objects.filter(state=Handover.State.DRAFT, incoming_shift=None).order_by("pk"):
        if incoming := duty.next_shift(handover.outgoing_shift):
            lifecycle.update(handover, incoming_shift=incoming)
    return opened


@transaction.atomic
def open_for(*, shift: Shift, now: datetime) -> Handover | None:
    """The handover of the shift, opened now if need be; None where one person works on alone.

    Who is alone on both shifts has nobody to hand over to: that is an Event and no record. Until the
    boundary somebody may still join one of the shifts, and then there is a handover.
    """
    existing = Handover.objects.filter(outgoing_shift=shift).first()
    if existing or (shift.carried_on and shift.ends_at <= now):
        return existing
    incoming = duty.next_shift(shift)
    if _alone_on_both(shift, incoming):
        if Shift.objects.filter(pk=shift.pk, carried_on=False).update(carried_on=True):
            _carry_on_people(shift, now)
        return None
    handover, created = Handover.objects.get_or_create(
        outgoing_shift=shift,
        defaults={
            "team": shift.post.team,
            "post": shift.post,
            "incoming_shift": incoming,
            "boundary_at": shift.ends_at,
            "opened_at": now,
        },
    )
    if created:
        Shift.objects.filter(pk=shift.pk, carried_on=True).update(carried_on=False)
        clocks.await_side(handover=handover, kind=Waits.SIGN, now=now)
        events.record(verb=Event.Verb.HANDOVER_OPENED, actor=None, now=now, handover=handover)
    return handover


def _alone_on_both(shift: Shift, incoming: Shift | None) -> bool:
    if incoming is None:
        return False
    leaving = {assignment.user_id for assignment in duty.roster(shift)}
    arriving = {assignment.user_id for assignment in duty.roster(incoming)}
    return len(leaving) == 1 and leaving == arriving


def _carry_on_people(shift: Shift, now: datetime) -> None:
    for assignment in duty.roster(shift):
        events.record(
            verb=Event.Verb.CARRIED_ON,
            actor=assignment.user,
            now=now,
            team=shift.post.team,
            post=shift.post,
            person=assignment.user,
        )
