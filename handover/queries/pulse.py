"""Whether background work still runs."""

from datetime import datetime

from handover.models import Pulse


def last_beat(name: str) -> datetime | None:
    return Pulse.objects.filter(name=name).values_list("at", flat=True).order_by("pk").first()
