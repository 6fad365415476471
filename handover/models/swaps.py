"""Swaps of shifts between two people of a team, and how far each has come."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team

from .access import Access
from .shifts import Shift


class SwapQuerySet(models.QuerySet["Swap"]):
    def visible_to(self, access: Access) -> Self:
        """The two whom it concerns, and who leads or audits where it happens."""
        if access.is_administrator:
            return self
        own = Q(asker=access.user) | Q(colleague=access.user)
        led = Q(given_shift__post__in=access.kept_post_ids) | Q(taken_shift__post__in=access.kept_post_ids)
        return self.filter(own | led, team__in=access.roles) | self.filter(team__in=access.overseen_team_ids)

    def open(self) -> Self:
        return self.filter(state__in=Swap.OPEN)


class Swap(models.Model):
    """Somebody's shift for one of a colleague, or taken over for nothing in return."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("swap", "waits for the colleague")
        AGREED = "agreed", pgettext_lazy("swap", "waits for approval")
        DECLINED = "declined", pgettext_lazy("swap", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("swap", "withdrawn")
        APPROVED = "approved", pgettext_lazy("swap", "approved")
        REFUSED = "refused", pgettext_lazy("swap", "refused")
        LAPSED = "lapsed", pgettext_lazy("swap", "lapsed")

    OPEN = (State.ASKED, State.AGREED)

    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    colleague = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # A shift can be taken off the roster; what was agreed on stays readable in `terms`.
    given_shift = models.ForeignKey(Shift, models.SET_NULL, null=True, related_name="+")
    taken_shift = models.ForeignKey(Shift, models.SET_NULL, null=True, related_name="+")
    # Both places as they were when it was asked: only so can it be agreed to and approved.
    terms = models.JSONField()
    note = models.CharField(_("note"), max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    # When the first of the shifts begins; what is open then lapses.
    begins_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = SwapQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "given_shift"],
                condition=Q(state__in=["asked", "agreed"]),
                name="swap_open_once_per_shift",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "agreed"], ended_at__isnull=True)
                | ~Q(state__in=["asked", "agreed"]) & Q(ended_at__isnull=False),
                name="swap_open_or_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["begins_at"], condition=Q(state__in=["asked", "agreed"]), name="swap_open_by_begin"
            )
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} with {self.colleague_id}: {self.state}"

    @property
    def party_ids(self) -> frozenset[int]:
        return frozenset({self.asker_id, self.colleague_id})
