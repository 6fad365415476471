"""The figures of a week as they stood when it had ended, and what was agreed on them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team

from .access import Access


class WeeklyReportQuerySet(models.QuerySet["WeeklyReport"]):
    def visible_to(self, access: Access) -> Self:
        """Who leads or checks the team, and who in it has something to do for it."""
        if access.is_administrator:
            return self
        own = Q(pk__in=WeeklyAction.objects.filter(responsible=access.user).values("report"))
        return self.filter(Q(team__in=access.always_read_team_ids) | own & Q(team__in=access.roles))


class WeeklyReport(models.Model):
    """One week of one team. `body` is frozen: the sums of the week and of the one before, and the worst cases
    by their ids. `queries.weekly` writes and reads it.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    week = models.DateField()
    body = models.JSONField()
    prepared_at = models.DateTimeField()

    objects = WeeklyReportQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "week"], name="weekly_report_once")]

    def __str__(self) -> str:
        return f"{self.team_id} {self.week}"


class WeeklyAction(models.Model):
    """What was agreed on the figures of a week: a decision, or something that somebody does by a day."""

    report = models.ForeignKey(WeeklyReport, models.PROTECT, related_name="actions")
    text = models.CharField(_("what was agreed"), max_length=400)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who does it")
    )
    due_date = models.DateField(_("by when"), null=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    form_key = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(responsible__isnull=True, due_date__isnull=True)
                | Q(responsible__isnull=False, due_date__isnull=False),
                name="weekly_action_says_who_and_by_when",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False, responsible__isnull=False),
                name="weekly_action_done_has_instant",
            ),
            models.UniqueConstraint(
                fields=["form_key"], condition=~Q(form_key=""), name="weekly_action_form_key_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_date"],
                condition=Q(done_at__isnull=True, due_date__isnull=False),
                name="weekly_action_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.text[:40]}"
