"""How a team weighs the rules of the completeness score: changed with a preview, and its versions."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from handover import permissions
from handover.errors import Conflict
from handover.forms.score_rules import ScoreRulesForm
from handover.queries import score_rules as queries
from handover.services import score_rules

from .act import press
from .kept import kept_team, supervised_team
from .request import Request, seen_version, show_times_of


def score_rules_edit(request: Request, team_pk: int) -> HttpResponse:
    """What is sent with `preview` is tried and not saved; the script sends it with every change."""
    team = supervised_team(request, team_pk)
    show_times_of(request, team.time_zone)
    own = queries.own(team.pk)
    counts = queries.weights(own)
    drafts = queries.drafts(request.access, team)
    form = bound(ScoreRulesForm, request, weights=counts, own=own, drafts=drafts)
    is_conflict = False
    is_valid = form.is_bound and form.is_valid()
    if request.method == "POST" and is_valid and "preview" not in request.POST:
        try:
            score_rules.change(
                team=team,
                weights=form.weights(),
                seen_version=form.cleaned_data["seen_version"],
                actor=request.user,
                now=request.access.now,
            )
        except Conflict:
            is_conflict, form = True, form.after_conflict(queries.own(team.pk))
        else:
            messages.success(request, _("Saved. It counts for what is signed from now on."))
            return redirect("score_rules_history", team.pk)
    after = form.weights() if is_valid and not is_conflict else counts
    context = {
        "team": team,
        "form": form,
        "own": own,
        "is_conflict": is_conflict,
        "trial": queries.trial(form.draft(), before=counts, after=after),
        "has_errors": form.is_bound and bool(form.errors),
    }
    return render(request, "score_rules/edit.html", context)


@require_safe
def score_rules_history(request: Request, team_pk: int) -> HttpResponse:
    team = kept_team(request, team_pk)
    show_times_of(request, team.time_zone)
    context = {
        "team": team,
        "own": queries.own(team.pk),
        "versions": queries.history(team),
        "may_manage": permissions.can_manage_team(request.access, team),
    }
    return render(request, "score_rules/history.html", context)


@require_POST
def score_rules_go_back(request: Request, team_pk: int) -> HttpResponse:
    team = supervised_team(request, team_pk)
    return press(
        request,
        run=lambda: score_rules.go_back(
            team=team,
            seen_version=seen_version(request),
            actor=request.user,
            now=request.access.now,
        ),
        back=resolve_url("score_rules_history", team.pk),
        done=_("Saved. It counts for what is signed from now on."),
    )
