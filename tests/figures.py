"""What tests of the figures ask again and again."""

from datetime import UTC, datetime, time, timedelta
from itertools import count

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from handover.models import Fact, Rollup
from handover.services import figures

_things = count(1_000_000)
CELL = ("team", "week", "measure", "post", "shift_name", "bucket")


def counted(measure, *, now, fields=("hit", "value")):
    """What there is of a measure after the figures are counted, in the order of its instants."""
    figures.run(now=now)
    rows = Fact.objects.filter(measure=measure).order_by("at", "thing")
    return list(rows.values_list(*fields, flat=len(fields) == 1))


def sums_of_facts():
    """By cell: how many facts there are, how many hit, and the sum of their values."""
    cells = Fact.objects.values_list(*CELL).annotate(
        n=Count("pk"), hits=Count("pk", filter=Q(hit=True)), total=Coalesce(Sum("value"), 0)
    )
    return {row[:6]: row[6:] for row in cells.order_by(*CELL)}


def sums_of_rollups():
    return {row[:6]: row[6:] for row in Rollup.objects.values_list(*CELL, "n", "hits", "total")}


def of_history(post, measure, hits_by_week, *, value=None, bucket=0, shift_name="", person=None):
    """Facts of one kind with their sums, as if they had been counted: by week, which of them hit."""
    sums = figures.Sums()
    for week, hits in hits_by_week.items():
        noon = datetime.combine(week, time(12), tzinfo=UTC)
        facts = [
            Fact(
                measure=measure,
                thing=next(_things),
                team=post.team,
                post=post,
                shift_name=shift_name,
                week=week,
                bucket=bucket,
                person=person,
                at=noon + timedelta(minutes=place),
                hit=hit,
                value=value,
            )
            for place, hit in enumerate(hits)
        ]
        Fact.objects.bulk_create(facts)
        for fact in facts:
            sums.add(fact)
    sums.write()
