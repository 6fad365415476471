"""The figures of one person, for that person and for who leads them; to anybody else they do not exist."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import User
from handover.models import Led
from handover.queries import personal, trends
from handover.queries.trend_questions import BY_MEASURE

from .request import Request


@require_safe
def my_figures(request: Request) -> HttpResponse:
    """One's own; a leader finds the way to those of the people led, by their names alone."""
    people = personal.people(request.access, request.access.kept) if request.access.roles else []
    return render(request, "figures/home.html", _shown(request, request.user, None) | {"people": people})


@require_safe
def person_figures(request: Request, pk: int) -> HttpResponse:
    person, scope = _of(request, pk)
    return render(request, "figures/person.html", _shown(request, person, scope))


@require_safe
def person_records(request: Request, pk: int, measure: str) -> HttpResponse:
    person, scope = _of(request, pk)
    if measure not in personal.MEASURES:
        raise Http404
    after = request.GET.get("after", "")
    page = personal.records(person, scope, BY_MEASURE[measure], request.access.now, after=after)
    context = {
        "person": person,
        "is_own": person == request.user,
        "label": personal.MEASURES[measure],
        "page": page,
        "newer_url": request.path if after else "",
        "older_url": f"?after={page.after}" if page.after else "",
    }
    return render(request, "figures/records.html", context)


def _of(request: Request, pk: int) -> tuple[User, Led | None]:
    """The person, and which of their figures the reader may see: of one's own all."""
    if pk == request.user.pk:
        return request.user, None
    scope = request.access.kept
    return get_object_or_404(personal.people(request.access, scope), pk=pk), scope


def _shown(request: Request, person: User, scope: Led | None) -> dict[str, Any]:
    return {
        "person": person,
        "figures": personal.figures(person, scope, request.access.now),
        "weeks": personal.WEEKS,
        "counted_until": trends.counted_until(),
        "now": request.access.now,
    }
