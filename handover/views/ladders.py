"""What is told to whom after how long: the ladders of a team, and one ladder with its versions."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from accounts.models import Team
from handover import permissions
from handover.errors import Conflict
from handover.forms.ladders import LadderForm, PlaceForm
from handover.ladders import MUST_END_ABOVE
from handover.models import Post, Waits
from handover.queries import ladder_pages, ladder_words
from handover.queries.ladders import Place, own
from handover.services import ladders

from .act import press
from .kept import kept_team, supervised_team
from .request import Request, show_times_of


@require_safe
def ladder_list(request: Request, team_pk: int) -> HttpResponse:
    team = kept_team(request, team_pk)
    show_times_of(request, team.time_zone)
    posts = _posts(request, team)
    post = next(
        (post for post in posts if str(post.pk) == request.GET.get("post")), posts[0] if posts else None
    )
    context = {
        "team": team,
        "posts": posts,
        "post": post,
        "sections": ladder_pages.sections(team, post=post, now=request.access.now),
        "may_manage": permissions.can_manage_team(request.access, team),
    }
    return render(request, "ladders/list.html", context)


@require_safe
def ladder_new(request: Request, team_pk: int) -> HttpResponse:
    """Asks for what a new ladder is, and leads to its page."""
    team = supervised_team(request, team_pk)
    is_asked = "kind" in request.GET
    initial = {"clock": request.GET.get("clock", "")}
    form = PlaceForm(request.GET if is_asked else None, team=team, initial=initial)
    if is_asked and form.is_valid():
        return redirect(ladder_pages.address("ladder_edit", form.place()))
    return render(request, "ladders/new.html", {"form": form, "team": team})


def ladder_edit(request: Request, team_pk: int, clock: str) -> HttpResponse:
    team = supervised_team(request, team_pk)
    show_times_of(request, team.time_zone)
    place = _place(request, team, clock)
    steps, present = ladder_pages.steps_at(place), own(place)
    form = bound(LadderForm, request, clock=clock, steps=steps, own=present)
    is_conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            ladders.save(
                place=place,
                steps=form.steps(),
                seen_version=form.cleaned_data["seen_version"],
                actor=request.user,
                now=request.access.now,
            )
        except Conflict as error:
            is_conflict, form = True, form.after_conflict(own(place), error.sentence)
        else:
            messages.success(request, _("Saved. It counts for what begins to wait from now on."))
            return redirect("ladder_list", team.pk)
    context = _context(request, place) | {"form": form, "is_conflict": is_conflict}
    return render(request, "ladders/edit.html", context)


@require_safe
def ladder_history(request: Request, team_pk: int, clock: str) -> HttpResponse:
    team = kept_team(request, team_pk)
    show_times_of(request, team.time_zone)
    place = _place(request, team, clock)
    context = _context(request, place) | {"versions": ladder_pages.history(place, request.access.now)}
    return render(request, "ladders/history.html", context)


@require_POST
def ladder_go_back(request: Request, team_pk: int, clock: str) -> HttpResponse:
    team = supervised_team(request, team_pk)
    place = _place(request, team, clock)
    seen = request.POST.get("seen_version", "")
    return press(
        request,
        run=lambda: ladders.go_back(
            place=place,
            seen_version=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
            actor=request.user,
            now=request.access.now,
        ),
        back=resolve_url("ladder_list", team.pk),
        done=_("Saved. It counts for what begins to wait from now on."),
    )


def _place(request: Request, team: Team, clock: str) -> Place:
    """What the address is about; 404 where there can be no such ladder."""
    form = PlaceForm({**request.GET.dict(), "clock": clock}, team=team)
    if not form.is_valid():
        raise Http404
    return form.place()


def _posts(request: Request, team: Team) -> list[Post]:
    found = Post.objects.visible_to(request.access).in_use(request.access.now).filter(team=team)
    return list(found.select_related("team").order_by("name", "pk"))


def _context(request: Request, place: Place) -> dict[str, object]:
    now = request.access.now
    return {
        "team": place.team,
        "what_waits": Waits(place.clock).label,
        "present": own(place),
        "counts_from": ladder_words.counts_from(Waits(place.clock)),
        "must_end_above": place.clock in MUST_END_ABOVE,
        "title": ladder_pages.title(place),
        "in_force": ladder_pages.in_words(place.clock, ladder_pages.steps_at(place), now),
        "without_own": ladder_pages.without_own(place, now),
        "history_url": ladder_pages.address("ladder_history", place),
        "edit_url": ladder_pages.address("ladder_edit", place),
        "go_back_url": ladder_pages.address("ladder_go_back", place),
        "may_manage": permissions.can_manage_team(request.access, place.team),
    }
