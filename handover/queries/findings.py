"""Findings of spot checks: which wait for whom, and one with all that was said of it."""

from django.db.models import BigIntegerField, F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from handover.models import Access, Finding, FindingEntry, Handover, Round

from .board_handovers import Card
from .prepared import Rows, prepared
from .words import instant_words, relative_words

SHOWN = 30
ON_BOARD = 3


def visible(access: Access) -> QuerySet[Finding]:
    found = Finding.objects.visible_to(access).with_limit()
    return found.select_related(
        "team", "post__team", "responsible", "filed_by", "spot_check", "handover__outgoing_shift"
    )


def entries(finding: Finding) -> list[FindingEntry]:
    """All that was said of it, in its order."""
    return list(finding.entries.select_related("by").order_by("pk"))


def own(access: Access) -> list[Finding]:
    """What the person is to put right or has put right, the newest first."""
    found = visible(access).filter(responsible=access.user)
    return list(found.order_by("-filed_at", "-pk")[:SHOWN])


def waiting(access: Access) -> list[Finding]:
    """What others are still to put right, or wait to have looked at, the most urgent first."""
    found = visible(access).exclude(responsible=access.user).exclude(state=Finding.State.ACCEPTED)
    return list(found.order_by(F("limit_at"), "pk")[:SHOWN])


def cards(access: Access) -> list[Card]:
    """For the first page of who is to answer."""
    return [
        Card(
            _("A finding waits for your answer: F%(number)s") % {"number": pk},
            _("Say by %(at)s (%(relative)s) what you did about it.")
            % {"at": instant_words(limit_at, access.now), "relative": relative_words(limit_at, access.now)},
            reverse("finding_detail", args=[pk]),
            _("Answer"),
            limit_at <= access.now,
        )
        for pk, limit_at, team_id in _open(user=access.user.pk)
        if team_id in access.roles
    ][:ON_BOARD]


@prepared(user=BigIntegerField())
def _open(*, user: int) -> Rows:
    found = Finding.objects.filter(responsible=user, state=Finding.State.OPEN).with_limit()
    return found.order_by(F("limit_at"), "pk").values_list("pk", F("limit_at"), "team_id")


def people_of(handover: Handover) -> list[User]:
    """Who may be asked to put something right: who worked the shift that handed over, or signed for it."""
    signed = Round.objects.filter(handover=handover).values("submitted_by")
    worked = handover.outgoing_shift.assignments.effective().values("user")
    found = User.objects.filter(Q(pk__in=signed) | Q(pk__in=worked), is_active=True, teams=handover.team_id)
    return list(found.distinct().order_by("display_name", "pk"))
