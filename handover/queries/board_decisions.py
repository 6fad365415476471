"""What a leader has to decide: lines that the incoming shift refused, and disputes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from handover.models import Access, Dispute, Handover, HandoverLine, Led

from . import parties, step_words
from .board_handovers import Card
from .prepared import prepared

SHOWN = 20


def refused(access: Access) -> list[Card]:
    """Refused lines of the posts this person leads, the longest waiting first; none in which they are a
    party.
    """
    lines = HandoverLine.objects.filter(
        answer=HandoverLine.Answer.REFUSED, handover__state=Handover.State.SUBMITTED
    )
    if not access.is_administrator:
        led = Q(handover__team__in=access.supervised_team_ids) | Q(handover__post__in=access.led_post_ids)
        lines = lines.filter(led)
    found = list(lines.values("pk", "handover", "answered_by").order_by("answered_at", "pk"))
    # Mostly there is none, and then nothing more is asked.
    mine = _decidable(found, access) if found else []
    shown = HandoverLine.objects.filter(pk__in=mine[:SHOWN])
    rows = shown.select_related("item__customer", "handover__post", "answered_by")
    return [_card(line) for line in rows.order_by("answered_at", "pk")] if mine else []


def disputed(access: Access) -> list[Card]:
    """Open disputes of the posts this person leads, the longest waiting first; none of their own."""
    rows = _open_disputes(led=None if access.is_administrator else access.led)
    involved = parties.of_disputes(rows) if rows else {}
    return [_dispute_card(row) for row in rows if access.user.pk not in involved[row.pk].both]


@prepared()
def _open_disputes(*, led: Led | None) -> QuerySet[Dispute, Dispute]:
    found = Dispute.objects.open().select_related(
        "handover__post", "handover__outgoing_shift", "item__customer", "raised_by"
    )
    return (found.led(led) if led else found).order_by("raised_at", "pk")[:SHOWN]


def _dispute_card(dispute: Dispute) -> Card:
    return Card(
        _("Dispute: %(thing)s") % {"thing": step_words.dispute_words(dispute)},
        _("%(person)s, about %(cause)s")
        % {"person": dispute.raised_by, "cause": dispute.get_cause_display()},
        reverse("dispute_detail", args=[dispute.pk]),
        _("Read and decide"),
        True,
    )


def _decidable(found: Iterable[Mapping[str, Any]], access: Access) -> list[int]:
    """The lines in which the person is no party."""
    involved = parties.outgoing_of({row["handover"] for row in found})
    me = access.user.pk
    return [row["pk"] for row in found if me != row["answered_by"] and me not in involved[row["handover"]]]


def _card(line: HandoverLine) -> Card:
    return Card(
        _("Refused: #%(number)d %(customer)s") % {"number": line.item_id, "customer": line.item.customer},
        _("%(post)s, %(person)s: %(reason)s")
        % {"post": line.handover.post.name, "person": line.answered_by, "reason": line.reason},
        reverse("line_decide", args=[line.handover_id, line.pk]),
        _("Decide who holds it"),
        True,
    )
