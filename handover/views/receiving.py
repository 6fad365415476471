"""The incoming shift reviews a handover line by line; supervisors decide what it refuses."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import reauth
from accounts.held import bound
from handover import permissions
from handover.forms.handovers import AcceptForm, DecideForm, SentenceForm
from handover.models import Handover, HandoverLine, SignOff
from handover.queries import cut, disputes, duty, handovers, parties, review
from handover.services import confirmation, lines, submission

from .act import act, press
from .handovers import load, require_supervision
from .request import Request

State = Handover.State


@require_safe
def handover_review(request: Request, pk: int) -> HttpResponse:
    """What burns first, with the reason in words; each line is answered here."""
    handover = load(request, pk)
    if handover.state != State.SUBMITTED:
        return redirect("handover_detail", pk)
    version = review.version(handover)
    page = review.read(handover, request.access)
    is_sender = request.user.pk == page.signed_by
    supervises = permissions.can_supervise_handover(request.access, handover)
    involved = parties.outgoing(handover) if supervises else frozenset()
    is_party = request.user.pk in involved
    open_rows = [line.row for line in page.lines if line.is_open or line.lacks_read_back]
    context = {
        "handover": handover,
        "page": page,
        "version": version,
        "may_answer": permissions.can_receive_handover(request.access, handover) and not is_sender,
        "may_confirm": permissions.can_receive_handover(request.access, handover)
        or (permissions.can_confirm_for_shift(request.access, handover) and not is_party),
        "may_decide": supervises and not is_party,
        "why_not": parties.why_not_supervise() if is_party else "",
        "in_charge": duty.in_charge(handover.post, request.access.now, parties=involved) if is_party else (),
        "may_reply": permissions.can_reply_line(request.access, handover, sides=frozenset({page.signed_by})),
        "is_sender": is_sender,
        "waiting": any(
            line.row.answer == HandoverLine.Answer.NONE and not line.is_urgent for line in page.lines
        ),
        "disputes": disputes.of_record(handover, request.access),
        "may_take_over": supervises and not is_sender and not handover.taken_over,
        "blocking": cut.blocking(open_rows),
    }
    part = "X-Live" in request.headers
    return render(request, "handovers/_review_live.html" if part else "handovers/review.html", context)


@require_safe
def handover_review_version(request: Request, pk: int) -> HttpResponse:
    handover = handovers.find(request.access, pk)
    if handover is None:
        raise Http404
    return HttpResponse(review.version(handover), content_type="text/plain")


def line_accept(request: Request, pk: int, line_pk: int) -> HttpResponse:
    line = _to_answer(request, pk, line_pk)
    return _act(
        request,
        line,
        bound(AcceptForm, request, urgent=cut.is_urgent(line)),
        title=_("Accept item #%(number)d") % {"number": line.item_id},
        submit=_("Accept: it is mine"),
        done=_("Item #%(number)d is yours.") % {"number": line.item_id},
        run=lambda data: lines.accept(
            line=line,
            read_back=data.get("read_back", ""),
            heard_orally=data["heard_orally"],
            actor=request.user,
            now=request.access.now,
        ),
    )


def line_read_back(request: Request, pk: int, line_pk: int) -> HttpResponse:
    """For an urgent item taken before the paperwork, or a read-back that the sender corrected."""
    line = _to_answer(request, pk, line_pk)
    return _act(
        request,
        line,
        bound(AcceptForm, request, urgent=True),
        title=_("Read back item #%(number)d") % {"number": line.item_id},
        submit=_("Read back"),
        done=_("Your read-back is kept."),
        run=lambda data: lines.read_back(
            line=line, text=data["read_back"], actor=request.user, now=request.access.now
        ),
    )


def line_question(request: Request, pk: int, line_pk: int) -> HttpResponse:
    line = _to_answer(request, pk, line_pk)
    return _sentence(
        request,
        line,
        service=lines.question,
        label=_("Your question"),
        title=_("Ask about item #%(number)d") % {"number": line.item_id},
        submit=_("Ask"),
        done=_("Your question stands at the item."),
    )


def line_refuse(request: Request, pk: int, line_pk: int) -> HttpResponse:
    line = _to_answer(request, pk, line_pk)
    return _sentence(
        request,
        line,
        service=lines.refuse,
        label=_("Reason"),
        title=_("Refuse item #%(number)d") % {"number": line.item_id},
        submit=_("Refuse"),
        done=_("Refused. It stays in the queue until it is accepted or a supervisor decides."),
        argument="reason",
    )


def line_reply(request: Request, pk: int, line_pk: int) -> HttpResponse:
    """Either side answers in the thread, also the signer who has gone home."""
    line = _line(request, pk, line_pk)
    sides = parties.signers(line.handover, SignOff.Role.OUTGOING)
    if not permissions.can_reply_line(request.access, line.handover, sides=sides):
        raise PermissionDenied
    return _sentence(
        request,
        line,
        service=lines.reply,
        label=_("Your reply"),
        title=_("Reply on item #%(number)d") % {"number": line.item_id},
        submit=_("Reply"),
        done=_("Your reply stands at the item."),
    )


def line_decide(request: Request, pk: int, line_pk: int) -> HttpResponse:
    """A leader or supervisor says who holds the item."""
    line = _line(request, pk, line_pk)
    require_supervision(request, line.handover, parties.of_line(line))
    coming = [assignment.user for assignment in duty.roster(line.handover.incoming_shift)]
    return _act(
        request,
        line,
        bound(DecideForm, request, people=[*coming, request.user]),
        title=_("Decide who holds item #%(number)d") % {"number": line.item_id},
        submit=_("Decide"),
        done=_("Decided. Both shifts see your reason."),
        run=lambda data: lines.decide(
            line=line,
            holder=data["holder"],
            reason=data["reason"],
            actor=request.user,
            now=request.access.now,
        ),
    )


@require_POST
def line_undo(request: Request, pk: int, line_pk: int) -> HttpResponse:
    line = _to_answer(request, pk, line_pk)
    return press(
        request,
        run=lambda: lines.undo(line=line, actor=request.user, now=request.access.now),
        back=review.address_of(line),
        done=_("Taken back. The item stands in the queue again."),
    )


@require_POST
def handover_receive_all(request: Request, pk: int) -> HttpResponse:
    """All follow-ups and reminders at once into the queue; urgent ones are never among them."""
    handover = load(request, pk)
    if not permissions.can_receive_handover(request.access, handover):
        raise PermissionDenied
    waiting = (
        handover.lines.filter(round_number__gt=0, answer=HandoverLine.Answer.NONE).exclude(cut.URGENT).count()
    )
    return press(
        request,
        run=lambda: lines.receive_all(handover=handover, actor=request.user, now=request.access.now),
        back=reverse("handover_review", args=[pk]),
        done=ngettext(
            "%(count)d item received into the queue.", "%(count)d items received into the queue.", waiting
        )
        % {"count": waiting},
    )


def handover_return(request: Request, pk: int) -> HttpResponse:
    handover = load(request, pk)
    if not permissions.can_receive_handover(request.access, handover):
        require_supervision(request, handover, parties.outgoing(handover))
    return _on_handover(
        request,
        handover,
        service=submission.send_back,
        title=_("Return the handover"),
        submit=_("Return"),
        done=_("Returned. The outgoing shift sees your reason and signs a new round."),
    )


def handover_take_over(request: Request, pk: int) -> HttpResponse:
    handover = load(request, pk)
    require_supervision(request, handover, parties.outgoing(handover))
    return _on_handover(
        request,
        handover,
        service=confirmation.take_over,
        title=_("Take the handover over"),
        submit=_("Take over"),
        done=_("You hold the urgent items; the others stand in the queue. Now sign."),
        barrier=reauth.barrier(request.user),
    )


def _line(request: Request, pk: int, line_pk: int) -> HandoverLine:
    handover = load(request, pk)
    line = get_object_or_404(
        handover.lines.select_related("item__customer", "item__issue_type").filter(round_number__gt=0),
        pk=line_pk,
    )
    line.handover = handover
    return line


def _to_answer(request: Request, pk: int, line_pk: int) -> HandoverLine:
    line = _line(request, pk, line_pk)
    if not permissions.can_receive_handover(request.access, line.handover):
        raise PermissionDenied
    return line


def _act(
    request: Request,
    line: HandoverLine,
    form: Any,
    *,
    title: str,
    submit: str,
    done: str,
    run: Any,
) -> HttpResponse:
    return act(
        request,
        form,
        run=run,
        back=review.address_of(line),
        done=done,
        template="handovers/act.html",
        context={
            "handover": line.handover,
            "item": None if cut.is_elsewhere(line) else line.item,
            "title": title,
            "submit": submit,
        },
    )


def _sentence(
    request: Request,
    line: HandoverLine,
    *,
    service: Any,
    label: str,
    title: str,
    submit: str,
    done: str,
    argument: str = "text",
) -> HttpResponse:
    return _act(
        request,
        line,
        bound(SentenceForm, request, label=label),
        title=title,
        submit=submit,
        done=done,
        run=lambda data: service(
            line=line, actor=request.user, now=request.access.now, **{argument: data["text"]}
        ),
    )


def _on_handover(
    request: Request,
    handover: Handover,
    *,
    service: Any,
    title: str,
    submit: str,
    done: str,
    barrier: str = "",
) -> HttpResponse:
    """A step of the whole handover that needs its reason. `barrier` says what keeps this person from it."""
    return act(
        request,
        bound(SentenceForm, request, label=_("Reason")),
        run=lambda data: service(
            handover=handover, reason=data["text"], actor=request.user, now=request.access.now
        ),
        back=reverse("handover_review", args=[handover.pk]),
        done=done,
        template="handovers/act.html",
        context={"handover": handover, "title": title, "submit": submit, "barrier": barrier},
    )
