"""The roster of a week, one shift with its people, substitutes, check-in and check-out."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.browser import next_page
from accounts.held import bound
from accounts.models import Team
from handover import permissions
from handover.errors import HandoverError
from handover.forms.shifts import ShiftForm, StaffForm, SubstituteForm
from handover.models import Assignment, Post, Shift
from handover.queries import duty, hole_words, notices, roster, swaps
from handover.queries.words import listed
from handover.services import shift_copies, shifts

from .act import press
from .request import Request

FAR = timedelta(days=3660)


@require_safe
def week(request: Request) -> HttpResponse:
    teams = roster.teams(request.access)
    if not teams:
        return render(request, "shifts/no_team.html")
    team = _chosen_team(request, teams)
    first, weeks = chosen_day(request, team), _chosen_weeks(request)
    posts = roster.posts(request.access, team, first, weeks)
    chosen = [post for post in posts if str(post.pk) == request.GET.get("post")] or posts
    post = chosen[0] if len(chosen) == 1 < len(posts) else None
    managed = [desk for desk in chosen if permissions.can_manage_post(request.access, desk)]
    context = {
        "teams": teams,
        "team": team,
        "posts": posts,
        "post": post,
        "shown": urlencode({"team": team.pk, "post": post.pk if post else "", "weeks": weeks}),
        "week": roster.week(request.access, team, chosen, first, weeks),
        "holes": hole_words.listing(managed, request.access.now) if managed else [],
        "to_approve": swaps.to_approve(request.access) if request.access.leads else [],
        "may_manage_team": permissions.can_manage_team(request.access, team),
    }
    return render(request, "shifts/roster.html", context)


def shift_detail(request: Request, pk: int) -> HttpResponse:
    shift = _visible_shift(request, pk)
    timezone.activate(shift.post.team.zone)
    may_manage = permissions.can_manage_post(request.access, shift.post)
    if request.method == "POST" and not may_manage:
        raise PermissionDenied
    form = bound(StaffForm, request, shift=shift, now=request.access.now) if may_manage else None
    if request.method == "POST" and form and form.is_valid():
        try:
            _staff(request, shift, form)
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("shift_detail", shift.pk)
    people = roster.people(shift, request.access)
    context = {
        "shift": shift,
        "card": roster.card(shift, people, shift.post.team.zone, request.access.now),
        "words": roster.shift_words(shift, shift.post.team.zone),
        "day": shift.starts_at.astimezone(shift.post.team.zone).date().isoformat(),
        "choices": [a.pk for a in duty.check_in_choices(request.user, request.access.now)],
        "form": form,
        "may_manage": may_manage,
    }
    return render(request, "shifts/detail.html", context)


def shift_create(request: Request, post_pk: int) -> HttpResponse:
    post = get_object_or_404(
        Post.objects.visible_to(request.access).select_related("team"), pk=post_pk, is_active=True
    )
    if not permissions.can_manage_post(request.access, post):
        raise PermissionDenied
    asked = {name: request.GET[name] for name in ("day", "starts", "ends") if name in request.GET}
    form = bound(ShiftForm, request, post=post, now=request.access.now, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            shift = shifts.create(post=post, **form.facts(), actor=request.user, now=request.access.now)
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("The shift is on the roster. Now choose who works it."))
            return redirect("shift_detail", shift.pk)
    return render(request, "shifts/form.html", {"form": form, "post": post})


def shift_edit(request: Request, pk: int) -> HttpResponse:
    shift = _managed_shift(request, pk)
    form = bound(ShiftForm, request, post=shift.post, shift=shift, now=request.access.now)
    if request.method == "POST" and form.is_valid():
        try:
            shifts.edit(shift=shift, **form.facts(), actor=request.user, now=request.access.now)
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("shift_detail", shift.pk)
    return render(request, "shifts/form.html", {"form": form, "post": shift.post, "shift": shift})


@require_POST
def shift_copy(request: Request, pk: int) -> HttpResponse:
    """The address carries the weeks that the roster showed, as the roster's own does."""
    shift = _managed_shift(request, pk)
    team = shift.post.team
    until = roster.end(team, chosen_day(request, team), _chosen_weeks(request))
    try:
        copied = shift_copies.copy(source=shift, until=until, actor=request.user, now=request.access.now)
    except HandoverError as error:
        messages.error(request, error.sentence)
    else:
        _say_copied(request, copied)
    return redirect(f"{resolve_url('roster')}?{request.GET.urlencode()}")


@require_POST
def shift_delete(request: Request, pk: int) -> HttpResponse:
    shift = _managed_shift(request, pk)
    try:
        shifts.remove(shift=shift, actor=request.user, now=request.access.now)
    except HandoverError as error:
        messages.error(request, error.sentence)
        return redirect("shift_detail", pk)
    messages.success(request, _("The shift is off the roster."))
    return redirect("roster")


@require_POST
def assignment_remove(request: Request, pk: int) -> HttpResponse:
    assignment = _visible_assignment(request, pk)
    if not permissions.can_manage_post(request.access, assignment.shift.post):
        raise PermissionDenied
    return press(
        request,
        run=lambda: shifts.unassign(assignment=assignment, actor=request.user, now=request.access.now),
        back=resolve_url("shift_detail", assignment.shift_id),
        done=_("%(name)s is off the shift.") % {"name": assignment.user.display_name},
    )


def assignment_substitute(request: Request, pk: int) -> HttpResponse:
    assignment = _visible_assignment(request, pk)
    if not permissions.can_name_substitute(request.access, assignment):
        raise PermissionDenied
    form = bound(SubstituteForm, request, assignment=assignment)
    if request.method == "POST" and form.is_valid():
        try:
            place = shifts.substitute(
                assignment=assignment, **form.cleaned_data, actor=request.user, now=request.access.now
            )
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(
                request,
                _("%(substitute)s works this shift instead of %(name)s.")
                % {"substitute": place.user.display_name, "name": assignment.user.display_name},
            )
            return redirect("shift_detail", assignment.shift_id)
    words = roster.shift_words(assignment.shift, assignment.shift.post.team.zone)
    return render(request, "shifts/substitute.html", {"form": form, "assignment": assignment, "words": words})


@require_POST
def check_in(request: Request, pk: int) -> HttpResponse:
    assignment = _own_assignment(request, pk)
    try:
        place = shifts.check_in(assignment=assignment, now=request.access.now)
    except HandoverError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _checked_in_words(place))
    # Notices are read before work: they stand at the top of the first page.
    to_read = notices.unread(request.access).notices
    return redirect("home" if to_read else next_page(request, "home"))


@require_POST
def check_out(request: Request, pk: int) -> HttpResponse:
    assignment = _own_assignment(request, pk)
    return press(
        request,
        run=lambda: shifts.check_out(assignment=assignment, now=request.access.now),
        back=next_page(request, "home"),
        done=_("You are checked out."),
    )


def _checked_in_words(place: Assignment) -> str:
    if not place.late_minutes:
        return _("You are checked in.")
    return ngettext(
        "You are checked in, %(minutes)d minute after check-in was expected.",
        "You are checked in, %(minutes)d minutes after check-in was expected.",
        place.late_minutes,
    ) % {"minutes": place.late_minutes}


def _staff(request: Request, shift: Shift, form: StaffForm) -> None:
    data = form.cleaned_data
    chosen = [shift, *data["also_on"]]
    shifts.staff(
        chosen=chosen,
        users=list(data["people"]),
        duty_supervisor=data["duty_supervisor"],
        actor=request.user,
        now=request.access.now,
    )
    messages.success(
        request,
        ngettext("The shift is changed.", "%(count)d shifts are changed.", len(chosen))
        % {"count": len(chosen)},
    )


def _say_copied(request: Request, copied: shift_copies.Copied) -> None:
    text = ngettext("%(count)d shift is filled.", "%(count)d shifts are filled.", copied.filled)
    say = messages.success if copied.filled else messages.info
    say(request, text % {"count": copied.filled})
    if copied.left_out:
        text = ngettext(
            "%(count)d is left out. On another shift at that time: %(names)s.",
            "%(count)d are left out. On another shift at that time: %(names)s.",
            copied.left_out,
        )
        messages.warning(request, text % {"count": copied.left_out, "names": listed(copied.elsewhere)})


def _chosen_team(request: Request, teams: list[Team]) -> Team:
    wanted = request.GET.get("team")
    if not wanted:
        return teams[0]
    for team in teams:
        if str(team.pk) == wanted:
            return team
    raise Http404


def chosen_day(request: Request, team: Team) -> date:
    """The first day asked for; else, and for what is no sensible date, the team's today."""
    today = request.access.now.astimezone(team.zone).date()
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = today
    return day if abs(day - today) < FAR else today


def _chosen_weeks(request: Request) -> int:
    return 2 if request.GET.get("weeks") == "2" else 1


def _visible_shift(request: Request, pk: int) -> Shift:
    return get_object_or_404(
        Shift.objects.visible_to(request.access).select_related("post__team", "pattern"), pk=pk
    )


def _managed_shift(request: Request, pk: int) -> Shift:
    shift = _visible_shift(request, pk)
    if not permissions.can_manage_post(request.access, shift.post):
        raise PermissionDenied
    return shift


def _visible_assignment(request: Request, pk: int) -> Assignment:
    shifts_of_mine = Shift.objects.visible_to(request.access)
    rows = Assignment.objects.filter(shift__in=shifts_of_mine).select_related("user", "shift__post__team")
    return get_object_or_404(rows, pk=pk)


def _own_assignment(request: Request, pk: int) -> Assignment:
    assignment = _visible_assignment(request, pk)
    if not permissions.can_check_in(request.access, assignment):
        raise PermissionDenied
    return assignment
