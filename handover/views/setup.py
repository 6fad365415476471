"""The first set-up of an installation: who keeps it, and what a roster needs."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import sessions
from accounts.held import bound
from accounts.models import Team
from handover.errors import HandoverError
from handover.forms.settings import TeamForm
from handover.forms.setup import AdministratorForm, PatternsForm, PeopleForm, PostsForm, day_of_three
from handover.queries import setup as queries
from handover.services import setup as services

from .request import Request

logger = logging.getLogger(__name__)

STEPS = {
    "setup": gettext_lazy("Administrator"),
    "setup_team": gettext_lazy("Team"),
    "setup_posts": gettext_lazy("Posts"),
    "setup_patterns": gettext_lazy("Shifts"),
    "setup_people": gettext_lazy("People"),
}


@never_cache
@sensitive_post_parameters("password", "setup_code")
@login_not_required
def administrator(request: HttpRequest) -> HttpResponse:
    """Open to who can read the log, while there is no administrator; afterwards it leads on or is gone."""
    if queries.has_administrator():
        if getattr(request.user, "is_administrator", False):
            return redirect(queries.progress().step)
        raise Http404
    logger.warning("The code for the first set-up is %s", queries.code())
    form = AdministratorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        now = timezone.now()
        try:
            person = services.first_administrator(
                username=data["username"],
                display_name=data["display_name"],
                password=data["password"],
                now=now,
            )
        except HandoverError as error:
            messages.error(request, error.sentence)
            return redirect("login")
        sessions.begin(request, person, now=now)
        return redirect("setup_team")
    return _page(request, "setup", "setup/form.html", form=form)


def team(request: Request) -> HttpResponse:
    progress = _open_progress(request)
    if progress.team:
        return redirect("setup_posts")
    form = bound(TeamForm, request, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            services.first_team(
                facts=form.facts(),
                language=form.cleaned_data["language"],
                actor=request.user,
                now=request.access.now,
            )
        except HandoverError as error:
            form.add_error("name", error.sentence)
        else:
            return redirect("setup_posts")
    return _page(request, "setup_team", "setup/form.html", form=form)


def posts(request: Request) -> HttpResponse:
    place = _team_of(_open_progress(request))
    names = "\n".join(place.posts.order_by("pk").values_list("name", flat=True))
    form = bound(PostsForm, request, initial={"names": names or _("Front line")})
    if request.method == "POST" and form.is_valid():
        services.add_posts(team=place, **form.cleaned_data, actor=request.user, now=request.access.now)
        return redirect("setup_patterns")
    return _page(request, "setup_posts", "setup/form.html", form=form, team=place)


def patterns(request: Request) -> HttpResponse:
    progress = _open_progress(request)
    place = _team_of(progress)
    if not progress.has_posts:
        return redirect("setup_posts")
    form = bound(
        PatternsForm,
        request,
        desks=list(place.posts.order_by("name", "pk")),
        presets=day_of_three(_("Morning"), _("Middle"), _("Night")),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.add_patterns(
                desks=form.cleaned_data["desks"],
                patterns=form.patterns(),
                actor=request.user,
                now=request.access.now,
            )
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("setup_people")
    return _page(request, "setup_patterns", "setup/patterns.html", form=form, team=place)


def people(request: Request) -> HttpResponse:
    place = _team_of(_open_progress(request))
    form = bound(PeopleForm, request)
    if request.method == "POST" and form.is_valid():
        try:
            created = services.add_people(
                team=place,
                new=form.people(),
                supervises=form.cleaned_data["supervises"],
                actor=request.user,
                now=request.access.now,
            )
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            # No redirect: the passwords are shown this once and stored nowhere in plain text.
            return _page(request, "setup_people", "setup/created.html", created=created, team=place)
    return _page(request, "setup_people", "setup/people.html", form=form, team=place)


def _open_progress(request: Request) -> queries.Progress:
    """The steps after the first are for administrators, and gone once somebody stands on a shift."""
    if not request.access.is_administrator:
        raise PermissionDenied
    progress = queries.progress()
    if progress.is_finished:
        raise Http404
    return progress


def _team_of(progress: queries.Progress) -> Team:
    if progress.team is None:
        raise Http404
    return progress.team


def _page(request: HttpRequest, step: str, template: str, **context: Any) -> HttpResponse:
    names = list(STEPS)
    steps = [
        {"label": STEPS[name], "is_done": names.index(name) < names.index(step), "is_here": name == step}
        for name in names
    ]
    return render(request, template, {"steps": steps, "heading": STEPS[step], "step": step, **context})
