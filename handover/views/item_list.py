"""The live list of a post, and what the team keeps of items that it passed on to other teams."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handover import permissions
from handover.forms.item_list import FilterForm
from handover.queries import item_list as queries
from handover.queries.item_list import Place

from .request import Request, shows


@require_safe
def item_list(request: Request) -> HttpResponse:
    """The whole page, or its live part alone for the script that keeps it fresh."""
    access = request.access
    places = queries.places(access)
    place = _chosen(request, places)
    form = FilterForm(request.GET, people=queries.people(place) if place else [])
    filters = form.filters(place)
    after = request.GET.get("after", "")
    page = queries.listing(access, filters, after=after)
    shows(request, items=[row["id"] for row in page.rows])
    context = {
        "form": form,
        "filters": filters,
        "places": [choice.choice for choice in places],
        "place": place,
        "page": page,
        "newer_url": _address(request, "") if after else "",
        "older_url": _address(request, page.after) if page.after else "",
        "version": queries.version(access, place),
        "may_create": place is not None and permissions.can_work_in_team(access, place.team_id),
    }
    part = "X-Live" in request.headers
    return render(request, "items/_list_live.html" if part else "items/list.html", context)


@require_safe
def item_list_version(request: Request) -> HttpResponse:
    place = _chosen(request, queries.places(request.access))
    return HttpResponse(queries.version(request.access, place), content_type="text/plain")


@require_safe
def item_sent(request: Request) -> HttpResponse:
    """Number, stage and result: the rest of an item belongs to the team that has it now."""
    places = queries.places(request.access)
    place = _chosen(request, places)
    after = request.GET.get("after", "")
    page = queries.sent(request.access, place, after=after) if place else None
    context = {
        "places": [choice.choice for choice in places],
        "place": place,
        "page": page,
        "newer_url": _address(request, "") if after else "",
        "older_url": _address(request, page.after) if page and page.after else "",
        "now": request.access.now,
    }
    return render(request, "items/sent.html", context)


def _chosen(request: Request, places: list[Place]) -> Place | None:
    """The place in the address, else the first; one that is not the viewer's counts as none."""
    asked = request.GET.get("place")
    return next((place for place in places if place.key == asked), places[0] if places else None)


def _address(request: Request, after: str) -> str:
    """The same list with the same filters, from another row on."""
    query = request.GET.copy()
    query.pop("after", None)
    if after:
        query["after"] = after
    return f"{request.path}?{query.urlencode()}"
