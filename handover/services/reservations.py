"""Whether a confirmed handover stands under reservation. The signed texts never say so, and never change."""

from datetime import datetime

from handover import lifecycle
from handover.models import Handover
from handover.queries import cut, disputes


def hold(handover: Handover) -> Handover:
    """The handover as it is now, locked until the commit, before anything of it is written."""
    return Handover.objects.select_for_update(no_key=True).get(pk=handover.pk)


def review(*, handover: Handover, now: datetime) -> None:
    """Make it, or say that its last reason is gone. `handover` was locked by `hold`; safe to repeat."""
    if handover.state != Handover.State.CONFIRMED:
        return
    lines = handover.lines.filter(round_number__gt=0, answer__in=cut.OPEN_ANSWERS)
    if lines.exists() or disputes.is_disputed(handover):
        if not handover.with_reservation or handover.reservation_ended_at:
            lifecycle.update(handover, with_reservation=True, reservation_ended_at=None)
    elif handover.with_reservation and handover.reservation_ended_at is None:
        lifecycle.update(handover, reservation_ended_at=now)
