"""Versions of a team's own rules: an edit makes the next one and retires the one before it."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from handover.models import Ladder, ScoreRules


def retire(versions: "QuerySet[Any]", *, seen_version: int, now: datetime) -> bool:
    """Retire the one in force; False where it is not the one that the person saw, 0 being none.

    A conditional UPDATE decides between two at once.
    """
    in_force = versions.filter(retired_at__isnull=True)
    if seen_version:
        return bool(in_force.filter(version=seen_version).update(retired_at=now))
    return not in_force.exists()


def add(versions: "QuerySet[Any]", new: Ladder | ScoreRules) -> bool:
    """Write it as the next version; False where somebody else's came first."""
    new.version = (versions.aggregate(latest=Max("version"))["latest"] or 0) + 1
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        return False
    return True
