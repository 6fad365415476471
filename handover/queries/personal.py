"""The figures of one person: for that person, and for who leads them. Nobody is compared with anybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from handover.models import Access, Assignment, Fact, Led, Measure

from . import trend_records, trends
from .trend_questions import BY_MEASURE, Question
from .trend_records import Page
from .trends import Sums
from .weeks import WEEK

WEEKS = 8
Role = Membership.Role
# What is a person's own. Of what ran out unheeded only the team's figures tell.
MEASURES: dict[str, LazyText] = {
    Measure.ON_TIME: _("Handovers signed, and confirmed on time by the next shift"),
    Measure.SCORE: _("Completeness of the handovers signed"),
    Measure.QUESTIONED: _("Lines handed over on which a question was asked"),
    Measure.TAKEN: _("Urgent items taken in time"),
    Measure.ANSWERED: _("Urgent items with a first response in time"),
    Measure.PROMISE: _("Promises made, and kept in time"),
    Measure.SAME_DAY: _("Follow-ups closed on the same day"),
}
# Of these there are hits alone: a number says more than "100 %".
DONE = {Measure.TAKEN, Measure.ANSWERED, Measure.SAME_DAY}


@dataclass(frozen=True)
class Figure:
    measure: str
    label: LazyText
    words: str
    n: int


def people(access: Access, scope: Led) -> QuerySet[User]:
    """The people of the teams, and those on shifts of the posts, by name; but not who supervises them."""
    working = Membership.objects.workers().filter(user=OuterRef("pk"), team__in=scope.team_ids)
    recent = access.now - WEEK * max(trends.SPANS)
    on_shifts = Assignment.objects.filter(
        user=OuterRef("pk"), shift__post__in=scope.post_ids, shift__starts_at__gte=recent
    )
    above = Membership.objects.filter(
        Q(team__in=scope.team_ids) | Q(team__posts__in=scope.post_ids),
        user=OuterRef("pk"),
        role=Role.SUPERVISOR,
    )
    found = User.objects.filter(Q(Exists(working)) | Q(Exists(on_shifts)), ~Exists(above), is_active=True)
    return found.exclude(pk=access.user.pk).order_by("display_name", "pk")


def figures(person: User, scope: Led | None, now: datetime) -> list[Figure]:
    """What the person did in the last weeks; without a scope all of it."""
    rows = _facts(person, scope, now).filter(measure__in=MEASURES).order_by().values_list("measure")
    sums = {
        measure: Sums(n, hits, total or 0)
        for measure, n, hits, total in rows.annotate(
            n=Count("pk"), hits=Count("pk", filter=Q(hit=True)), total=Sum("value")
        )
    }
    return [
        Figure(measure, label, _words(measure, sums[measure]), sums[measure].n)
        for measure, label in MEASURES.items()
        if measure in sums
    ]


def records(person: User, scope: Led | None, question: Question, now: datetime, *, after: str = "") -> Page:
    found = _facts(person, scope, now).filter(measure=question.measure)
    return trend_records.page(found, question, now, after=after)


def _facts(person: User, scope: Led | None, now: datetime) -> QuerySet[Fact]:
    found = Fact.objects.filter(person=person, at__gte=now - timedelta(weeks=WEEKS))
    return found if scope is None else found.led(scope)


def _words(measure: str, sums: Sums) -> str:
    return str(sums.n) if measure in DONE else trends.words(BY_MEASURE[measure], sums)
