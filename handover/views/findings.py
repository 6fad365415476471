"""One finding of a spot check: its page, the answer to it, and the second look."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.held import bound
from handover import permissions
from handover.forms.spot_checks import AGAIN, AnswerForm, SettleForm
from handover.models import Finding
from handover.queries import findings as queries
from handover.queries import parties
from handover.services import findings

from .act import act
from .request import Request, show_times_of


@require_safe
def finding_detail(request: Request, pk: int) -> HttpResponse:
    finding = _visible(request, pk)
    is_open = finding.state != Finding.State.ACCEPTED
    context = {
        "finding": finding,
        "entries": queries.entries(finding),
        "may_answer": finding.state == Finding.State.OPEN
        and permissions.can_answer_finding(request.access, finding),
        "may_settle": is_open and _may_settle(request, finding),
        "may_read_check": permissions.can_read_checks(request.access, finding.handover),
        "now": request.access.now,
    }
    return render(request, "spot_checks/finding.html", context)


def finding_answer(request: Request, pk: int) -> HttpResponse:
    finding = _visible(request, pk)
    if not permissions.can_answer_finding(request.access, finding):
        raise PermissionDenied
    form = bound(AnswerForm, request)
    return act(
        request,
        form,
        run=lambda data: findings.answer(
            finding=finding, text=data["text"], actor=request.user, now=request.access.now
        ),
        back=resolve_url("finding_detail", pk),
        done=_("Thank you. Somebody who leads the post takes a second look."),
        template="spot_checks/answer.html",
        context={"finding": finding},
    )


def finding_settle(request: Request, pk: int) -> HttpResponse:
    """The second look: put right, or to be looked at again."""
    finding = _visible(request, pk)
    if not permissions.can_settle_finding(request.access, finding):
        raise PermissionDenied
    if not _may_settle(request, finding):
        raise PermissionDenied(parties.why_not_judge())
    is_answered = finding.state == Finding.State.ANSWERED
    form = bound(SettleForm, request, is_answered=is_answered, now=request.access.now)
    return act(
        request,
        form,
        run=lambda data: _settle(request, finding, data),
        back=resolve_url("finding_detail", pk),
        done=_("Noted, and the person is told."),
        template="spot_checks/settle.html",
        context={"finding": finding, "is_answered": is_answered, "entries": queries.entries(finding)},
    )


def _settle(request: Request, finding: Finding, data: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"finding": finding, "text": data["text"]}
    facts |= {"actor": request.user, "now": request.access.now}
    if data["outcome"] == AGAIN:
        findings.ask_again(**facts, due_at=data["due_at"])
    else:
        findings.accept(**facts)


def _visible(request: Request, pk: int) -> Finding:
    finding = get_object_or_404(queries.visible(request.access), pk=pk)
    show_times_of(request, finding.team.time_zone)
    return finding


def _may_settle(request: Request, finding: Finding) -> bool:
    return permissions.can_settle_finding(request.access, finding) and request.user.pk not in (
        parties.of_record(finding.handover) | {finding.responsible_id}
    )
