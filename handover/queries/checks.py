"""The checks of one record, in words, and where its page leads to what was found in it."""

from dataclasses import dataclass

from django.db.models import BigIntegerField, QuerySet
from django.urls import reverse
from django.utils.functional import Promise as StrPromise

from handover import permissions
from handover.check_template import CRITERIA
from handover.models import Access, DrawnRecord, Finding, Handover, SpotCheck
from handover.queries.prepared import Rows, prepared


@dataclass(frozen=True)
class Score:
    """One criterion with its points, and what these mean."""

    title: StrPromise
    points: int
    words: StrPromise


@dataclass(frozen=True)
class ShownCheck:
    check: SpotCheck
    scores: list[Score]
    is_latest: bool


def visible(access: Access) -> QuerySet[DrawnRecord]:
    return DrawnRecord.objects.visible_to(access).select_related("draw", "added_by", "handover")


def of_record(record: DrawnRecord) -> list[ShownCheck]:
    """Every check of the record, the one that counts first."""
    checks = record.checks.select_related("checked_by").order_by("-pk")
    return [ShownCheck(check, _scores(check), not place) for place, check in enumerate(checks)]


def latest(record: DrawnRecord) -> SpotCheck | None:
    return record.checks.order_by("-pk").first()


def findings(record: DrawnRecord) -> list[Finding]:
    found = Finding.objects.filter(handover=record.handover_id).with_limit().select_related("responsible")
    return list(found.order_by("-filed_at", "-pk"))


def addresses(handover: Handover, access: Access) -> list[str]:
    """For who judges the record the page of its check; else the pages of one's own findings in it."""
    if permissions.can_read_checks(access, handover):
        found = DrawnRecord.objects.filter(handover=handover).values_list("pk", flat=True)
        return [reverse("check_detail", args=[pk]) for pk in found]
    own = _own_findings(handover=handover.pk, user=access.user.pk)
    return [reverse("finding_detail", args=[pk]) for (pk,) in own]


@prepared(handover=BigIntegerField(), user=BigIntegerField())
def _own_findings(*, handover: int, user: int) -> Rows:
    return Finding.objects.filter(handover=handover, responsible=user).order_by("pk").values_list("pk")


def _scores(check: SpotCheck) -> list[Score]:
    return [
        Score(criterion.title, check.scores[criterion.key], criterion.scale[check.scores[criterion.key] - 1])
        for criterion in CRITERIA
    ]
