"""The last sign of life of background work, written by the work itself."""

from django.db import models


class Pulse(models.Model):
    """A worker process can be alive and deaf; a row that it keeps writing cannot lie about that."""

    name = models.CharField(max_length=50, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
