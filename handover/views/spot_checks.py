"""Spot checks: the weeks of a team, the draw of one that anyone can repeat, and the plan behind it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from accounts.models import Team
from handover import check_template, permissions, sampling
from handover.forms.spot_checks import AddForm, PlanForm
from handover.models import Draw, DrawnRecord
from handover.queries import findings, teams
from handover.queries import spot_check_outcomes as outcomes
from handover.queries import spot_checks as queries
from handover.services import spot_checks

from .act import act, press
from .kept import supervised_team
from .request import Request, show_times_of


@require_safe
def spot_check_list(request: Request) -> HttpResponse:
    found = teams.always_read(request.access)
    weeks, plans = queries.weeks(found, request.access.now), queries.plans(found)
    rows = [
        {
            "team": team,
            "weeks": weeks.get(team.pk),
            "per_week": plans.get(team.pk, 0),
            "may_plan": permissions.can_manage_team(request.access, team),
        }
        for team in found
    ]
    context = {
        "teams": rows,
        "own": findings.own(request.access),
        "waiting": findings.waiting(request.access) if rows else [],
        "now": request.access.now,
    }
    return render(request, "spot_checks/list.html", context)


@require_safe
def spot_check_outcomes(request: Request, team_pk: int) -> HttpResponse:
    """What the checks of a team came to, week by week."""
    mine = {} if request.access.is_administrator else {"pk__in": request.access.roles}
    team = get_object_or_404(Team.objects.filter(**mine), pk=team_pk)
    if not permissions.can_read_draws(request.access, team.pk):
        raise PermissionDenied
    show_times_of(request, team.time_zone)
    found = outcomes.of_team(team, request.access.now)
    context = {"team": team, "outcomes": found, "criteria": check_template.CRITERIA}
    return render(request, "spot_checks/outcomes.html", context)


def plan_edit(request: Request, team_pk: int) -> HttpResponse:
    team = supervised_team(request, team_pk)
    form = bound(PlanForm, request, initial={"per_week": queries.plans([team]).get(team.pk, 0)})
    return act(
        request,
        form,
        run=lambda data: spot_checks.change_plan(
            team=team, per_week=data["per_week"], actor=request.user, now=request.access.now
        ),
        back=resolve_url("spot_check_list"),
        done=_("The plan is saved."),
        template="settings/form.html",
        context={"heading": _("Plan of spot checks"), "team": team},
    )


@require_safe
def draw_detail(request: Request, pk: int) -> HttpResponse:
    draw = _readable(request, pk)
    context = {
        "draw": draw,
        "records": [(row, _address(request, row)) for row in queries.records(draw)],
        "risks": queries.at_risk(draw),
        "may_draw": draw.drawn_at is None
        and draw.ends_at <= request.access.now
        and permissions.can_draw_records(request.access, draw.team_id),
        "may_add": draw.drawn_at is not None and permissions.can_draw_records(request.access, draw.team_id),
        "now": request.access.now,
    }
    return render(request, "spot_checks/draw.html", context)


@require_POST
def draw_now(request: Request, pk: int) -> HttpResponse:
    draw = _drawing(request, pk)
    return press(
        request,
        run=lambda: spot_checks.draw(week=draw, actor=request.user, now=request.access.now),
        back=resolve_url("draw_detail", pk),
        done=_("The records of the week are drawn."),
    )


@require_safe
def draw_repeat(request: Request, pk: int) -> HttpResponse:
    """All that is needed to repeat the draw with other means."""
    draw = _readable(request, pk)
    if draw.drawn_at is None:
        raise Http404
    context = {"draw": draw, "rows": queries.rows(draw), "steps": sampling.STEPS}
    return render(request, "spot_checks/repeat.html", context)


@require_safe
def draw_json(request: Request, pk: int) -> HttpResponse:
    draw = _readable(request, pk)
    if draw.drawn_at is None:
        raise Http404
    response = JsonResponse(queries.repeatable(draw), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="draw-{draw.pk}-{draw.week}.json"'
    return response


def draw_add(request: Request, pk: int) -> HttpResponse:
    """Choose a record by hand; `handover` in the address names one that was suggested."""
    draw = _drawing(request, pk)
    found = {handover.pk: handover for handover in queries.unchosen(draw)}
    suggested = request.GET.get("handover", "")
    reasons = {str(risk.handover.pk): risk.sentence for risk in queries.at_risk(draw)}
    initial = {"handover": suggested, "reason": reasons.get(suggested, "")}
    form = bound(AddForm, request, found=list(found.values()), initial=initial)
    return act(
        request,
        form,
        run=lambda data: spot_checks.add(
            week=draw,
            handover=found[data["handover"]],
            reason=data["reason"],
            actor=request.user,
            now=request.access.now,
        ),
        back=resolve_url("draw_detail", pk),
        done=_("The record is added. It is marked as chosen by hand."),
        template="settings/form.html",
        context={"heading": _("Add a record by hand"), "team": draw.team},
    )


def _address(request: Request, record: DrawnRecord) -> str:
    """Of its check for who judges it; a leader of another post reads the record alone."""
    if permissions.can_read_checks(request.access, record.handover):
        return resolve_url("check_detail", record.pk)
    return resolve_url("handover_detail", record.handover_id)


def _readable(request: Request, pk: int) -> Draw:
    draw = get_object_or_404(
        Draw.objects.visible_to(request.access).select_related("team", "drawn_by"), pk=pk
    )
    if not permissions.can_read_draws(request.access, draw.team_id):
        raise PermissionDenied
    show_times_of(request, draw.team.time_zone)
    return draw


def _drawing(request: Request, pk: int) -> Draw:
    draw = _readable(request, pk)
    if not permissions.can_draw_records(request.access, draw.team_id):
        raise PermissionDenied
    return draw
