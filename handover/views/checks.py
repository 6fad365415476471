"""One record that was chosen for a spot check: what it says, how it is scored, and what is found in it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.held import bound
from handover import check_template, permissions
from handover.forms.spot_checks import CheckForm, FindingForm
from handover.models import DrawnRecord
from handover.queries import checks as queries
from handover.queries import findings as finding_queries
from handover.queries import parties
from handover.services import findings, spot_checks

from .act import act
from .handovers import as_signed, load
from .request import Request


@require_safe
def check_detail(request: Request, pk: int) -> HttpResponse:
    record = _readable(request, pk)
    is_party = request.user.pk in parties.of_record(record.handover)
    context = _context(request, record) | {
        "checks": queries.of_record(record),
        "findings": queries.findings(record),
        "may_judge": permissions.can_judge_record(request.access, record.handover) and not is_party,
        "is_party": is_party,
    }
    return render(request, "spot_checks/record.html", context)


def check_create(request: Request, pk: int) -> HttpResponse:
    """Score a record, or correct the check that counts."""
    record = _judged(request, pk)
    latest = queries.latest(record)
    initial: dict[str, Any] = {"corrects": latest.pk, "remarks": latest.remarks} if latest else {}
    initial |= latest.scores if latest else {}
    form = bound(CheckForm, request, is_correction=latest is not None, initial=initial)
    return act(
        request,
        form,
        run=lambda data: spot_checks.score(
            drawn=record,
            scores=form.scores(),
            remarks=data["remarks"],
            corrects=record.checks.filter(pk=data["corrects"]).first() if data["corrects"] else None,
            reason=data.get("reason", ""),
            actor=request.user,
            now=request.access.now,
        ),
        back=resolve_url("check_detail", pk),
        done=_("The check is kept."),
        template="spot_checks/check.html",
        context=_context(request, record) | {"latest": latest},
    )


def finding_create(request: Request, pk: int) -> HttpResponse:
    record = _judged(request, pk)
    check = queries.latest(record)
    if check is None:
        raise Http404
    people = finding_queries.people_of(record.handover)
    form = bound(FindingForm, request, people=people, now=request.access.now)
    return act(
        request,
        form,
        run=lambda data: findings.file(
            check=check,
            facts=form.facts(),
            form_key=data["form_key"],
            actor=request.user,
            now=request.access.now,
        ),
        back=resolve_url("check_detail", pk),
        done=_("The finding is filed, and the person is told."),
        template="spot_checks/finding_form.html",
        context={"record": record, "handover": record.handover},
    )


def _readable(request: Request, pk: int) -> DrawnRecord:
    record = get_object_or_404(queries.visible(request.access), pk=pk)
    record.handover = load(request, record.handover_id)
    if not permissions.can_read_checks(request.access, record.handover):
        raise PermissionDenied
    return record


def _judged(request: Request, pk: int) -> DrawnRecord:
    record = _readable(request, pk)
    if not permissions.can_judge_record(request.access, record.handover):
        raise PermissionDenied
    if request.user.pk in parties.of_record(record.handover):
        raise PermissionDenied(parties.why_not_judge())
    return record


def _context(request: Request, record: DrawnRecord) -> dict[str, Any]:
    return as_signed(request, record.handover) | {"record": record, "template": check_template}
