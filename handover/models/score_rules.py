"""How a team weighs the rules of the completeness score."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Team


class ScoreRules(models.Model):
    """One version of a team's own weights. Never changed: an edit makes the next version.

    `rules` holds for each rule by its code the points and whether it is on; `queries.score` reads it alone.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="score_rules")
    version = models.PositiveIntegerField()
    rules = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team"], condition=Q(retired_at__isnull=True), name="score_rules_one_in_force"
            ),
            models.UniqueConstraint(fields=["team", "version"], name="score_rules_version_unique"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
