"""The record of a handover with its proof, to be taken away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from handover import permissions
from handover.errors import HandoverError
from handover.queries import evidence, handovers

from .handovers import load
from .request import Request


def handover_evidence(request: Request, pk: int) -> HttpResponse:
    """What the file holds and how it is checked; the button makes it."""
    handover = load(request, pk)
    signed = handovers.sign_offs(handover)
    signers = frozenset(sign_off.user_id for sign_off in signed)
    if not permissions.can_export_handover(request.access, handover, signers=signers):
        raise PermissionDenied
    if not signed:
        raise Http404
    if request.method != "POST":
        context = {
            "handover": handover,
            "is_sealed": evidence.is_sealed(handover),
            "key_id": evidence.key_id(),
        }
        return render(request, "handovers/evidence.html", context)
    from handover.services import exports  # noqa: PLC0415  30 MB of packages that no other page needs

    timezone.activate(handover.team.zone)  # paper has one zone, whoever prints it
    try:
        content = exports.export(handover=handover, actor=request.user, now=request.access.now)
    except HandoverError as error:
        messages.error(request, error.sentence)
        return redirect("handover_evidence", pk)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="handover-{pk}-evidence.zip"'
    return response
