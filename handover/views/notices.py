"""Notices: their list, one with its receipts, writing and withdrawing, and “I have read it”."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.browser import next_page
from accounts.held import bound
from handover import permissions
from handover.forms.notices import NoticeForm
from handover.models import Notice
from handover.queries import notices as queries
from handover.services import notices

from .act import act, press
from .request import Request


@require_safe
def notice_list(request: Request) -> HttpResponse:
    is_past = request.GET.get("show") == "past"
    page = queries.listing(request.access, is_past=is_past, before=request.GET.get("before", ""))
    shown = {"show": "past"} if is_past else {}
    context = {
        "page": page,
        "is_past": is_past,
        "older_url": f"?{urlencode(shown | {'before': page.older})}" if page.older else "",
        "may_write": request.access.leads,
    }
    return render(request, "notices/list.html", context)


@require_safe
def notice_detail(request: Request, pk: int) -> HttpResponse:
    notice = _visible(request, pk)
    state = queries.state(notice, request.access.now)
    read_at = queries.read_at(notice, request.user)
    may_read = permissions.can_read_notice(request.access, notice)
    may_withdraw = permissions.can_withdraw_notice(request.access, notice)
    context = {
        "notice": notice,
        "state": state,
        "state_label": queries.state_words(state),
        "read_at": read_at,
        "may_read": may_read and state == "in_force" and read_at is None,
        "may_withdraw": may_withdraw and state in {"coming", "in_force"},
        "may_write": may_withdraw,
        **_receipts(request, notice),
    }
    return render(request, "notices/detail.html", context)


def notice_create(request: Request) -> HttpResponse:
    """A new one; `like` in the address names the one whose words it begins with."""
    if not request.access.leads:
        raise PermissionDenied
    like = request.GET.get("like", "")
    known = like.isascii() and like.isdigit() and len(like) < 19
    form = bound(
        NoticeForm,
        request,
        places=queries.places(request.access),
        like=Notice.objects.visible_to(request.access).filter(pk=like).first() if known else None,
        now=request.access.now,
    )
    return act(
        request,
        form,
        run=lambda data: _write(request, form, data["form_key"]),
        back=resolve_url("notice_list"),
        done=_("The notice is written. Everybody concerned sees it until they have read it."),
        template="notices/form.html",
        context={},
    )


@require_POST
def notice_withdraw(request: Request, pk: int) -> HttpResponse:
    notice = _visible(request, pk)
    if not permissions.can_withdraw_notice(request.access, notice):
        raise PermissionDenied
    return press(
        request,
        run=lambda: notices.withdraw(notice=notice, actor=request.user, now=request.access.now),
        back=resolve_url("notice_detail", pk),
        done=_("The notice is withdrawn."),
    )


@require_POST
def notice_read(request: Request, pk: int) -> HttpResponse:
    notice = _visible(request, pk)
    if not permissions.can_read_notice(request.access, notice):
        raise PermissionDenied
    notices.mark_read(notice=notice, actor=request.user, now=request.access.now)
    messages.success(request, _("Noted that you have read “%(title)s”.") % {"title": notice.title})
    return redirect(next_page(request, "home"))


def _visible(request: Request, pk: int) -> Notice:
    found = Notice.objects.visible_to(request.access).select_related("team", "post", "author")
    return get_object_or_404(found, pk=pk)


def _write(request: Request, form: NoticeForm, form_key: str) -> Notice:
    team, post = form.place_of()
    return notices.write(
        team=team,
        post=post,
        facts=form.facts(),
        form_key=form_key,
        actor=request.user,
        now=request.access.now,
    )


def _receipts(request: Request, notice: Notice) -> dict[str, object]:
    """Who has read it, for those who may know."""
    if not permissions.can_see_receipts(request.access, notice):
        return {}
    has_read = request.GET.get("show") == "read"
    receipts = queries.receipts(notice, has_read=has_read, after=request.GET.get("after", ""))
    shown = {"show": "read"} if has_read else {}
    older_url = f"?{urlencode(shown | {'after': receipts.after})}" if receipts.after else ""
    return {"receipts": receipts, "has_read": has_read, "older_url": older_url}
