"""The plan of a post for a week: who works when, for whoever leads the post."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.held import bound
from handover import permissions
from handover.errors import HandoverError
from handover.forms.plans import PlanForm
from handover.models import Post
from handover.queries import cautions, plan, plan_copies, plan_page
from handover.queries.plan import Places, Standing
from handover.queries.weeks import monday_of
from handover.services import plans

from .request import Request
from .shifts import chosen_day


def post_plan(request: Request, post_pk: int) -> HttpResponse:
    post = get_object_or_404(
        Post.objects.visible_to(request.access).select_related("team"), pk=post_pk, is_active=True
    )
    if not permissions.can_manage_post(request.access, post):
        raise PermissionDenied
    timezone.activate(post.team.zone)
    first = monday_of(chosen_day(request, post.team))
    standing = plan.standing(post, first)
    form = bound(PlanForm, request, standing=standing, now=request.access.now)
    if request.method == "POST" and form.is_valid() and not form.copies:
        try:
            plans.carry_out(wishes=form.wishes, actor=request.user, now=request.access.now)
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            _say_saved(request, post, first)
            return redirect(f"{reverse('post_plan', args=[post.pk])}?day={first}")
    places = form.places()
    if request.method == "POST" and form.copies:
        places = _copied(request, form, places)
    page = plan_page.build(standing, places, request.access)
    context = {"post": post, "page": page, "form": form, "is_unsaved": places != standing.places}
    return render(request, "shifts/plan.html", context | _limits())


def _limits() -> dict[str, int]:
    return {"rest": cautions.REST // cautions.HOUR, "most_days": cautions.DAYS_IN_A_ROW}


def _say_saved(request: Request, post: Post, first: date) -> None:
    """What remains forbids nothing; it is said once more, so that nobody takes it for settled."""
    standing = plan.standing(post, first)
    page = plan_page.build(standing, standing.places, request.access)
    remaining = len(page.thoughts)
    messages.success(request, _("The plan is saved."))
    if remaining:
        text = ngettext(
            "%(count)d thing remains to think about.", "%(count)d things remain to think about.", remaining
        )
        messages.warning(request, text % {"count": remaining})


def _copied(request: Request, form: PlanForm, places: dict[int, Places]) -> dict[int, Places]:
    standing: Standing = form.standing
    copied = plan_copies.last_week(standing, places, form.names(), request.access.now)
    text = ngettext(
        "%(count)d shift has the people of the week before. Nothing is saved yet.",
        "%(count)d shifts have the people of the week before. Nothing is saved yet.",
        copied.filled,
    )
    say = messages.success if copied.filled else messages.info
    say(request, text % {"count": copied.filled})
    for sentence in copied.left:
        messages.warning(request, sentence)
    return copied.places
