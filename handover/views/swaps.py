"""Swaps of shifts: asked for, answered by the colleague, decided by who leads the posts."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from handover import permissions
from handover.forms.item_actions import SentenceForm
from handover.forms.swaps import SwapForm
from handover.models import Assignment, Shift, Swap
from handover.queries import swaps
from handover.services import swaps as swapping

from .act import act, press
from .request import Request


@require_safe
def swap_list(request: Request) -> HttpResponse:
    context = {"swaps": swaps.listing(request.access), "own": swaps.own_places(request.access)}
    return render(request, "swaps/list.html", context)


@require_safe
def swap_detail(request: Request, pk: int) -> HttpResponse:
    swap = _visible(request, pk)
    access = request.access
    is_open = swap.state in Swap.OPEN and swap.begins_at > access.now
    may_approve = permissions.can_approve_swap(access, swap)
    context = {
        "swap": swap,
        "row": swaps.row(swap),
        "sides": swaps.sides(swap),
        "may_answer": is_open
        and swap.state == Swap.State.ASKED
        and permissions.can_answer_swap(access, swap),
        "may_withdraw": is_open and permissions.can_withdraw_swap(access, swap),
        "may_decide": is_open and swap.state == Swap.State.AGREED and may_approve,
        "cautions": swaps.cautions_of(swap) if is_open and may_approve else [],
    }
    return render(request, "swaps/detail.html", context)


def swap_ask(request: Request, pk: int) -> HttpResponse:
    """First the colleague, by the address; then what is swapped."""
    rows = Assignment.objects.filter(shift__in=Shift.objects.visible_to(request.access))
    place = get_object_or_404(rows.select_related("user", "shift__post__team"), pk=pk)
    if not permissions.can_ask_swap(request.access, place):
        raise PermissionDenied
    timezone.activate(place.shift.post.team.zone)
    colleagues = list(swaps.colleagues(place))
    colleague = next((one for one in colleagues if str(one.pk) == request.GET.get("with")), None)
    context = {
        "place": place,
        "words": swaps.place_words(swaps.terms(place), place.shift.post.team.zone),
        "colleagues": colleagues,
        "colleague": colleague,
    }
    if colleague is None:
        return render(request, "swaps/ask.html", context)
    return act(
        request,
        bound(SwapForm, request, place=place, colleague=colleague, now=request.access.now),
        run=lambda data: swapping.ask(
            place=place, colleague=colleague, **data, actor=request.user, now=request.access.now
        ),
        back=reverse("swap_list"),
        done=_("%(name)s is asked.") % {"name": colleague.display_name},
        template="swaps/ask.html",
        context=context,
    )


@require_POST
def swap_agree(request: Request, pk: int) -> HttpResponse:
    swap = _answered(request, pk)
    return press(
        request,
        run=lambda: swapping.agree(swap=swap, actor=request.user, now=request.access.now),
        back=reverse("swap_detail", args=[pk]),
        done=_("You agree. It counts once it is approved."),
    )


def swap_decline(request: Request, pk: int) -> HttpResponse:
    swap = _answered(request, pk)
    return _end(request, swap, swapping.decline, done=_("The swap is declined."), title=_("Decline the swap"))


@require_POST
def swap_withdraw(request: Request, pk: int) -> HttpResponse:
    swap = _visible(request, pk)
    if not permissions.can_withdraw_swap(request.access, swap):
        raise PermissionDenied
    return press(
        request,
        run=lambda: swapping.withdraw(swap=swap, actor=request.user, now=request.access.now),
        back=reverse("swap_list"),
        done=_("The swap is withdrawn."),
    )


@require_POST
def swap_approve(request: Request, pk: int) -> HttpResponse:
    swap = _decided(request, pk)
    return press(
        request,
        run=lambda: swapping.approve(swap=swap, actor=request.user, now=request.access.now),
        back=reverse("swap_detail", args=[pk]),
        done=_("The swap is approved, and the roster is changed."),
    )


def swap_refuse(request: Request, pk: int) -> HttpResponse:
    swap = _decided(request, pk)
    return _end(request, swap, swapping.refuse, done=_("The swap is refused."), title=_("Refuse the swap"))


def _end(request: Request, swap: Swap, end: Callable[..., None], *, done: str, title: str) -> HttpResponse:
    """End the swap with a reason that the person is asked for."""
    return act(
        request,
        bound(SentenceForm, request, label=_("Why not?")),
        run=lambda data: end(swap=swap, reason=data["text"], actor=request.user, now=request.access.now),
        back=reverse("swap_list"),
        done=done,
        template="swaps/end.html",
        context={"row": swaps.row(swap), "title": title},
    )


def _visible(request: Request, pk: int) -> Swap:
    return get_object_or_404(swaps.loaded(Swap.objects.visible_to(request.access)), pk=pk)


def _answered(request: Request, pk: int) -> Swap:
    swap = _visible(request, pk)
    if not permissions.can_answer_swap(request.access, swap):
        raise PermissionDenied
    return swap


def _decided(request: Request, pk: int) -> Swap:
    swap = _visible(request, pk)
    if not permissions.can_approve_swap(request.access, swap):
        raise PermissionDenied
    return swap
