"""Addresses of calendars: made, shown once, revoked; and what they answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from handover import permissions
from handover.errors import HandoverError
from handover.models import CalendarFeed, Post
from handover.queries import calendars
from handover.queries.pulse import now as read_now
from handover.services import calendars as feeds

from .act import press
from .request import Request


@require_safe
@login_not_required
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever knows the address reads it; what it should not be read from any more answers as no address."""
    now = read_now()
    feed = calendars.find(token)
    if feed is None:
        raise Http404
    if not feeds.use(feed=feed, now=now):
        return HttpResponse(status=429, headers={"Retry-After": str(int(feeds.PAUSE.total_seconds()))})
    text = calendars.text(feed, now)
    if text is None:
        raise Http404
    headers = {
        "Cache-Control": "private, max-age=300",
        "Content-Disposition": 'inline; filename="shifts.ics"',
    }
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


@require_safe
def calendar_list(request: Request) -> HttpResponse:
    context = {"feeds": calendars.listing(request.access), "posts": calendars.posts(request.access)}
    return render(request, "calendars/list.html", context)


@require_POST
def calendar_create(request: Request) -> HttpResponse:
    """No redirect: the address is shown this once and stored nowhere."""
    post = None
    if pk := request.POST.get("post"):
        rows = Post.objects.visible_to(request.access).select_related("team")
        post = get_object_or_404(rows, pk=pk if pk.isdecimal() and len(pk) < 19 else 0)
        if not permissions.can_manage_post(request.access, post):
            raise PermissionDenied
    try:
        token = feeds.make(post=post, actor=request.user, now=request.access.now)
    except HandoverError as error:
        messages.error(request, error.sentence)
        return redirect("calendar_list")
    address = request.build_absolute_uri(reverse("calendar_feed", args=[token]))
    return render(request, "calendars/made.html", {"post": post, "address": address})


@require_POST
def calendar_revoke(request: Request, pk: int) -> HttpResponse:
    rows = CalendarFeed.objects.visible_to(request.access).select_related("owner", "post__team")
    feed = get_object_or_404(rows, pk=pk)
    return press(
        request,
        run=lambda: feeds.revoke(feed=feed, actor=request.user, now=request.access.now),
        back=reverse("calendar_list"),
        done=_("The address is revoked and answers nothing any more."),
    )
