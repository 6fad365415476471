"""The record of a handover with its proof, to be taken away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from handover import permissions
from handover.errors import HandoverError
from handover.models import Handover
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
        return render(request, "handovers/evidence.html", {"handover": handover, **_proof(handover)})
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


def _proof(handover: Handover) -> dict[str, object]:
    """Whether the ledger has come to the record, and the key that seals it: none before its first seal."""
    from handover import seal_key  # noqa: PLC0415  7 MB of a package that no other page needs

    is_sealed, key_id = evidence.is_sealed(handover), evidence.key_id()
    public_key = seal_key.pem(seal_key.load().public_key()) if key_id else ""
    return {"is_sealed": is_sealed, "key_id": key_id, "public_key": public_key}
