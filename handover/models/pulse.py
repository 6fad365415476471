"""The last sign of life of background work, written by the work itself."""

from django.db import models


class Pulse(models.Model):
    """A worker process can be alive and deaf; a row that it keeps writing cannot lie about that.

    The one named "time" is the anchor of the clock (`handover.clock`), and the only one with a count.
    """

    name = models.CharField(max_length=50, unique=True)
    at = models.DateTimeField()
    ticks = models.FloatField(default=0)
    boot = models.CharField(max_length=40, blank=True)
    # Since when the wall clock stands elsewhere than the count says.
    stepped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
