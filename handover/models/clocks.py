"""The clocks of what waits for somebody, by which the engine tells."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .items import PendingItem, Waits

if TYPE_CHECKING:
    from .disputes import Dispute
    from .handovers import Handover
    from .spot_checks import Finding


def _one_of(*names: str) -> Q:
    """Exactly one of the columns holds something."""
    alone = Q()
    for name in names:
        alone |= Q(**{f"{other}__isnull": other != name for other in names})
    return alone


class Clock(models.Model):
    """One run of what waits, of one of its `THINGS`. A stopped run stays as a fact; a new start is a new row.
    One that was only not needed for a while goes on.

    `next_at` is when the engine looks at it next: first to arm it with its ladder, then at each step. Nothing
    is left to tell where it is None.
    """

    class Outcome(models.TextChoices):
        MET = "met", _("in time")
        LATE = "late", _("too late")
        VOID = "void", _("no longer needed")

    THINGS = ("item", "handover", "dispute", "finding")

    item = models.ForeignKey(PendingItem, models.CASCADE, null=True, related_name="clocks")
    handover = models.ForeignKey("handover.Handover", models.CASCADE, null=True, related_name="clocks")
    dispute = models.ForeignKey("handover.Dispute", models.CASCADE, null=True, related_name="clocks")
    finding = models.ForeignKey("handover.Finding", models.CASCADE, null=True, related_name="clocks")
    kind = models.CharField(max_length=10, choices=Waits)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)

    next_at = models.DateTimeField(null=True)
    armed_at = models.DateTimeField(null=True)
    # The team's own ladder in force when it was armed; none means the built-in one.
    ladder = models.ForeignKey("handover.Ladder", models.PROTECT, null=True, related_name="clocks")
    # How many steps and repeats of the ladder are behind it.
    position = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind"], condition=Q(stopped_at__isnull=True), name="clock_runs_once"
            ),
            models.UniqueConstraint(
                fields=["handover", "kind"],
                condition=Q(stopped_at__isnull=True),
                name="clock_of_handover_runs_once",
            ),
            models.UniqueConstraint(
                fields=["dispute", "kind"],
                condition=Q(stopped_at__isnull=True),
                name="clock_of_dispute_runs_once",
            ),
            models.UniqueConstraint(
                fields=["finding", "kind"],
                condition=Q(stopped_at__isnull=True),
                name="clock_of_finding_runs_once",
            ),
            models.CheckConstraint(
                condition=_one_of("item", "handover", "dispute", "finding"),
                name="clock_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, outcome="")
                | Q(stopped_at__isnull=False) & ~Q(outcome=""),
                name="clock_stopped_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(stopped_at__isnull=True, next_at__isnull=False),
                name="clock_waiting_by_next",
            ),
            models.Index(
                fields=["kind", "due_at", "id"], condition=Q(stopped_at__isnull=True), name="clock_running"
            ),
        ]

    def __str__(self) -> str:
        thing = next(filter(None, self.key.values()), None)
        return f"{self.kind} of {thing} due {self.due_at:%Y-%m-%d %H:%M} UTC"

    @property
    def thing(self) -> "PendingItem | Handover | Dispute | Finding":
        """What waits; one of them, by constraint."""
        return self.item or self.handover or self.dispute or self.finding  # type: ignore[return-value]

    @property
    def key(self) -> dict[str, int | None]:
        """What waits, as one can filter other clocks by it."""
        return {f"{name}_id": getattr(self, f"{name}_id") for name in self.THINGS}

    @property
    def record(self) -> "Handover | None":
        """The handover that waits, or that a dispute or a finding is about."""
        about = self.dispute or self.finding
        return about.handover if about else self.handover
