"""Pages of people: who there is, what they are in which team, and their first password."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.held import bound
from accounts.models import Team, User
from accounts.permissions import can_reset_password
from handover.errors import HandoverError
from handover.forms.people import PersonForm
from handover.queries import settings as queries
from handover.services import people

from .request import Request

TEXT_LENGTH = 80


@require_safe
def person_list(request: Request) -> HttpResponse:
    teams = _supervised_teams(request)
    team = next((team for team in teams if str(team.pk) == request.GET.get("team")), None)
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    rows, after = queries.people(request.access, team=team, text=text, after=request.GET.get("after", ""))
    following = {"team": team.pk if team else "", "q": text, "after": after}
    context = {
        "teams": teams,
        "team": team,
        "text": text,
        "rows": rows,
        "older_url": f"?{urlencode(following)}" if after else "",
    }
    return render(request, "settings/people.html", context)


def person_create(request: Request) -> HttpResponse:
    teams = _supervised_teams(request)
    wanted = {f"role_{team.pk}": "agent" for team in teams if str(team.pk) == request.GET.get("team")}
    form = bound(
        PersonForm,
        request,
        teams=teams,
        by_administrator=request.access.is_administrator,
        initial=wanted,
    )
    if request.method == "POST" and form.is_valid() and _is_somewhere(request, form):
        try:
            return _created(request, form)
        except HandoverError as error:
            form.add_error("username", error.sentence)
    return render(request, "settings/person.html", {"form": form})


def person_edit(request: Request, pk: int) -> HttpResponse:
    teams = _supervised_teams(request)
    visible = User.objects.visible_to(request.user)
    person = get_object_or_404(visible.prefetch_related("memberships"), pk=pk)
    if not queries.may_edit(request.access, person):
        raise PermissionDenied
    form = bound(
        PersonForm, request, teams=teams, by_administrator=request.access.is_administrator, person=person
    )
    if request.method == "POST" and form.is_valid():
        try:
            people.edit(
                person=person,
                facts=form.facts(),
                places=form.places(),
                actor=request.user,
                now=request.access.now,
            )
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("person_list")
    may_reset = can_reset_password(request.user, person)
    return render(request, "settings/person.html", {"form": form, "person": person, "may_reset": may_reset})


def _created(request: Request, form: PersonForm) -> HttpResponse:
    data = form.cleaned_data
    person, password = people.create(
        username=data["username"],
        display_name=data["display_name"],
        email=data["email"],
        is_administrator=data.get("is_administrator", False),
        places=form.places(),
        actor=request.user,
        now=request.access.now,
    )
    # No redirect: the password is shown this once and stored nowhere in plain text.
    return render(request, "settings/person_created.html", {"person": person, "password": password})


def _is_somewhere(request: Request, form: PersonForm) -> bool:
    """A supervisor who creates somebody in no team would never see that person again."""
    if request.access.is_administrator or any(place.role for place in form.places().values()):
        return True
    form.add_error(None, _("Choose a role in at least one team."))
    return False


def _supervised_teams(request: Request) -> list[Team]:
    teams = queries.supervised_teams(request.access)
    if not teams and not request.access.is_administrator:
        raise PermissionDenied
    return teams
