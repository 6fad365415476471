"""Numbered sheets on which a handover is written by hand while the systems fail."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from .handovers import Handover
from .shifts import Post


class PaperFormQuerySet(models.QuerySet["PaperForm"]):
    def unused(self) -> Self:
        """Printed, and neither typed into a handover nor destroyed."""
        return self.filter(handover__isnull=True, destroyed_at__isnull=True)


class PaperForm(models.Model):
    """One printed sheet: still blank, typed into a handover, or destroyed with a reason."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="paper_forms")
    number = models.PositiveIntegerField()
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()

    # A shift with more items than a sheet has lines writes on several sheets.
    handover = models.ForeignKey(Handover, models.PROTECT, null=True, related_name="paper_forms")
    # When the outgoing side signed on the paper; all other instants are those of the system's own clock.
    written_at = models.DateTimeField(null=True)
    typed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    typed_at = models.DateTimeField(null=True)

    destroyed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    destroyed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)

    objects = PaperFormQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="paper_form_number_unique"),
            models.CheckConstraint(
                condition=Q(
                    handover__isnull=True,
                    written_at__isnull=True,
                    typed_by__isnull=True,
                    typed_at__isnull=True,
                )
                | Q(
                    handover__isnull=False,
                    written_at__isnull=False,
                    typed_by__isnull=False,
                    typed_at__isnull=False,
                    destroyed_at__isnull=True,
                ),
                name="paper_form_typed_has_instants",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_by__isnull=True, destroyed_at__isnull=True, reason="")
                | Q(destroyed_by__isnull=False, destroyed_at__isnull=False) & ~Q(reason=""),
                name="paper_form_destroyed_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def serial(self) -> str:
        """What stands large on the sheet: the number of the post and its own, short enough to be typed."""
        return f"{self.post_id}-{self.number:04}"
