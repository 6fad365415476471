"""The trends of a team, and the records behind a point of a chart."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from handover.forms.trends import PointForm, TrendForm
from handover.queries import teams
from handover.queries import trend_records as records
from handover.queries import trends as queries
from handover.queries.trend_questions import BY_MEASURE
from handover.queries.trend_records import Point

from .request import Request, show_times_of


@require_safe
def trends(request: Request) -> HttpResponse:
    form = _form(request)
    filters = form.filters()
    found = queries.trends(filters, request.access.now)
    context = {
        "form": form,
        "filters": filters,
        "weeks": str(filters.weeks),
        "team": str(filters.team.pk),
        "trends": found,
        "is_empty": not any(row.n for trend in found for row in trend.rows),
        "counted_until": queries.counted_until(),
        "now": request.access.now,
    }
    return render(request, "trends/home.html", context)


@require_safe
def trend_records(request: Request, measure: str) -> HttpResponse:
    filters = _form(request).filters()
    asked = PointForm(request.GET)
    if measure not in BY_MEASURE or not asked.is_valid():
        raise Http404
    question = BY_MEASURE[measure]
    point = Point(question, asked.cleaned_data["week"], asked.cleaned_data["bucket"])
    after = request.GET.get("after", "")
    page = records.listing(filters, point, request.access.now, after=after)
    here = {"week": point.week or "", "bucket": "" if point.bucket is None else point.bucket}
    context = {
        "question": question,
        "point": queries.point_words(question, week=point.week, bucket=point.bucket),
        "figure": queries.words(question, records.sums(filters, point, request.access.now)),
        "page": page,
        "back": filters.query(),
        "newer_url": f"?{filters.query(**here)}" if after else "",
        "older_url": f"?{filters.query(**here, after=page.after)}" if page.after else "",
        "now": request.access.now,
    }
    return render(request, "trends/records.html", context)


def _form(request: Request) -> TrendForm:
    """The choices for the team in the address, else for the first; nobody sees those of a team not theirs."""
    found = teams.always_read(request.access)
    if not found:
        raise PermissionDenied(_("Trends are there for who leads, checks or administers a team."))
    asked = request.GET.get("team")
    team = next((each for each in found if str(each.pk) == asked), found[0])
    show_times_of(request, team.time_zone)
    return TrendForm(request.GET, teams=found, team=team)
