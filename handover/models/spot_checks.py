"""Spot checks: the plan of a team, the recorded draw of a week, what was found, and what is put right."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team

from .access import Access
from .handovers import Handover
from .shifts import Post
from .signoffs import SignedText


class SpotCheckPlan(models.Model):
    """How many records of a team are drawn each week; none without a plan."""

    team = models.OneToOneField(Team, models.PROTECT, related_name="spot_check_plan")
    per_week = models.PositiveSmallIntegerField(_("records drawn a week"), default=0)

    def __str__(self) -> str:
        return f"{self.per_week}"


class DrawQuerySet(models.QuerySet["Draw"]):
    def visible_to(self, access: Access) -> Self:
        return self if access.is_administrator else self.filter(team__in=access.roles)


class Draw(models.Model):
    """The draw of one business week. The seed is chosen by the program when the week opens.

    Until the draw only its SHA-256, the commitment, is shown. Population and result stay as they were drawn.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="draws")
    week = models.DateField()  # its Monday
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    count = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    algorithm = models.CharField(max_length=30, blank=True)
    algorithm_version = models.PositiveSmallIntegerField(default=0)
    # Of each record its id and the marks by which the draw spreads; read by `handover.sampling`.
    population = models.JSONField(default=list)
    drawn_at = models.DateTimeField(null=True)
    # Nobody means the worker.
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DrawQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "week"], name="draw_once_a_week"),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, algorithm="")
                | Q(drawn_at__gte=F("ends_at")) & ~Q(algorithm=""),
                name="draw_after_its_week",
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(drawn_at__isnull=True), name="draw_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.week}"


class DrawnRecordQuerySet(models.QuerySet["DrawnRecord"]):
    def visible_to(self, access: Access) -> Self:
        return self if access.is_administrator else self.filter(draw__team__in=access.roles)


class DrawnRecord(models.Model):
    """One record to be checked: drawn at random, at its place in the draw, or added by hand with a reason."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="records")
    handover = models.OneToOneField(Handover, models.PROTECT, related_name="drawn_record")
    place = models.PositiveSmallIntegerField(null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    at = models.DateTimeField()

    objects = DrawnRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "place"], name="drawn_record_place_unique"),
            # What somebody chose is never taken for what was drawn.
            models.CheckConstraint(
                condition=Q(place__isnull=False, added_by__isnull=True, reason="")
                | Q(place__isnull=True, added_by__isnull=False) & ~Q(reason=""),
                name="drawn_record_random_or_added",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id}: {self.handover_id}"

    @property
    def is_random(self) -> bool:
        return self.place is not None


class SpotCheck(models.Model):
    """One scoring of a record as it was signed. Never changed: a correction is a check that supersedes it."""

    record = models.ForeignKey(DrawnRecord, models.PROTECT, related_name="checks")
    text = models.ForeignKey(SignedText, models.PROTECT, related_name="+")
    template = models.CharField(max_length=30)
    template_version = models.PositiveSmallIntegerField()
    scores = models.JSONField()
    remarks = models.TextField(_("remarks"), max_length=2000, blank=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(supersedes__isnull=True), name="spot_check_one_first"
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, reason="") | Q(supersedes__isnull=False) & ~Q(reason=""),
                name="spot_check_correction_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.checked_at:%Y-%m-%d %H:%M} UTC"


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, access: Access) -> Self:
        """Of a person only for that person and those who lead them, or audit the team."""
        if access.is_administrator:
            return self
        return self.filter(
            Q(team__in=access.overseen_team_ids)
            | Q(post__in=access.kept_post_ids)
            | Q(responsible=access.user, team__in=access.roles)
        )

    def with_limit(self) -> Self:
        """By when it is to be answered: as it was filed, or as it was asked again last."""
        asked = FindingEntry.objects.filter(finding=OuterRef("pk"), due_at__isnull=False)
        latest = Subquery(asked.order_by("-pk").values("due_at")[:1])
        return self.annotate(limit_at=Coalesce(latest, F("due_at")))


class Finding(models.Model):
    """What a check found that is to be put right, by whom and by when."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("finding", "Waits for the answer")
        ANSWERED = "answered", pgettext_lazy("finding", "Answered, waits for the second look")
        ACCEPTED = "accepted", pgettext_lazy("finding", "Put right")

    spot_check = models.ForeignKey(SpotCheck, models.PROTECT, related_name="findings")
    team = models.ForeignKey(Team, models.PROTECT, related_name="findings")
    post = models.ForeignKey(Post, models.PROTECT, related_name="findings")
    handover = models.ForeignKey(Handover, models.PROTECT, related_name="findings")
    text = models.TextField(_("what was found"), max_length=1000)
    correction = models.TextField(_("what is to be put right"), max_length=1000)
    responsible = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="findings")
    due_at = models.DateTimeField(_("by when"))
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    # Sent twice, a form is one finding.
    form_key = models.CharField(max_length=32, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["filed_by", "form_key"], name="finding_once_per_form"),
            models.CheckConstraint(condition=Q(due_at__gt=F("filed_at")), name="finding_due_after_filed"),
            models.CheckConstraint(
                condition=Q(state="accepted", settled_at__isnull=False)
                | ~Q(state="accepted") & Q(settled_at__isnull=True),
                name="finding_settled_has_instant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["responsible", "due_at"], condition=Q(state="open"), name="finding_to_answer"
            ),
            models.Index(fields=["team", "-filed_at", "-id"], name="finding_of_team"),
        ]

    def __str__(self) -> str:
        return f"F{self.pk}"


class FindingEntry(models.Model):
    """What was done about a finding, or what the second look at it said. Never changed."""

    class Step(models.TextChoices):
        ANSWERED = "answered", pgettext_lazy("finding", "What was done")
        AGAIN = "again", pgettext_lazy("finding", "Please look at it again")
        ACCEPTED = "accepted", pgettext_lazy("finding", "Put right")

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="entries")
    step = models.CharField(max_length=10, choices=Step)
    text = models.TextField(max_length=1000, blank=True)
    due_at = models.DateTimeField(null=True)  # where it is asked again
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.step}"
