"""What a leader has to decide: lines that the incoming shift refused, for the first page."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from handover.models import Access, Handover, HandoverLine, SignOff

from .board_handovers import Card

SHOWN = 20


def refused(access: Access) -> list[Card]:
    """Refused lines of the posts this person leads, the longest waiting first; none in which they are a
    party.
    """
    signed = SignOff.objects.filter(
        handover=OuterRef("handover"), user=access.user, role=SignOff.Role.OUTGOING
    )
    lines = (
        HandoverLine.objects.filter(
            answer=HandoverLine.Answer.REFUSED, handover__state=Handover.State.SUBMITTED
        )
        .exclude(Exists(signed) | Q(former_holder=access.user) | Q(answered_by=access.user))
        .select_related("item__customer", "handover__post", "answered_by")
        .order_by("answered_at", "pk")
    )
    if not access.is_administrator:
        led = Q(handover__team__in=access.supervised_team_ids) | Q(handover__post__in=access.led_post_ids)
        lines = lines.filter(led)
    return [_card(line) for line in lines[:SHOWN]]


def _card(line: HandoverLine) -> Card:
    return Card(
        _("Refused: #%(number)d %(customer)s") % {"number": line.item_id, "customer": line.item.customer},
        _("%(post)s, %(person)s: %(reason)s")
        % {"post": line.handover.post.name, "person": line.answered_by, "reason": line.reason},
        reverse("line_decide", args=[line.handover_id, line.pk]),
        _("Decide who holds it"),
        True,
    )
