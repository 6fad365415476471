"""Pages of customers, and the fragment that the picker of the item form asks for."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.held import bound
from accounts.models import Team
from handover import permissions
from handover.errors import Conflict, HandoverError
from handover.forms.customers import CustomerForm
from handover.models import Access, Customer, Post
from handover.queries import customer_page, customers
from handover.services import customers as services

from .request import Request, show_times_of, shows

TEXT_LENGTH = 80


@require_safe
def customer_list(request: Request) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    page = customers.listing(request.access, text=text, after=request.GET.get("after", ""))
    shows(request, customers=[row["id"] for row in page.rows])
    older = {"q": text, "after": page.after}
    context = {
        "page": page,
        "older_url": f"?{urlencode(older)}" if page.after else "",
        "text": text,
        "may_create": bool(_teams(request.access)),
    }
    return render(request, "customers/list.html", context)


@require_safe
def customer_detail(request: Request, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.visible_to(request.access).select_related("team"), pk=pk)
    show_times_of(request, customer.team.time_zone)
    shows(request, customers=[customer.pk])
    context = {
        "customer": customer,
        "page": customer_page.read(request.access, customer),
        "may_edit": permissions.can_edit_customer(request.access, customer),
    }
    return render(request, "customers/detail.html", context)


def customer_create(request: Request) -> HttpResponse:
    teams = _teams(request.access)
    if not teams:
        raise PermissionDenied
    team = next((team for team in teams if str(team.pk) == request.GET.get("team")), teams[0])
    form = bound(CustomerForm, request, team=team)
    if request.method == "POST" and form.is_valid():
        try:
            customer = services.create(
                team=team, facts=form.facts(), actor=request.user, now=request.access.now
            )
        except HandoverError as error:
            form.add_error("code", error.sentence)
        else:
            messages.success(request, _("Customer %(name)s is kept.") % {"name": customer.name})
            return redirect("customer_detail", customer.pk)
    return render(request, "customers/create.html", {"form": form, "team": team, "teams": teams})


def customer_edit(request: Request, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.visible_to(request.access).select_related("team"), pk=pk)
    show_times_of(request, customer.team.time_zone)
    shows(request, customers=[customer.pk])
    if not permissions.can_edit_customer(request.access, customer):
        raise PermissionDenied
    form = bound(CustomerForm, request, team=customer.team, customer=customer)
    difference = None
    if request.method == "POST" and form.is_valid():
        try:
            services.edit(
                customer=customer,
                facts=form.facts(),
                version=form.cleaned_data["version"],
                actor=request.user,
                now=request.access.now,
            )
        except Conflict:
            customer.refresh_from_db()
            difference = customers.compare(customer, form.cleaned_data["version"], form.facts().values())
            form = CustomerForm(initial=difference.merged, team=customer.team, customer=customer)
        except HandoverError as error:
            form.add_error("code", error.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("customer_detail", customer.pk)
    return render(
        request, "customers/edit.html", {"form": form, "customer": customer, "difference": difference}
    )


@require_safe
def customer_options(request: Request, post_id: int) -> HttpResponse:
    """What the picker offers: customers of the team of the post, and the way to a new one."""
    post = get_object_or_404(Post.objects.visible_to(request.access), pk=post_id)
    if not permissions.can_create_item(request.access, post):
        raise PermissionDenied
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    found = customers.matches(request.access, post.team_id, text)
    shows(request, customers=[customer.pk for customer in found])
    return render(request, "customers/_options.html", {"customers": found, "text": text})


def _teams(access: Access) -> list[Team]:
    """The teams in which the person may create customers, the one they are on duty in first."""
    working = [team_id for team_id in access.roles if permissions.can_work_in_team(access, team_id)]
    teams = Team.objects.filter(pk__in=working).order_by("name", "pk")
    return sorted(teams, key=lambda team: team.pk not in access.duty_team_ids)
