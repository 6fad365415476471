"""Registering an item, correcting it, and its page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.held import bound
from accounts.models import Team
from handover import permissions
from handover.errors import Conflict, HandoverError
from handover.forms import instants
from handover.forms.customers import NewCustomerForm
from handover.forms.items import EditItemForm, NewItemForm
from handover.models import Access, Emotion, PendingItem, Post
from handover.queries import items as item_queries
from handover.services import items

from .request import Request, show_times_of, shows


def item_create(request: Request) -> HttpResponse:
    team, teams = _team(request)
    posts = _posts(request.access, team)
    if not posts:
        raise PermissionDenied
    initial = {"customer": request.GET.get("customer", "")[:80]}
    form = bound(NewItemForm, request, access=request.access, team=team, posts=posts, initial=initial)
    new_customer = bound(NewCustomerForm, request, prefix="new", team=team)
    if request.method == "POST" and (item := _create(request, form, new_customer)):
        messages.success(request, _("Item #%(number)s is registered.") % {"number": item.pk})
        if "another" in request.POST:
            return redirect(f"{reverse('item_create')}?team={team.pk}")
        return redirect("item_detail", item.pk)
    context = {"form": form, "new_customer": new_customer, "team": team, "teams": teams, "post": posts[0]}
    return render(request, "items/create.html", context)


def _create(request: Request, form: NewItemForm, new_customer: NewCustomerForm) -> PendingItem | None:
    """The new item, or None with what is wrong at the fields."""
    valid, new = form.is_valid(), new_customer.has_changed()
    if not new:
        form.require_customer()
        if form.is_nobody:
            new_customer.carry(form["customer"].value())
    if not (new_customer.is_valid() and valid and form.is_valid()):
        return None
    facts = form.new_facts()
    if new:
        facts["customer"] = new_customer.facts()
    try:
        return items.create(actor=request.user, now=request.access.now, **facts)
    except HandoverError as error:
        form.add_error(None, error.sentence)
        return None


@require_safe
def item_detail(request: Request, pk: int) -> HttpResponse:
    access = request.access
    item = item_queries.for_page(access, pk)
    if item is None:
        raise Http404
    show_times_of(request, vars(item)["team_zone"])
    shows(request, items=[item.pk])
    page = item_queries.read(access, item, before=request.GET.get("before", ""))
    context = {"item": item, "page": page, "now": access.now, "emotions": Emotion.choices}
    context["has_profile"] = item.team_id in access.read_team_ids  # off duty one reads what one holds alone
    context["may_see_who"] = item.is_open and permissions.can_reassign_item(access, item)
    if item.key_at:
        context["key_typed"] = timezone.localtime(item.key_at).strftime(instants.FORMAT)
        context["key_choices"] = [
            choice for choice in instants.offered(access.now) if choice[0] != instants.AT
        ]
    return render(request, "items/detail.html", context)


def item_edit(request: Request, pk: int) -> HttpResponse:
    item = get_object_or_404(item_queries.visible(request.access), pk=pk)
    show_times_of(request, item.team.time_zone)
    shows(request, items=[item.pk])
    if not permissions.can_progress_item(request.access, item):
        raise PermissionDenied
    form = bound(EditItemForm, request, access=request.access, team=item.team, item=item)
    both = None
    if request.method == "POST" and form.is_valid():
        form.require_customer()
    if request.method == "POST" and form.is_valid():
        try:
            items.edit(
                item=item,
                actor=request.user,
                now=request.access.now,
                seen=form.seen_facts(),
                **form.changed_facts(),
            )
        except Conflict:
            item = get_object_or_404(item_queries.visible(request.access), pk=pk)
            both, form = form.both(item), form.merged(item)
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("item_detail", item.pk)
    context = {"form": form, "item": item, "both": both, "post": item.post}
    return render(request, "items/edit.html", context)


def _team(request: Request) -> tuple[Team, list[Team]]:
    """The team for which an item is registered: the one asked for, else the one the person is on duty in."""
    access = request.access
    working = [team_id for team_id in access.roles if permissions.can_work_in_team(access, team_id)]
    teams = list(Team.objects.filter(pk__in=working).order_by("name", "pk"))
    if not teams:
        raise PermissionDenied
    teams.sort(key=lambda team: team.pk not in access.duty_team_ids)
    team = next((team for team in teams if str(team.pk) == request.GET.get("team")), teams[0])
    show_times_of(request, team.time_zone)
    return team, teams


def _posts(access: Access, team: Team) -> list[Post]:
    """The posts of the team, the one the person is on duty at first."""
    found = Post.objects.visible_to(access).in_use(access.now).filter(team=team).select_related("team")
    posts = [post for post in found.order_by("name", "pk") if permissions.can_create_item(access, post)]
    return sorted(posts, key=lambda post: post.pk not in access.duty_post_ids)
