"""What is told to whom after how long: the ladders of a team, and one ladder with its versions."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from accounts.models import Team
from handover import permissions
from handover.errors import Conflict
from handover.forms.instants import FORMAT
from handover.forms.ladders import AtForm, LadderForm, PlaceForm, TrialForm
from handover.ladders import MUST_END_ABOVE
from handover.models import Post, Waits
from handover.queries import items as item_queries
from handover.queries import ladder_pages, ladder_words
from handover.queries.ladders import Place, own
from handover.queries.words import listed
from handover.services import ladders, rehearsal

from .act import press
from .kept import kept_team, supervised_team
from .request import Request, seen_version, show_times_of, shows


@require_safe
def ladder_list(request: Request, team_pk: int) -> HttpResponse:
    team = kept_team(request, team_pk)
    show_times_of(request, team.time_zone)
    posts = list(_posts(request, team))
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
            ladders.change(
                place=place,
                steps=form.steps(),
                seen_version=form.cleaned_data["seen_version"],
                actor=request.user,
                now=request.access.now,
            )
        except Conflict:
            is_conflict, form = True, form.after_conflict(own(place))
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


@require_safe
def ladder_trial(request: Request, team_pk: int) -> HttpResponse:
    """Who would be told of something that begins to wait at a post; nothing asked means urgent, and now."""
    team = kept_team(request, team_pk)
    show_times_of(request, team.time_zone)
    now, posts = request.access.now, _posts(request, team)
    first = posts.first()
    asked = {"clock": Waits.TAKEN, "post": first.pk if first else "", "at": _typed(now)}
    form = TrialForm({**asked, **request.GET.dict()}, team=team, posts=posts, now=now)
    play = None
    if form.is_valid():
        data = form.cleaned_data
        play = rehearsal.of_place(form.place(), post=data["post"], at=data["at"], now=now)
    context = {"team": team, "form": form, "play": play and _shown(play), "now": now}
    return render(request, "ladders/trial.html", context)


@require_safe
def item_who(request: Request, pk: int) -> HttpResponse:
    """Who would be told of an item if nobody reacts; from another instant on, as if it began to wait then."""
    item = get_object_or_404(item_queries.visible(request.access), pk=pk)
    show_times_of(request, item.team.time_zone)
    shows(request, items=[item.pk])
    if not permissions.can_reassign_item(request.access, item):
        raise PermissionDenied
    now = request.access.now
    form = AtForm(request.GET, now=now)
    play = None
    if form.is_valid():
        at = form.cleaned_data["at"]
        play = rehearsal.of_item_at(item, at=at, now=now) if at else rehearsal.of_item(item, now=now)
    context = {"item": item, "form": form, "play": play and _shown(play), "now": now}
    return render(request, "ladders/item.html", context)


@require_POST
def ladder_go_back(request: Request, team_pk: int, clock: str) -> HttpResponse:
    team = supervised_team(request, team_pk)
    place = _place(request, team, clock)
    return press(
        request,
        run=lambda: ladders.go_back(
            place=place,
            seen_version=seen_version(request),
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


def _posts(request: Request, team: Team) -> QuerySet[Post]:
    found = Post.objects.visible_to(request.access).in_use(request.access.now).filter(team=team)
    return found.select_related("team").order_by("name", "pk")


def _typed(at: datetime) -> str:
    return timezone.localtime(at).strftime(FORMAT)


def _shown(play: rehearsal.Play) -> dict[str, object]:
    """What is played through, ready to be shown."""
    rounds = [
        {
            "at": each.at,
            "chats": listed(each.chats),
            "tellings": [
                {
                    "until": ladder_words.until(telling.clock.kind),
                    "whom": ladder_words.whom(telling.step),
                    "is_again": telling.is_again,
                    "people": [(person, person.pk in each.by_email) for person in telling.people],
                }
                for telling in each.tellings
            ],
        }
        for each in play.rounds
    ]
    return {"rounds": rounds, "is_cut": play.is_cut}


def _context(request: Request, place: Place) -> dict[str, object]:
    now = request.access.now
    return {
        "team": place.team,
        "until": ladder_words.until(place.clock),
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
