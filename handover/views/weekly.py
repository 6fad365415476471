"""The figures of a week, and what is agreed on them."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from handover import permissions
from handover.forms.weekly import ActionForm
from handover.models import WeeklyAction, WeeklyReport
from handover.queries import trends
from handover.queries import weekly as queries
from handover.queries.words import Reader
from handover.services import weekly

from .act import act, press
from .request import Request, show_times_of


@require_safe
def weekly_list(request: Request) -> HttpResponse:
    """The latest first; what was agreed and is not done stands above."""
    after = request.GET.get("after", "")
    page = queries.listing(request.access, after=after)
    context = {
        "rows": [(report, trends.week_words(report.week)) for report in page.rows],
        "open_actions": [] if after else queries.open_actions(request.access),
        "newer_url": request.path if after else "",
        "older_url": f"?after={page.after}" if page.after else "",
        "now": request.access.now,
    }
    return render(request, "weekly/list.html", context)


@require_safe
def weekly_report(request: Request, pk: int) -> HttpResponse:
    report = _load(request, pk)
    reader = Reader(request.access.now)
    cases = (
        (_("Handovers that were late or never confirmed"), queries.late(report, reader)),
        (_("Promises that were not kept"), queries.promises(report, reader)),
        (_("Customers who called again and again"), queries.calls(report)),
        (_("The oldest open items"), queries.oldest(report, reader)),
    )
    actions = [
        (action, permissions.can_finish_action(request.access, action)) for action in queries.actions(report)
    ]
    context = {
        "report": report,
        "week": trends.week_words(report.week),
        "lines": queries.lines(report, may_open=permissions.can_read_trends(request.access, report.team_id)),
        "cases": cases,
        "actions": actions,
        "today": request.access.now.astimezone(report.team.zone).date(),
        "may_note": permissions.can_note_action(request.access, report),
        "now": request.access.now,
    }
    return render(request, "weekly/report.html", context)


def weekly_note(request: Request, pk: int) -> HttpResponse:
    report = _load(request, pk)
    if not permissions.can_note_action(request.access, report):
        raise PermissionDenied
    today = request.access.now.astimezone(report.team.zone).date()
    form = bound(ActionForm, request, team=report.team, today=today)
    return act(
        request,
        form,
        run=lambda data: weekly.note(report=report, actor=request.user, now=request.access.now, **data),
        back=reverse("weekly_report", args=[pk]),
        done=_("Noted."),
        template="weekly/note.html",
        context={"report": report, "week": trends.week_words(report.week)},
    )


@require_POST
def weekly_done(request: Request, pk: int) -> HttpResponse:
    reports = WeeklyReport.objects.visible_to(request.access).values("pk")
    actions = WeeklyAction.objects.filter(report__in=reports).select_related("report__team", "responsible")
    action = get_object_or_404(actions, pk=pk)
    if not permissions.can_finish_action(request.access, action):
        raise PermissionDenied
    return press(
        request,
        run=lambda: weekly.finish(action=action, actor=request.user, now=request.access.now),
        back=reverse("weekly_report", args=[action.report_id]),
        done=_("Ticked as done."),
    )


def _load(request: Request, pk: int) -> WeeklyReport:
    reports = WeeklyReport.objects.visible_to(request.access).select_related("team")
    report = get_object_or_404(reports, pk=pk)
    show_times_of(request, report.team.time_zone)
    return report
