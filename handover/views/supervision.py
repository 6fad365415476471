"""Where supervision begins: one card for each part of it that the person may open."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handover import permissions
from handover.models import Dispute
from handover.queries import findings, swaps

from .request import Request


@require_safe
def home(request: Request) -> HttpResponse:
    context = {
        "may_read_trail": permissions.can_read_trail(request.access),
        "disputes": Dispute.objects.visible_to(request.access).open().count(),
        "findings": len(findings.waiting(request.access)),
        "swaps": len(swaps.to_approve(request.access)),
    }
    return render(request, "supervision/home.html", context)
