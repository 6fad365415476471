"""Who was responsible for an item, or for all that a customer has, at any minute; for paper too."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from handover.forms.responsibility import MomentForm
from handover.models import Customer, PendingItem
from handover.queries import responsibility_words as words

from .request import Request, show_times_of, shows

ITEMS = 30  # of one customer, the newest


@require_safe
def item_responsibility(request: Request, pk: int) -> HttpResponse:
    visible = PendingItem.objects.visible_to(request.access).select_related("team", "customer")
    item = get_object_or_404(visible, pk=pk)
    show_times_of(request, item.team.time_zone)
    shows(request, items=[item.pk])
    return _page(request, item.customer, PendingItem.objects.filter(pk=item.pk), item=item)


@require_safe
def customer_responsibility(request: Request, pk: int) -> HttpResponse:
    """A customer and all that hangs on them belong to one team: who may read the one may read the other."""
    customer = get_object_or_404(Customer.objects.visible_to(request.access).select_related("team"), pk=pk)
    show_times_of(request, customer.team.time_zone)
    shows(request, customers=[customer.pk])
    return _page(request, customer, PendingItem.objects.filter(customer=customer))


def _page(
    request: Request, customer: Customer, items: QuerySet[PendingItem], *, item: PendingItem | None = None
) -> HttpResponse:
    newest = list(items.select_related("issue_type").order_by("-created_at", "-pk")[: ITEMS + 1])
    form = MomentForm(request.GET)
    asked = form.cleaned_data["at"] if form.is_valid() else None
    context = {
        "customer": customer,
        "item": item,
        "form": form,
        "asked": asked,
        "timelines": words.read(newest[:ITEMS], request.access, asked),
        "is_cut": len(newest) > ITEMS,
        "limit": ITEMS,
        "now": request.access.now,
    }
    return render(request, "responsibility/page.html", context)
