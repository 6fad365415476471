"""Keeps the sign of life of background work."""

from datetime import datetime

from django.db import transaction

from handover.models import Pulse


@transaction.atomic
def beat(*, name: str, now: datetime) -> None:
    """Writes that `name` was alive at `now`. Safe to repeat."""
    Pulse.objects.update_or_create(name=name, defaults={"at": now})
