"""Messages to a person: a small page, and marks that they were read."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from handover.forms.messages import MessageChoicesForm
from handover.models import Message
from handover.queries import inbox as queries
from handover.services import inbox

from .act import act
from .board import until
from .request import Request


@require_safe
def message_list(request: Request) -> HttpResponse:
    page = queries.listing(request.access, after=request.GET.get("after", ""))
    older_url = f"?{urlencode({'after': page.after})}" if page.after else ""
    context = {"page": page, "older_url": older_url, "now": request.access.now}
    return render(request, "messages/list.html", context)


@require_POST
def message_read(request: Request, pk: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=pk, recipient=request.user)
    inbox.mark_read(message=message, actor=request.user, now=request.access.now)
    return redirect(_back(request))


@require_POST
def message_read_all(request: Request) -> HttpResponse:
    inbox.mark_all_read(actor=request.user, until=until(request), now=request.access.now)
    return redirect(_back(request))


@require_safe
def message_live(request: Request) -> HttpResponse:
    """What the header says, and the newest urgent messages for whoever sees another page just now."""
    return render(request, "messages/_inbox_live.html", {"toasts": queries.urgent(request.access)})


@require_safe
def message_version(request: Request) -> HttpResponse:
    return HttpResponse(queries.badge(request.access).version, content_type="text/plain")


def message_choices(request: Request) -> HttpResponse:
    form = bound(MessageChoicesForm, request, choices=queries.choices(request.user))
    return act(
        request,
        form,
        run=lambda _data: inbox.choose(actor=request.user, choices=form.choices()),
        back="profile",
        done=_("Saved."),
        template="messages/choices.html",
        context={"email_is_set_up": settings.EMAIL_IS_SET_UP},
    )


def _back(request: Request) -> str:
    """One of the two pages that show messages."""
    return "message_list" if request.POST.get("from") == "list" else "home"
