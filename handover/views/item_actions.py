"""What people do with an item: each step has a small page of its own and makes one service call."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.held import bound
from handover import permissions
from handover.forms.item_actions import (
    CallForm,
    EndForm,
    KindForm,
    ProgressForm,
    PromiseForm,
    ReasonForm,
    ResolveForm,
    SentenceForm,
    SnoozeForm,
    TransferForm,
)
from handover.models import Access, PendingItem, Promise
from handover.queries import entries, timeline
from handover.queries import items as item_queries
from handover.services import endings, holding, items, promises, snoozing, supervision

from .act import act, press
from .request import Request, show_times_of, shows

May = Callable[[Access, PendingItem], bool]


def item_progress(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    form = bound(ProgressForm, request, item=item, now=request.access.now)
    return _step(
        request,
        item,
        form,
        run=lambda _data: items.progress(item=item, **form.note(), **_by(request)),
        title=_("Note progress"),
        done=_("Noted."),
        template="items/progress.html",
    )


def item_call_again(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    form = bound(CallForm, request, item=item)
    return _step(
        request,
        item,
        form,
        run=lambda data: items.call_again(item=item, **data, **_by(request)),
        title=_("Customer called again"),
        done=_("The call is noted."),
    )


@require_POST
def item_take(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_take_item)
    return press(
        request,
        run=lambda: holding.take(item=item, **_by(request)),
        back=_back(item, request),
        done=_("You have it now."),
    )


def item_release(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_transfer_item)
    form = bound(ReasonForm, request, label=_("Anything the next one should know?"), required=False)
    return _step(
        request,
        item,
        form,
        run=lambda data: holding.release(item=item, reason=data["text"], **_by(request)),
        title=_("Put back into the queue"),
        done=_("It stands in the queue again."),
    )


def item_transfer(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_transfer_item)
    places = item_queries.destinations(request.access, item)
    form = bound(TransferForm, request, destinations=places)
    last = entries.shape(timeline.contacts(item), request.access.now)
    return _step(
        request,
        item,
        form,
        run=lambda data: holding.transfer(item=item, **data, **_by(request)),
        title=_("Pass on"),
        done=_("It is passed on."),
        back=_back(item, request) if _from_board(request) else reverse("home"),
        contacts=last,
    )


def item_take_over(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_reassign_item)
    # From a queue it is taken from nobody, so nobody has to be told why.
    form = bound(
        ReasonForm, request, label=_("Why do you take it over?"), required=item.holder_id is not None
    )
    return _step(
        request,
        item,
        form,
        run=lambda data: holding.transfer(item=item, to=request.user, reason=data["text"], **_by(request)),
        title=_("Take over"),
        done=_("You have it now."),
    )


def item_call_holder(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_reassign_item)
    form = bound(ReasonForm, request, label=_("Anything they should know at once?"), required=False)
    return _step(
        request,
        item,
        form,
        run=lambda data: supervision.call_holder(item=item, text=data["text"], **_by(request)),
        title=_("Call for attention"),
        done=_("They have the message."),
    )


def item_snooze(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_snooze_item)
    latest = item_queries.snooze_limit(item, request.access.now)
    if latest <= request.access.now:
        messages.error(
            request, _("Its promise is due. Keep, move or break it first: no item sleeps past it.")
        )
        return redirect("item_detail", item.pk)
    form = bound(SnoozeForm, request, now=request.access.now, latest=latest)
    return _step(
        request,
        item,
        form,
        run=lambda data: snoozing.snooze(
            item=item, until=data["until"], reason=data["reason"], **_by(request)
        ),
        title=_("Snooze"),
        done=_("It is snoozed. Its clocks run on, they only tell nobody until then."),
        template="items/snooze.html",
        latest=latest,
        now=request.access.now,
    )


@require_POST
def item_wake(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_snooze_item)
    return press(
        request,
        run=lambda: snoozing.wake(item=item, **_by(request)),
        back=_back(item, request),
        done=_("It is awake."),
    )


def item_verify(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_reassign_item)
    form = bound(SentenceForm, request, label=_("What did you find, and why did it come to this?"))
    return _step(
        request,
        item,
        form,
        run=lambda data: supervision.verify_complaint(item=item, finding=data["text"], **_by(request)),
        title=_("Verify the complaint"),
        done=_("The complaint is verified."),
    )


def item_kind(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    form = bound(KindForm, request, item=item, now=request.access.now)
    return _step(
        request,
        item,
        form,
        run=lambda data: items.set_kind(item=item, **data, **_by(request)),
        title=_("Change the kind"),
        done=_("The kind is changed."),
    )


def item_promise(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    form = bound(PromiseForm, request, now=request.access.now)
    return _step(
        request,
        item,
        form,
        run=lambda data: promises.make(item=item, text=data["text"], due_at=data["due_at"], **_by(request)),
        title=_("Make a promise"),
        done=_("The promise is noted."),
        template="items/promise.html",
    )


@require_POST
def promise_keep(request: Request, pk: int, promise_pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    promise = get_object_or_404(Promise.objects.select_related("item"), item=item, pk=promise_pk)
    return press(
        request,
        run=lambda: promises.keep(promise=promise, **_by(request)),
        back=_back(item, request),
        done=_("The promise is kept."),
    )


def promise_break(request: Request, pk: int, promise_pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    promise = get_object_or_404(Promise.objects.select_related("item"), item=item, pk=promise_pk)
    form = bound(ReasonForm, request, label=_("Why could it not be kept, and does the customer know?"))
    return _step(
        request,
        item,
        form,
        run=lambda data: promises.break_(promise=promise, reason=data["text"], **_by(request)),
        title=_("The promise was not kept"),
        done=_("Noted."),
        promise=promise,
    )


def promise_move(request: Request, pk: int, promise_pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    promise = get_object_or_404(Promise.objects.select_related("item"), item=item, pk=promise_pk)
    form = bound(PromiseForm, request, now=request.access.now, promise=promise)
    return _step(
        request,
        item,
        form,
        run=lambda data: promises.move(
            promise=promise, due_at=data["due_at"], reason=data["reason"], **_by(request)
        ),
        title=_("Move the promise"),
        done=_("The promise is moved."),
        template="items/promise.html",
        promise=promise,
    )


def item_resolve(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    promise = item_queries.open_promise(item)
    form = bound(ResolveForm, request, item=item, promise=promise)

    def run(data: dict[str, Any]) -> None:
        endings.resolve(
            item=item,
            result=data["text"],
            customer_told=data["customer_told"] == "yes",
            promise_kept=form.promise_kept(),
            channel=data["channel"],
            emotion=data["emotion"],
            **_by(request),
        )

    return _step(request, item, form, run=run, title=_("Resolve"), done=_("Resolved."))


def item_close(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    form = bound(EndForm, request, promise=item_queries.open_promise(item))
    return _step(
        request,
        item,
        form,
        run=lambda data: endings.close(
            item=item, result=data["text"], promise_kept=form.promise_kept(), **_by(request)
        ),
        title=_("Close without a resolution"),
        done=_("Closed."),
    )


def item_cancel(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    label = _("Why should it not be an item? For example: registered twice.")
    form = bound(EndForm, request, promise=item_queries.open_promise(item), label=label)
    return _step(
        request,
        item,
        form,
        run=lambda data: endings.cancel(
            item=item, reason=data["text"], promise_kept=form.promise_kept(), **_by(request)
        ),
        title=_("Cancel the item"),
        done=_("Cancelled."),
    )


def item_reopen(request: Request, pk: int) -> HttpResponse:
    item = _item(request, pk, permissions.can_progress_item)
    form = bound(ReasonForm, request, label=_("Why is it open again?"))
    return _step(
        request,
        item,
        form,
        run=lambda data: endings.reopen(item=item, reason=data["text"], **_by(request)),
        title=_("Reopen"),
        done=_("It is open again."),
    )


def _item(request: Request, pk: int, may: May) -> PendingItem:
    """The item, if the person may see it (404) and do this with it (403)."""
    item = get_object_or_404(item_queries.visible(request.access), pk=pk)
    show_times_of(request, item.team.time_zone)
    shows(request, items=[item.pk])
    if not may(request.access, item):
        raise PermissionDenied
    return item


def _by(request: Request) -> dict[str, Any]:
    return {"actor": request.user, "now": request.access.now}


def _from_board(request: Request) -> bool:
    return request.GET.get("from") == "board"


def _back(item: PendingItem, request: Request) -> str:
    """Where the step was begun: the board, or the page of the item."""
    return reverse("board") if _from_board(request) else reverse("item_detail", args=[item.pk])


def _step(
    request: Request,
    item: PendingItem,
    form: forms.Form,
    *,
    run: Callable[[dict[str, Any]], object],
    title: str,
    done: str,
    template: str = "items/step.html",
    back: str = "",
    **context: Any,
) -> HttpResponse:
    context |= {"item": item, "title": title, "item_url": _back(item, request)}
    return act(
        request,
        form,
        run=run,
        back=back or _back(item, request),
        done=done,
        template=template,
        context=context,
    )
