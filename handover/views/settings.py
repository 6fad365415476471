"""Pages of settings: teams, posts with their hours, patterns of shifts, issue types."""

from datetime import time

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.held import bound
from accounts.models import Team
from handover import permissions
from handover.forms.settings import IssueTypeForm, PatternForm, PostForm, TeamForm
from handover.models import IssueType, Post, ShiftPattern
from handover.queries import settings as queries
from handover.queries import setup
from handover.services import posts, teams

from .act import act
from .kept import kept_team, supervised_team
from .request import Request

FORM = "settings/form.html"
# What a pattern may start from; three of them cover a day.
PRESETS = {
    "morning": (gettext_lazy("Morning"), time(8), time(16)),
    "middle": (gettext_lazy("Middle"), time(16), time(0)),
    "night": (gettext_lazy("Night"), time(0), time(8)),
}


@require_safe
def home(request: Request) -> HttpResponse:
    kept = queries.managed_teams(request.access)
    if not kept and not request.access.is_administrator:
        raise PermissionDenied
    if len(kept) == 1 and not request.access.is_administrator:
        return redirect("team_detail", kept[0].pk)
    progress = setup.progress() if request.access.is_administrator else None
    step = progress.step if progress and not progress.is_finished else ""
    return render(request, "settings/home.html", {"teams": kept, "setup_step": step})


@require_safe
def team_detail(request: Request, pk: int) -> HttpResponse:
    team = kept_team(request, pk)
    context = {
        "team": team,
        "rows": queries.posts(request.access, team),
        "issue_types": team.issue_types.order_by("-is_active", "name", "pk"),
        "may_manage": permissions.can_manage_team(request.access, team),
    }
    return render(request, "settings/team.html", context)


def team_create(request: Request) -> HttpResponse:
    _require_administrator(request)
    form = bound(TeamForm, request, initial={"language": get_language()})
    return act(
        request,
        form,
        run=lambda data: teams.create(
            facts=form.facts(), language=data["language"], actor=request.user, now=request.access.now
        ),
        back=resolve_url("settings"),
        done=_("The team is there. Now add its posts and people."),
        template=FORM,
        context={"heading": _("New team")},
    )


def team_edit(request: Request, pk: int) -> HttpResponse:
    _require_administrator(request)
    team = get_object_or_404(Team, pk=pk)
    form = bound(TeamForm, request, thing=team)
    return act(
        request,
        form,
        run=lambda _data: teams.edit(
            team=team, facts=form.facts(), actor=request.user, now=request.access.now
        ),
        back=resolve_url("team_detail", team.pk),
        done=_("Saved."),
        template=FORM,
        context={"heading": team.name},
    )


def issue_type_create(request: Request, team_pk: int) -> HttpResponse:
    team = supervised_team(request, team_pk)
    form = bound(IssueTypeForm, request, team=team)
    return act(
        request,
        form,
        run=lambda _data: teams.add_issue_type(
            team=team, facts=form.facts(), actor=request.user, now=request.access.now
        ),
        back=resolve_url("team_detail", team.pk),
        done=_("Saved."),
        template=FORM,
        context={"heading": _("New issue type"), "team": team},
    )


def issue_type_edit(request: Request, pk: int) -> HttpResponse:
    issue_type = get_object_or_404(IssueType.objects.select_related("team"), pk=pk)
    supervised_team(request, issue_type.team_id)
    form = bound(IssueTypeForm, request, team=issue_type.team, thing=issue_type)
    return act(
        request,
        form,
        run=lambda _data: teams.edit_issue_type(
            issue_type=issue_type, facts=form.facts(), actor=request.user, now=request.access.now
        ),
        back=resolve_url("team_detail", issue_type.team_id),
        done=_("Saved."),
        template=FORM,
        context={"heading": issue_type.name, "team": issue_type.team},
    )


def post_create(request: Request, team_pk: int) -> HttpResponse:
    team = supervised_team(request, team_pk)
    form = bound(PostForm, request, team=team)
    return act(
        request,
        form,
        run=lambda data: posts.create(
            team=team,
            facts=form.facts(),
            hours=form.service_hours(),
            leaders=list(data["leaders"]),
            actor=request.user,
            now=request.access.now,
        ),
        back=resolve_url("team_detail", team.pk),
        done=_("The post is there. Now add the patterns of its shifts."),
        template="settings/post.html",
        context={"heading": _("New post"), "team": team},
    )


def post_edit(request: Request, pk: int) -> HttpResponse:
    post = _kept_post(request, pk)
    form = bound(PostForm, request, team=post.team, thing=post)
    return act(
        request,
        form,
        run=lambda data: posts.edit(
            post=post,
            facts=form.facts(),
            hours=form.service_hours(),
            leaders=list(data["leaders"]),
            actor=request.user,
            now=request.access.now,
        ),
        back=resolve_url("team_detail", post.team_id),
        done=_("Saved."),
        template="settings/post.html",
        context={"heading": post.name, "team": post.team},
    )


def pattern_create(request: Request, post_pk: int) -> HttpResponse:
    post = _kept_post(request, post_pk)
    name, starts_at, ends_at = PRESETS.get(request.GET.get("preset", ""), ("", None, None))
    initial = {"name": name, "starts_at": starts_at, "ends_at": ends_at}
    form = bound(PatternForm, request, post=post, initial=initial)
    return act(
        request,
        form,
        run=lambda _data: posts.add_patterns(
            post=post, patterns=[form.facts()], actor=request.user, now=request.access.now
        ),
        back=resolve_url("team_detail", post.team_id),
        done=_("The shifts of the next six weeks are on the roster."),
        template="settings/pattern.html",
        context={"heading": _("New pattern"), "post": post, "presets": PRESETS},
    )


def pattern_edit(request: Request, pk: int) -> HttpResponse:
    mine = ShiftPattern.objects.filter(post__in=Post.objects.visible_to(request.access))
    pattern = get_object_or_404(mine.select_related("post__team"), pk=pk)
    if not permissions.can_manage_post(request.access, pattern.post):
        raise PermissionDenied
    form = bound(PatternForm, request, post=pattern.post, thing=pattern)
    return act(
        request,
        form,
        run=lambda _data: posts.edit_pattern(
            pattern=pattern, facts=form.facts(), actor=request.user, now=request.access.now
        ),
        back=resolve_url("team_detail", pattern.post.team_id),
        done=_("Saved. Coming shifts without people follow the change."),
        template="settings/pattern.html",
        context={"heading": pattern.name, "post": pattern.post},
    )


def _require_administrator(request: Request) -> None:
    if not request.access.is_administrator:
        raise PermissionDenied


def _kept_post(request: Request, pk: int) -> Post:
    rows = Post.objects.visible_to(request.access).select_related("team").prefetch_related("leaders")
    post = get_object_or_404(rows, pk=pk)
    if not permissions.can_manage_post(request.access, post):
        raise PermissionDenied
    return post
