"""Ladders that a team has made its own, and the steps of ladders that fired."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team

from .clocks import Clock
from .items import IssueType, Kind, Waits


class Target(models.TextChoices):
    """Whom a step tells. Where there is nobody of the kind, the next in the chain is told."""

    HOLDER = "holder", _("the holder")
    POST = "post", _("everyone on duty at the post")
    LEADERS = "leaders", _("the leaders of the post")
    DUTY_SUPERVISOR = "duty_supervisor", _("the duty supervisor")
    SUPERVISORS = "supervisors", _("all supervisors of the team")
    ADMINISTRATORS = "administrators", _("the administrators")


class Outlet(models.TextChoices):
    """How a step tells beside the inbox, which it always uses."""

    EMAIL = "email", _("email")
    WEBHOOK = "webhook", _("chat group")


class Ladder(models.Model):
    """One version of a team's own steps for one kind of clock. Never changed: an edit makes the next version.

    Without an item kind or an issue type it is for all of them; the most specific one counts. `steps` is read
    and written by `handover.ladders` alone.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="ladders")
    clock = models.CharField(max_length=10, choices=Waits)
    item_kind = models.CharField(_("kind"), max_length=10, choices=Kind, blank=True)
    issue_type = models.ForeignKey(
        IssueType, models.PROTECT, null=True, blank=True, related_name="ladders", verbose_name=_("issue type")
    )
    version = models.PositiveIntegerField()
    steps = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "clock", "item_kind", "issue_type"],
                condition=Q(retired_at__isnull=True, issue_type__isnull=False),
                name="ladder_one_in_force_of_type",
            ),
            models.UniqueConstraint(
                fields=["team", "clock", "item_kind"],
                condition=Q(retired_at__isnull=True, issue_type__isnull=True),
                name="ladder_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.clock} v{self.version}"


class Escalation(models.Model):
    """One step of a ladder that fired for one run of a clock. Never twice, whatever crashes or runs again."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="escalations")
    team = models.ForeignKey(Team, models.PROTECT, related_name="escalations")
    step = models.PositiveSmallIntegerField()
    repeat = models.PositiveSmallIntegerField(default=0)
    targets = models.JSONField(default=list)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    # Ids of the people told; nobody where another ladder had told them of the same item just before.
    told = models.JSONField(default=list)
    # What a supervisor says is being done about it. It stops no clock.
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledgement = models.CharField(pgettext_lazy("escalation", "what is being done"), max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clock", "step", "repeat"], name="escalation_once"),
            models.CheckConstraint(
                condition=Q(fired_at__gte=models.F("due_at")), name="escalation_not_early"
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "-fired_at"],
                condition=Q(acknowledged_at__isnull=True),
                name="escalation_unacknowledged",
            )
        ]

    def __str__(self) -> str:
        return f"step {self.step} of clock {self.clock_id}"
