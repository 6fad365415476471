"""Disputes: their list, one of them with both statements, raising, deciding and withdrawing one."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from handover import permissions
from handover.forms.disputes import DisputeDecisionForm, RaiseForm, StatementForm
from handover.forms.handovers import SentenceForm
from handover.models import Dispute, Handover, HandoverLine, Post
from handover.queries import cut, deciders, dispute_figures, parties, review, teams
from handover.queries import disputes as queries
from handover.services import disputes

from .act import act, press
from .handovers import load
from .request import Request, show_times_of, shows

State = Dispute.State


@require_safe
def dispute_list(request: Request) -> HttpResponse:
    """The open ones first; agents see those in which they have a part."""
    asked = queries.Asked.read(request.GET.dict())
    page = queries.listing(request.access, asked, before=request.GET.get("before", ""))
    shows(request, handovers={row.dispute.handover_id for row in (*page.open, *page.settled, *page.rules)})
    query = asked.query()
    context = {
        "page": page,
        "figures": dispute_figures.figures(request.access),
        "asked": asked,
        "is_narrowed": bool(query),
        "older_url": f"?{query}&before={page.older}" if page.older else "",
        "post": Post.objects.visible_to(request.access).filter(pk=asked.post).first() if asked.post else None,
        "states": State.choices,
        "causes": Dispute.Cause.choices,
        "verdicts": Dispute.Verdict.choices,
    }
    return render(request, "disputes/list.html", context)


@require_safe
def dispute_detail(request: Request, pk: int) -> HttpResponse:
    dispute = _load(request, pk)
    is_open = dispute.state == State.OPEN
    why_not = deciders.why_not(dispute, request.access)
    context = {
        "dispute": dispute,
        "page": queries.page(dispute, request.access),
        "now": request.access.now,
        "form": StatementForm(),
        "may_state": is_open and _is_party(request, dispute),
        "may_decide": is_open and not why_not,
        "why_not": why_not if permissions.can_decide_dispute(request.access, dispute) else "",
        "in_charge": deciders.in_charge(dispute, request.access.now) if is_open else (),
        "may_withdraw": is_open and permissions.can_withdraw_dispute(request.access, dispute),
        "may_finish": bool(dispute.rule)
        and dispute.rule_done_at is None
        and permissions.can_finish_rule(request.access, dispute),
    }
    return render(request, "disputes/detail.html", context)


def handover_dispute(request: Request, pk: int) -> HttpResponse:
    """Dispute a whole record."""
    handover = load(request, pk)
    return _raise(request, handover, None, title=_("Dispute the record"))


def line_dispute(request: Request, pk: int, item_pk: int) -> HttpResponse:
    """Dispute one line of a record."""
    handover = load(request, pk)
    lines = handover.lines.select_related("item__customer", "item__issue_type")
    line = get_object_or_404(lines.filter(round_number__gt=0), item=item_pk)
    line.handover = handover
    return _raise(request, handover, line, title=_("Dispute item #%(number)d") % {"number": item_pk})


def dispute_state(request: Request, pk: int) -> HttpResponse:
    """Add a statement; both sides may, as often as they like."""
    dispute = _load(request, pk)
    if not _is_party(request, dispute):
        raise PermissionDenied
    return _act(
        request,
        dispute,
        bound(StatementForm, request),
        title=_("Make a statement"),
        done=_("Your statement stands in the dispute."),
        run=lambda data: disputes.state(dispute=dispute, text=data["text"], **_by(request)),
    )


def dispute_decide(request: Request, pk: int) -> HttpResponse:
    """Who leads the post or the team decides, never a party."""
    dispute = _load(request, pk)
    if sentence := deciders.why_not(dispute, request.access):
        raise PermissionDenied(sentence)
    line = dispute.line
    given = line is not None and disputes.is_to_be_given(_with(line, dispute))
    form = bound(
        DisputeDecisionForm,
        request,
        holders=queries.holders(dispute, request.access) if given else None,
        holder=dispute.item.holder if dispute.item else None,
        workers=teams.workers(dispute.team),
        today=timezone.localtime(request.access.now).date(),
    )
    return _act(
        request,
        dispute,
        form,
        title=_("Decide the dispute"),
        done=_("Decided. Both sides see your reason."),
        run=lambda _data: disputes.decide(dispute=dispute, decision=form.decision(), **_by(request)),
        template="disputes/decide.html",
        page=queries.page(dispute, request.access),
    )


def dispute_withdraw(request: Request, pk: int) -> HttpResponse:
    dispute = _load(request, pk)
    if not permissions.can_withdraw_dispute(request.access, dispute):
        raise PermissionDenied
    return _act(
        request,
        dispute,
        bound(SentenceForm, request, label=_("Why do you withdraw it?")),
        title=_("Withdraw the dispute"),
        done=_("The dispute is withdrawn."),
        run=lambda data: disputes.withdraw(dispute=dispute, reason=data["text"], **_by(request)),
    )


@require_POST
def dispute_rule_done(request: Request, pk: int) -> HttpResponse:
    dispute = _load(request, pk)
    if not permissions.can_finish_rule(request.access, dispute):
        raise PermissionDenied
    return press(
        request,
        run=lambda: disputes.finish_rule(dispute=dispute, **_by(request)),
        back=reverse("dispute_detail", args=[pk]),
        done=_("The rule is ticked as changed."),
    )


def _load(request: Request, pk: int) -> Dispute:
    """The dispute if this person may see it, else as if it did not exist."""
    dispute = get_object_or_404(queries.visible(request.access), pk=pk)
    show_times_of(request, dispute.team.time_zone)
    shows(request, handovers=[dispute.handover_id])
    return dispute


def _is_party(request: Request, dispute: Dispute) -> bool:
    return request.user.pk in parties.of_disputes([dispute])[dispute.pk].both


def _with(line: HandoverLine, dispute: Dispute) -> HandoverLine:
    line.handover = dispute.handover
    if dispute.item:
        line.item = dispute.item
    return line


def _by(request: Request) -> dict[str, Any]:
    return {"actor": request.user, "now": request.access.now}


def _raise(request: Request, handover: Handover, line: HandoverLine | None, *, title: str) -> HttpResponse:
    if request.user.pk not in parties.sides(handover, line).both:
        raise PermissionDenied
    item = line.item if line and not cut.is_elsewhere(line) else None
    return act(
        request,
        bound(RaiseForm, request),
        run=lambda data: disputes.raise_(handover=handover, line=line, **data, **_by(request)),
        back=_where(handover, line),
        done=_("The dispute is open. The other side and those in charge are told."),
        template="handovers/act.html",
        context={"handover": handover, "item": item, "title": title, "submit": _("Raise the dispute")},
    )


def _where(handover: Handover, line: HandoverLine | None) -> str:
    """Where one was reading: among the lines that are being answered, else in the record."""
    if line and handover.state == Handover.State.SUBMITTED:
        return review.address_of(line)
    return reverse("handover_detail", args=[handover.pk])


def _act(
    request: Request,
    dispute: Dispute,
    form: Any,
    *,
    title: str,
    done: str,
    run: Any,
    template: str = "disputes/act.html",
    **context: Any,
) -> HttpResponse:
    return act(
        request,
        form,
        run=run,
        back=reverse("dispute_detail", args=[dispute.pk]),
        done=done,
        template=template,
        context={"dispute": dispute, "title": title, **context},
    )
