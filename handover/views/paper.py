"""Paper forms of a post for when the systems fail, and handovers that are typed from them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from handover import form_template, permissions
from handover.errors import HandoverError
from handover.forms.handovers import SentenceForm
from handover.forms.paper import FromPaperForm, PrintForm
from handover.models import PaperForm, Post
from handover.queries import paper
from handover.services import paper as services

from .act import act, press
from .handovers import load
from .request import Request, show_times_of

ITEM_LINES = range(1, 9)


def paper_form_list(request: Request, post_pk: int) -> HttpResponse:
    """Every sheet of the post with what became of it, and the printing of new ones."""
    post = _post(request, post_pk)
    may_print = permissions.can_print_paper_forms(request.access, post)
    if not permissions.can_read_paper_forms(request.access, post):
        raise PermissionDenied
    if request.method == "POST" and not may_print:
        raise PermissionDenied
    form = bound(PrintForm, request, initial={"count": 1, "first": paper.next_number(post)})
    if request.method == "POST" and form.is_valid():
        return _print(request, post, form.cleaned_data["first"], form.cleaned_data["count"])
    before = request.GET.get("before", "")
    page = paper.listing(
        post, before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    )
    context = {"post": post, "page": page, "form": form, "may_print": may_print}
    return render(request, "paper/list.html", context)


@require_safe
def paper_form_print(request: Request, post_pk: int, first: int, last: int) -> HttpResponse:
    """The blank sheets with these numbers, one on each page."""
    post = _post(request, post_pk)
    if not permissions.can_print_paper_forms(request.access, post):
        raise PermissionDenied
    sheets = paper.sheets(post, first, last)
    if not sheets:
        raise Http404
    timezone.activate(post.team.zone)  # paper has one zone, whoever prints it
    context = {"post": post, "sheets": sheets, "sections": form_template.SECTIONS, "lines": ITEM_LINES}
    return render(request, "paper/print.html", context)


def paper_form_destroy(request: Request, post_pk: int, number: int) -> HttpResponse:
    """A spoilt or lost sheet is accounted for with a reason."""
    post = _post(request, post_pk)
    if not permissions.can_print_paper_forms(request.access, post):
        raise PermissionDenied
    paper_form = get_object_or_404(PaperForm.objects.select_related("post__team"), post=post, number=number)
    form = bound(SentenceForm, request, label=_("What happened to the sheet"))
    return act(
        request,
        form,
        run=lambda data: services.destroy(
            paper_form=paper_form, reason=data["text"], actor=request.user, now=request.access.now
        ),
        back=reverse("paper_form_list", args=[post.pk]),
        done=_("Form %(serial)s is marked as destroyed.") % {"serial": paper_form.serial},
        template="paper/destroy.html",
        context={"post": post, "paper_form": paper_form},
    )


def handover_paper(request: Request, pk: int) -> HttpResponse:
    """The draft is typed from a sheet: which one, and when it was written."""
    handover = load(request, pk)
    if not permissions.can_edit_handover(request.access, handover):
        raise PermissionDenied
    timezone.activate(handover.team.zone)  # paper has one zone, whoever types it
    form = bound(FromPaperForm, request, handover=handover, now=request.access.now)
    return act(
        request,
        form,
        run=lambda data: services.use(
            paper_form=data["serial"],
            handover=handover,
            written_at=data["written_at"],
            actor=request.user,
            now=request.access.now,
        ),
        back=reverse("handover_edit", args=[pk]),
        done=_("The handover is marked as typed from paper. Now type what stands on the sheet."),
        template="paper/from_paper.html",
        context={"handover": handover},
    )


@require_POST
def handover_paper_remove(request: Request, pk: int, number: int) -> HttpResponse:
    """The draft is not from this sheet after all."""
    handover = load(request, pk)
    if not permissions.can_edit_handover(request.access, handover):
        raise PermissionDenied
    paper_form = get_object_or_404(PaperForm, post=handover.post_id, number=number)
    return press(
        request,
        run=lambda: services.release(
            paper_form=paper_form, handover=handover, actor=request.user, now=request.access.now
        ),
        back=reverse("handover_edit", args=[pk]),
        done=_("The handover is not marked with form %(serial)s any more.") % {"serial": paper_form.serial},
    )


def _post(request: Request, pk: int) -> Post:
    post = get_object_or_404(Post.objects.visible_to(request.access).select_related("team"), pk=pk)
    show_times_of(request, post.team.time_zone)
    return post


def _print(request: Request, post: Post, first: int, count: int) -> HttpResponse:
    try:
        services.print_forms(post=post, first=first, count=count, actor=request.user, now=request.access.now)
    except HandoverError as error:
        messages.error(request, error.sentence)
        return redirect("paper_form_list", post.pk)
    return redirect("paper_form_print", post.pk, first, first + count - 1)
