"""Signing: what the signer sees is what is signed, with the password once more."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts import reauth
from accounts.browser import client_address
from accounts.errors import UserFacingError
from accounts.held import bound
from handover import canonical, permissions
from handover.forms.handovers import AddendumForm, SignForm
from handover.models import Handover
from handover.queries import cut, drafts, handovers, parties, record, record_words, workspace
from handover.services import confirmation, submission
from handover.services.signing import SeenChanged

from .handovers import load, require_supervision
from .request import Request

State = Handover.State


def handover_sign(request: Request, pk: int) -> HttpResponse:
    """The outgoing side reads the whole record with its score, and signs it."""
    handover = load(request, pk)
    if not permissions.can_edit_handover(request.access, handover):
        raise PermissionDenied
    if handover.state != State.DRAFT:
        return redirect("handover_detail", pk)
    as_supervisor = handover.outgoing_shift_id not in request.access.duty_shift_ids
    signature = record.outgoing_signature(request.user, as_supervisor=as_supervisor)
    form = SignForm(request.POST if request.method == "POST" else None)
    changed = False
    if request.method == "POST" and form.is_valid():
        sign = _signer(request, form, submission.submit, handover, signature)
        changed, signed = _try(sign, form)
        if signed:
            return redirect("handover_detail", pk)
        handover = load(request, pk)
    draft = record.load_draft(handover)
    content = record.outgoing_content(draft, signature)
    total, scores = workspace.explained(content, handover)
    context = {
        "handover": handover,
        "content": content,
        "lines": record_words.lines(content),
        "sections": record_words.sections(content),
        "hindrances": record.hindrances(draft),
        "answer_backs": record_words.answer_backs(content),
        "notices": record_words.notices(content),
        "papers": record_words.papers(content),
        "total": total,
        "scores": scores,
        "others_drafts": drafts.typed(handover),
        "signature": signature,
        "form": _fresh(form, canonical.content_hash(content)),
    }
    return _page(request, "handovers/sign.html", context, changed=changed)


def handover_confirm(request: Request, pk: int) -> HttpResponse:
    """The incoming side, or a supervisor marked so, reads its answers once more and signs."""
    handover = load(request, pk)
    receives = permissions.can_receive_handover(request.access, handover)
    if not receives:
        require_supervision(request, handover, parties.outgoing(handover))
        if not permissions.can_confirm_for_shift(request.access, handover):
            raise PermissionDenied
    if handover.state != State.SUBMITTED:
        return redirect("handover_detail", pk)
    signature = record.incoming_signature(request.user, as_supervisor=not receives)
    form = SignForm(request.POST if request.method == "POST" else None)
    changed = False
    if request.method == "POST" and form.is_valid():
        sign = _signer(request, form, confirmation.confirm, handover, signature)
        changed, signed = _try(sign, form)
        if signed:
            return redirect("handover_detail", pk)
        handover = load(request, pk)
    page = handovers.read_record(handover)
    waiting = cut.open_lines(handover)
    content = record.incoming_content(handover, page.round, signature)
    context = {
        "handover": handover,
        "page": page,
        "signature": signature,
        "waiting": waiting,
        "blocking": cut.blocking(waiting),
        "form": _fresh(form, canonical.content_hash(content)),
    }
    return _page(request, "handovers/confirm.html", context, changed=changed)


def handover_join(request: Request, pk: int) -> HttpResponse:
    """Somebody else of a side that has signed signs too."""
    handover = load(request, pk)
    role = parties.may_join(handover, request.access)
    if not role:
        raise PermissionDenied
    signature = record.joining_signature(request.user, role=role)
    form = SignForm(request.POST if request.method == "POST" else None)
    changed = False
    if request.method == "POST" and form.is_valid():
        changed, signed = _try(_signer(request, form, confirmation.join, handover, signature), form)
        if signed:
            return redirect("handover_detail", pk)
    context = {
        "handover": handover,
        "page": handovers.read_record(handover),
        "signature": signature,
        "form": _fresh(form, canonical.content_hash(record.joining_content(handover, signature))),
    }
    return _page(request, "handovers/join.html", context, changed=changed)


def handover_add(request: Request, pk: int) -> HttpResponse:
    """A signed addendum to a signed record."""
    handover = load(request, pk)
    if not permissions.can_add_addendum(request.access, handover):
        raise PermissionDenied
    signature = record.addendum_signature(request.user)
    form = bound(AddendumForm, request)
    changed = False
    if request.method == "POST" and form.is_valid():
        add = partial(confirmation.add_addendum, text=form.cleaned_data["text"])
        changed, signed = _try(_signer(request, form, add, handover, signature), form)
        if signed:
            return redirect("handover_detail", pk)
    context = {
        "handover": handover,
        "sign_offs": handovers.sign_offs(handover),
        "form": _fresh(form, record.addendum_ground(handover, signature)),
    }
    return _page(request, "handovers/add.html", context, changed=changed)


def _page(request: Request, template: str, context: dict[str, Any], *, changed: bool) -> HttpResponse:
    """A page to sign on; it says at once what keeps this person from signing."""
    context |= {"changed": changed, "barrier": reauth.barrier(request.user)}
    return render(request, template, context, status=409 if changed else 200)


def _signer(
    request: Request,
    form: SignForm,
    service: Callable[..., object],
    handover: Handover,
    signature: record.Signature,
) -> Callable[[], object]:
    return lambda: service(
        handover=handover,
        signature=signature,
        password=form.cleaned_data["password"],
        seen_sha256=form.cleaned_data["seen"],
        address=client_address(request),
        now=request.access.now,
    )


def _try(sign: Callable[[], object], form: SignForm) -> tuple[bool, bool]:
    """Whether what would be signed had changed, and whether it was signed."""
    try:
        sign()
    except SeenChanged:
        return True, False
    except UserFacingError as error:
        form.add_error("password", error.sentence)
        return False, False
    return False, True


def _fresh(form: SignForm, seen: str) -> SignForm:
    """The form again with the hash of what is shown now; a password is never shown again.

    The form stands below a long record: what was wrong with the password is where the page opens.
    """
    if form.is_bound:
        if form.errors:
            form.fields["password"].widget.attrs["autofocus"] = True
        form.data = dict(form.data.items()) | {"seen": seen}
        return form
    form.initial["seen"] = seen
    return form
