"""Handovers: the list, the record, and the page on which the outgoing shift prepares one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from handover import form_template, permissions
from handover.errors import HandoverError
from handover.forms.handovers import CheckForm, SectionForm, SentenceForm
from handover.models import Handover, HandoverLine, Post, Round
from handover.queries import (
    checks,
    cut,
    disputes,
    drafts,
    evidence,
    handovers,
    parties,
    record,
    record_words,
    workspace,
)
from handover.services import lines, sections

from .act import act
from .request import Request, show_times_of, shows

State = Handover.State


def load(request: Request, pk: int) -> Handover:
    """The handover if this person may see it, else as if it did not exist."""
    handover = handovers.find(request.access, pk)
    if handover is None:
        raise Http404
    show_times_of(request, handover.team.time_zone)
    shows(request, handovers=[handover.pk])
    return handover


def require_supervision(request: Request, handover: Handover, involved: frozenset[int]) -> None:
    """Refuse whoever does not supervise it, and with the reason in words who is a party to it."""
    if not permissions.can_supervise_handover(request.access, handover):
        raise PermissionDenied
    if request.user.pk in involved:
        raise PermissionDenied(parties.why_not_supervise())


@require_safe
def handover_list(request: Request) -> HttpResponse:
    state, post = request.GET.get("state", ""), request.GET.get("post", "")
    page = handovers.listing(
        request.access,
        state=state if state in State.values else "",
        post=int(post) if post.isascii() and post.isdigit() and len(post) < 10 else None,
        before=request.GET.get("before", ""),
    )
    posts = list(Post.objects.visible_to(request.access).order_by("name", "pk"))
    context = {
        "page": page,
        "mine": handovers.of_mine(request.access),
        "states": State.choices,
        "state": state,
        "post": post,
        "posts": posts,
        "paper_posts": [each for each in posts if permissions.can_print_paper_forms(request.access, each)],
    }
    return render(request, "handovers/list.html", context)


@require_safe
def handover_detail(request: Request, pk: int) -> HttpResponse:
    """The record as signed; a draft leads to the page of whoever writes it."""
    handover = load(request, pk)
    if not handover.round_count and handover.state == State.DRAFT:
        return redirect("handover_edit", pk)
    if not handover.round_count:
        return _unsigned(request, handover)
    shown = as_signed(request, handover)
    context = shown | {
        "trail": handovers.trail(handover, request.access),
        "disputes": disputes.of_record(handover, request.access),
        "may_edit": handover.state == State.DRAFT and permissions.can_edit_handover(request.access, handover),
        "may_receive": handover.state == State.SUBMITTED
        and permissions.can_receive_handover(request.access, handover),
        "may_take_over": handover.state == State.SUBMITTED
        and not handover.taken_over
        and permissions.can_supervise_handover(request.access, handover)
        and request.user.pk not in parties.outgoing(handover),
        "may_join": parties.may_join(handover, request.access),
        "is_sealed": evidence.is_sealed(handover),
        "may_export": permissions.can_export_handover(
            request.access, handover, signers=frozenset(signed.user_id for signed in shown["page"].sign_offs)
        ),
        "may_add": permissions.can_add_addendum(request.access, handover),
        "checks": checks.addresses(handover, request.access),
    }
    return render(request, "handovers/detail.html", context)


@require_safe
def handover_print(request: Request, pk: int) -> HttpResponse:
    """Any handover on paper, in the team's time whoever prints it; what is not signed yet says so."""
    handover = load(request, pk)
    if not handover.round_count and handover.state != State.DRAFT:
        return redirect("handover_detail", pk)
    timezone.activate(handover.team.zone)  # paper has one zone, whoever prints it
    if handover.round_count:
        return render(request, "handovers/print.html", as_signed(request, handover))
    content = record.outgoing_content(record.load_draft(handover))
    context = {
        "handover": handover,
        "content": content,
        "lines": record_words.lines(content),
        "sections": record_words.sections(content),
        "answer_backs": record_words.answer_backs(content),
        "notices": record_words.notices(content),
        "papers": record_words.papers(content),
    }
    return render(request, "handovers/print.html", context)


@require_safe
def handover_text(request: Request, pk: int, sha256: str) -> HttpResponse:
    """The very bytes that were signed, so that anyone can compute their hash."""
    handover = load(request, pk)
    sign_off = handover.sign_offs.select_related("text").filter(text=sha256).order_by("pk").first()
    if sign_off is None:
        raise Http404
    response = HttpResponse(sign_off.text.text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="handover-{pk}-{sha256[:12]}.json"'
    return response


@require_safe
def handover_edit(request: Request, pk: int) -> HttpResponse:
    """The outgoing shift's page; others of the team may read along."""
    handover = load(request, pk)
    if handover.state != State.DRAFT:
        return redirect("handover_detail", pk)
    context = {
        "handover": handover,
        "page": workspace.read(handover, request.access),
        "may_edit": permissions.can_edit_handover(request.access, handover),
    }
    return render(request, "handovers/edit.html", context)


def section_save(request: Request, pk: int, key: str) -> HttpResponse:
    """Save one section; when somebody else was first, both texts are shown and joined."""
    handover, section = _editable(request, pk, key)
    back = f"{reverse('handover_edit', args=[pk])}#section-{key}"
    form = bound(SectionForm, request, section=section, initial=workspace.typed(handover, key, request.user))
    context = {"handover": handover, "section": section, "form": form, "back": back}
    if request.method == "POST" and form.is_valid():
        try:
            sections.write(
                handover=handover,
                key=key,
                body=form.body(),
                version=form.cleaned_data["version"],
                actor=request.user,
                now=request.access.now,
            )
        except sections.SectionConflict as conflict:
            return _conflict(request, form, conflict, context)
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect(back)
    return render(request, "handovers/section.html", context)


@require_POST
def handover_finish(request: Request, pk: int) -> HttpResponse:
    """On to the signature: what this person typed and the autosave kept is saved first."""
    handover = load(request, pk)
    if not permissions.can_edit_handover(request.access, handover):
        raise PermissionDenied
    bodies = []
    for draft in handover.section_drafts.filter(author=request.user).order_by("pk"):
        section = form_template.BY_KEY[draft.key]
        form = SectionForm({**draft.body, "version": draft.base_version}, section=section)
        if not form.is_valid():
            messages.error(request, _("“%(section)s” is not complete yet.") % {"section": section.title})
            return redirect("section_save", pk, draft.key)
        bodies.append((draft.key, form.body(), draft.base_version))
    try:
        sections.write_all(handover=handover, bodies=bodies, actor=request.user, now=request.access.now)
    except sections.SectionConflict as conflict:
        messages.error(request, conflict.sentence)
        return redirect("section_save", pk, conflict.theirs.key)
    except HandoverError as error:
        messages.error(request, error.sentence)
        return redirect("handover_detail", pk)
    return redirect("handover_sign", pk)


@require_POST
def section_draft(request: Request, pk: int, key: str) -> HttpResponse:
    """The autosave: keeps what is being typed for its author, and touches nothing that others see."""
    handover, section = _editable(request, pk, key)
    form = SectionForm(request.POST, section=section)
    version = request.POST.get("version", "")
    try:
        draft = sections.keep_draft(
            handover=handover,
            key=key,
            body=form.typed(),
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0,
            actor=request.user,
            now=request.access.now,
        )
    except HandoverError as error:
        return JsonResponse({"error": error.sentence}, status=409)
    return JsonResponse({"saved_at": f"{timezone.localtime(draft.saved_at):%H:%M}"})


def line_check(request: Request, pk: int, item_pk: int) -> HttpResponse:
    """The outgoing shift looks at one item for the handover."""
    handover = load(request, pk)
    if not permissions.can_edit_handover(request.access, handover):
        raise PermissionDenied
    item = get_object_or_404(cut.cut(handover), pk=item_pk)
    row = HandoverLine.objects.filter(handover=handover, item=item).first()
    missing = cut.missing_facts(item.progress, item.key_at, item.customer.need)
    form = bound(
        CheckForm,
        request,
        needs_reason=item.is_urgent and bool(missing),
        initial={"told_orally": row.told_orally, "missing_reason": row.missing_reason} if row else {},
    )
    return act(
        request,
        form,
        run=lambda data: lines.check(
            handover=handover,
            item=item,
            told_orally=data["told_orally"],
            missing_reason=data.get("missing_reason", ""),
            actor=request.user,
            now=request.access.now,
        ),
        back=f"{reverse('handover_edit', args=[pk])}#item-{item.pk}",
        done=_("Item #%(number)d is checked.") % {"number": item.pk},
        template="handovers/act.html",
        context={
            "handover": handover,
            "title": _("Check item #%(number)d for the handover") % {"number": item.pk},
            "submit": _("Checked"),
            "item": item,
            "missing": record_words.missing_words(missing),
        },
    )


def answer_back(request: Request, pk: int, line_pk: int) -> HttpResponse:
    """Before the shift hands over: what became of an item that it received, or why nothing did."""
    handover = load(request, pk)
    if not permissions.can_edit_handover(request.access, handover):
        raise PermissionDenied
    line = get_object_or_404(cut.received_lines(handover.outgoing_shift_id), pk=line_pk)
    label = _("What became of it, or why nothing was done")
    form = bound(SentenceForm, request, label=label, initial={"text": line.answer_back})
    return act(
        request,
        form,
        run=lambda data: lines.answer_back(
            line=line, handover=handover, text=data["text"], actor=request.user, now=request.access.now
        ),
        back=f"{reverse('handover_edit', args=[pk])}#received",
        done=_("The shift that handed it over sees your answer."),
        template="handovers/act.html",
        context={
            "handover": handover,
            "title": _("Answer back on item #%(number)d") % {"number": line.item_id},
            "submit": _("Answer back"),
            "item": None if cut.is_elsewhere(line) else line.item,
        },
    )


def _unsigned(request: Request, handover: Handover) -> HttpResponse:
    """A draft that lapsed: nobody signed it, but what was typed into it is not lost."""
    bodies = {section.key: section.body for section in handover.sections.all()}
    context = {
        "handover": handover,
        "sections": record_words.sections({"sections": bodies}),
        "unsaved": record_words.unsaved(drafts.typed(handover)),
        "disputes": disputes.of_record(handover, request.access),
        "trail": handovers.trail(handover, request.access),
    }
    return render(request, "handovers/unsigned.html", context)


def as_signed(request: Request, handover: Handover) -> dict[str, Any]:
    """What a page shows of a record: the round that the address names, else the last one."""
    number = request.GET.get("round", "")
    try:
        page = handovers.read_record(
            handover, int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None
        )
    except Round.DoesNotExist:
        raise Http404 from None
    return {
        "handover": handover,
        "page": page,
        "content": page.content,
        "lines": page.lines,
        "sections": page.sections,
        "answer_backs": page.answer_backs,
        "notices": page.notices,
        "papers": page.papers,
    }


def _editable(request: Request, pk: int, key: str) -> tuple[Handover, form_template.FormSection]:
    handover = load(request, pk)
    if not permissions.can_edit_handover(request.access, handover):
        raise PermissionDenied
    if key not in form_template.BY_KEY:
        raise Http404
    return handover, form_template.BY_KEY[key]


def _conflict(
    request: Request, form: SectionForm, conflict: sections.SectionConflict, context: dict[str, object]
) -> HttpResponse:
    """Both texts side by side; the form goes on from the version that stands there now."""
    theirs = conflict.theirs
    merged = SectionForm(
        section=form.section,
        initial={**theirs.body, **form.body(), "version": theirs.version},
    )
    if form.section.kind == form_template.TEXT:
        merged.initial["text"] = "\n".join(
            text for text in (theirs.body.get("text"), form.body().get("text")) if text
        )
    both = {
        "conflict": conflict,
        "theirs": record_words.section_rows(form.section, theirs.body),
        "mine": record_words.section_rows(form.section, form.body()),
    }
    return render(request, "handovers/section.html", context | {"form": merged} | both, status=409)
