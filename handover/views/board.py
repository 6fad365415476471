"""The first page of everybody: what is theirs now."""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from handover import permissions
from handover.queries import board, board_handovers, duty, findings, live_digest, notices
from handover.queries import inbox as inbox_queries
from handover.services import inbox

from .request import Request, shows


@require_safe
def home(request: Request) -> HttpResponse:
    """The whole page, or its live part alone for the script that keeps it fresh."""
    access = request.access
    mine, unread = board.mine(access), inbox_queries.unread(access)
    shows(request, items=[row["id"] for group in mine.groups for row in group.rows])
    check_in_choices = duty.check_in_choices(access.user, access.now)
    context = {
        "mine": mine,
        "may_create": any(permissions.can_work_in_team(access, team_id) for team_id in access.roles),
        "digest": live_digest.of_board(access) if access.leads else None,
        "handovers": board_handovers.of_my_shifts(access),
        "findings": findings.cards(access),
        "check_in_choices": check_in_choices,
        "check_in": board.check_ins(check_in_choices, access.now),
        "unread": unread,
        "notices": notices.unread(access),
        "version": board.version(access, newest_message=unread.newest),
        "now": access.now,
    }
    part = "X-Live" in request.headers
    return render(request, "board/_live.html" if part else "board/home.html", context)


@require_safe
def home_version(request: Request) -> HttpResponse:
    newest = inbox_queries.newest_unread(request.access)
    return HttpResponse(board.version(request.access, newest_message=newest), content_type="text/plain")


@require_POST
def home_seen(request: Request) -> HttpResponse:
    """“I have seen these”: everything up to the instant at which the page was made."""
    inbox.look(actor=request.user, until=until(request), now=request.access.now)
    return redirect("home")


def until(request: Request) -> datetime:
    """The instant at which the page was made that the form stands on; one that nobody can mean is now."""
    try:
        made = parse_datetime(request.POST.get("until", ""))
        return min(made.astimezone(UTC), request.access.now) if made and made.tzinfo else request.access.now
    except (ValueError, OverflowError):
        return request.access.now
