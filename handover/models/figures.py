"""What is measured of the work: single facts, and their sums by week from which the trends are drawn."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Team

from .access import Led
from .handovers import Handover
from .items import PendingItem
from .shifts import Post


class Measure(models.TextChoices):
    """What is counted. A word of the database alone: the trends say each in a sentence."""

    ON_TIME = "on_time"  # handovers; hit: confirmed in time
    CONFIRMED = "confirmed"  # confirmed handovers; value: minutes since the boundary
    QUESTIONED = "questioned"  # lines; hit: a question was asked
    REFUSED = "refused"  # lines; hit: refused
    CARRIED = "carried"  # lines; value: the how many-th handover of the item; hit: too many
    SCORE = "score"  # rounds; value: points of completeness
    TAKEN = "taken"  # urgent items that waited to be taken; hit: in time
    ANSWERED = "answered"  # urgent items that waited for the first response; hit: in time
    PROMISE = "promise"  # promises; hit: kept in time
    SAME_DAY = "same_day"  # follow-ups; hit: closed by the end of their day
    CONTACT = "contact"  # contacts that a customer began; hit: called again
    ESCALATION = "escalation"  # steps that fired; bucket: the step
    ESCALATION_HOUR = "escalation_hour"  # the same; bucket: the hour of the team's day


class FactQuerySet(models.QuerySet["Fact"]):
    def of(self, *, items: list[int], handovers: list[int]) -> Self:
        """What was measured of these; what belongs to a handover is measured with it alone."""
        return self.filter(Q(handover__in=handovers) | Q(item__in=items, handover__isnull=True))

    def led(self, led: Led) -> Self:
        return self.filter(Q(team__in=led.team_ids) | Q(post__in=led.post_ids))


class Fact(models.Model):
    """One thing that was measured once. It stands at the instant at which it was decided, in the week of its
    team, and is worked out again whenever the thing changes.
    """

    measure = models.CharField(max_length=20)
    # The row that was measured: a clock, a line, a promise ...; which table follows from the measure.
    thing = models.PositiveBigIntegerField()
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="+", db_index=False)
    # By its name: "Night" is the same for all posts of a team. Empty where no shift was on.
    shift_name = models.CharField(max_length=40, blank=True)
    week = models.DateField()
    bucket = models.PositiveSmallIntegerField(default=0)
    item = models.ForeignKey(PendingItem, models.CASCADE, null=True, related_name="+")
    handover = models.ForeignKey(Handover, models.CASCADE, null=True, related_name="+")
    # Who did it, where it is theirs alone. What ran out unheeded is nobody's.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    hit = models.BooleanField(default=False)
    value = models.IntegerField(null=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "thing"], name="fact_once")]
        indexes = [
            models.Index(fields=["team", "measure", "week", "-at", "-id"], name="fact_behind_point"),
            models.Index(
                fields=["person", "measure", "-at", "-id"],
                condition=Q(person__isnull=False),
                name="fact_of_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.thing}"


class Rollup(models.Model):
    """How many facts there are of one kind in one week, how many of them hit, and the sum of their values.

    Written in the transaction of its facts, so it always says of them what they are.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()
    measure = models.CharField(max_length=20)
    post = models.ForeignKey(Post, models.CASCADE, related_name="+", db_index=False)
    shift_name = models.CharField(max_length=40, blank=True)
    bucket = models.PositiveSmallIntegerField(default=0)
    n = models.PositiveIntegerField()
    hits = models.PositiveIntegerField()
    total = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "week", "measure", "post", "shift_name", "bucket"], name="rollup_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.week}: {self.hits} of {self.n}"


class FigureMark(models.Model):
    """How far the trail has been read for the figures; there is one row, and who holds its lock counts.

    `gaps` are ids below `read_to` that were missing: first, last, since when. A transaction that runs long
    fills its gap later.
    """

    read_to = models.PositiveBigIntegerField(default=0)
    gaps = models.JSONField(default=list)
    # All that was decided until then is counted; none while a first run is under way.
    counted_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"counted until {self.counted_until}"

    @classmethod
    def latest(cls) -> datetime | None:
        """Up to when everything is counted."""
        return cls.objects.values_list("counted_until", flat=True).order_by("pk").first()
