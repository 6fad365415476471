"""The live board of whoever leads something, and what is said there about what escalated."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.held import bound
from handover import permissions
from handover.forms.item_actions import SentenceForm
from handover.models import Access, Waits
from handover.queries import (
    board_alarms,
    board_decisions,
    board_handovers,
    deliveries,
    live_board,
    live_duty,
    live_escalations,
    swaps,
)
from handover.queries.item_words import UNDONE
from handover.queries.live_board import Part
from handover.services import supervision

from .act import act
from .request import Request, show_times_of, shows

# By the name that stands in the address where the list goes on.
PARTS: dict[str, Callable[[Access, str], Part]] = {
    "untaken": live_board.untaken,
    "escalations": live_escalations.unacknowledged,
    "complaints": live_board.complaints,
    "running": live_board.running,
}


@require_safe
def board(request: Request) -> HttpResponse:
    """The whole page, or its live part alone for the script that keeps it fresh."""
    access = _leading(request)
    context: dict[str, Any] = {name: read(access, request.GET.get(name, "")) for name, read in PARTS.items()}
    alarmed = board_alarms.alarmed(access)
    listed = [row["id"] for part in ("untaken", "complaints", "running") for row in context[part].rows]
    shows(request, items=[*listed, *(row.number for row in alarmed)])
    context |= {
        "refused": board_decisions.refused(access),
        "disputes": board_decisions.disputed(access),
        "late": board_handovers.late(access),
        "alarmed": alarmed,
        "undelivered": deliveries.given_up(access),
        "swaps": swaps.to_approve(access),
        "staffing": live_duty.of_posts(access),
        "version": live_board.version(access),
        "now": access.now,
    }
    part = "X-Live" in request.headers
    return render(request, "live_board/_live.html" if part else "live_board/board.html", context)


@require_safe
def board_version(request: Request) -> HttpResponse:
    return HttpResponse(live_board.version(_leading(request)), content_type="text/plain")


def escalation_acknowledge(request: Request, pk: int) -> HttpResponse:
    escalation = get_object_or_404(live_escalations.visible(request.access), pk=pk)
    show_times_of(request, escalation.team.time_zone)
    if not permissions.can_acknowledge(request.access, escalation):
        raise PermissionDenied
    form = bound(SentenceForm, request, label=_("What is being done about it?"))
    if escalation.clock.item_id:
        shows(request, items=[escalation.clock.item_id])
    from_item = escalation.clock.item_id and request.GET.get("from") == "item"
    back = reverse("item_detail", args=[escalation.clock.item_id]) if from_item else reverse("board")
    return act(
        request,
        form,
        run=lambda data: supervision.acknowledge(
            escalation=escalation, text=data["text"], actor=request.user, now=request.access.now
        ),
        back=back,
        done=_("Noted. The clock runs on until somebody does it."),
        template="live_board/acknowledge.html",
        context={
            "escalation": escalation,
            "item": escalation.clock.item,
            "what": UNDONE[Waits(escalation.clock.kind)],
        },
    )


def _leading(request: Request) -> Access:
    if not request.access.leads:
        raise PermissionDenied
    return request.access
