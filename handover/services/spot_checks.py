"""Spot checks: the plan of a team, the draw of a week, what is added to it by hand, and the scoring.

Nobody chooses the seed of a draw: it is made by chance when the week opens, and bound by its hash in the
trail, long before it is known which records there will be.
"""

import logging
import secrets
from datetime import datetime
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded  # of Celery, without loading all of it into the web
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover import canonical, check_template, sampling
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import (
    Clock,
    Draw,
    DrawnRecord,
    Event,
    Handover,
    SpotCheck,
    SpotCheckPlan,
    Waits,
)
from handover.queries import parties, record
from handover.queries.hours import limit_at
from handover.queries.spot_checks import population
from handover.queries.weeks import week_of
from handover.services import clocks, events, setting_changes

logger = logging.getLogger(__name__)

MOST_A_WEEK = 50


@transaction.atomic
def change_plan(*, team: Team, per_week: int, actor: User, now: datetime) -> None:
    """How many records are drawn from the next week on. A week that has none yet begins with the plan."""
    plan, _is_new = SpotCheckPlan.objects.get_or_create(team=team)
    changes = setting_changes.write(plan, {"per_week": per_week})
    setting_changes.record(what="spot checks", thing=plan, team=team, actor=actor, now=now, changes=changes)
    if per_week:
        _open_week(team, per_week, now)


def keep(*, now: datetime) -> int:
    """Open the present week of every team with a plan, and draw the weeks that are over.

    Answers how many weeks were drawn. Safe to run at any time, late, and by several at once.
    """
    plans = SpotCheckPlan.objects.filter(per_week__gt=0, team__is_active=True)
    for plan in plans.select_related("team").order_by("pk"):
        _open_week(plan.team, plan.per_week, now)
    over = Draw.objects.filter(drawn_at__isnull=True, ends_at__lte=now).select_related("team")
    return sum(_draw_alone(waiting, now) for waiting in over.order_by("ends_at", "pk"))


def _draw_alone(waiting: Draw, now: datetime) -> bool:
    """A week whose draw fails holds up no other."""
    try:
        draw(week=waiting, actor=None, now=now)
    except SoftTimeLimitExceeded:
        raise  # no fault of the week: the next run goes on
    except Exception:
        logger.exception("The draw %d failed", waiting.pk)
        return False
    return True


@transaction.atomic
def _open_week(team: Team, per_week: int, now: datetime) -> None:
    """Commit the program to a seed for the present week, unless it is already."""
    week, seed = week_of(team, now), secrets.token_hex(32)
    facts = {
        "starts_at": week.starts_at,
        "ends_at": week.ends_at,
        "count": per_week,
        "seed": seed,
        "commitment": sampling.commitment(seed),
        "committed_at": now,
    }
    opened, is_new = Draw.objects.get_or_create(team=team, week=week.monday, defaults=facts)
    if is_new:
        data = {"week": str(week.monday), "count": per_week, "commitment": opened.commitment}
        events.record(verb=Event.Verb.DRAW_COMMITTED, actor=None, now=now, team=team, data=data)


@transaction.atomic
def draw(*, week: Draw, actor: User | None, now: datetime) -> Draw:
    """Draw the records of a week that is over, and reveal the seed; without an actor it is the worker.

    A second time, or by two at once, it changes nothing and answers the same draw. Raises InvalidMove while
    the week still runs.
    """
    held = Draw.objects.select_for_update(of=("self",)).select_related("team").get(pk=week.pk)
    if held.drawn_at:
        return held
    if now < held.ends_at:
        raise InvalidMove(_("The week is not over yet. Its records are drawn when it is."))
    candidates = population(held)
    drawn = sampling.draw(candidates, count=held.count, seed=held.seed)
    held.population, held.drawn_at, held.drawn_by = list(candidates), now, actor
    held.algorithm, held.algorithm_version = sampling.NAME, sampling.VERSION
    fields = ["population", "drawn_at", "drawn_by", "algorithm", "algorithm_version"]
    held.save(update_fields=fields)
    DrawnRecord.objects.bulk_create(
        DrawnRecord(draw=held, handover_id=pk, place=place, at=now) for place, pk in enumerate(drawn, start=1)
    )
    _await_checks(drawn, now)
    data = {
        "week": str(held.week),
        "seed": held.seed,
        "algorithm": f"{held.algorithm} v{held.algorithm_version}",
        "population_sha256": canonical.content_hash({"population": held.population}),
        "drawn": drawn,
    }
    events.record(verb=Event.Verb.DRAWN, actor=actor, now=now, team=held.team, data=data)
    return held


@transaction.atomic
def add(*, week: Draw, handover: Handover, reason: str, actor: User, now: datetime) -> DrawnRecord:
    """Choose a record of the week by hand, beside those that were drawn. It is marked so for ever.

    Raises InvalidMove before the draw and for a record of another week, and Conflict for one that is chosen
    already.
    """
    if week.drawn_at is None:
        raise InvalidMove(_("Records are added when the week is drawn, so that chance comes first."))
    if handover.pk not in {candidate["id"] for candidate in week.population}:
        raise InvalidMove(_("This record does not belong to the records of the week."))
    try:
        with transaction.atomic():
            added = DrawnRecord.objects.create(
                draw=week, handover=handover, added_by=actor, reason=reason, at=now
            )
    except IntegrityError as error:
        raise Conflict(_("This record is among those to be checked already.")) from error
    _await_checks([handover.pk], now)
    # Not as its text: who may read the record reads that beside it.
    data = {"reason": reason}
    events.record(verb=Event.Verb.RECORD_ADDED, actor=actor, now=now, handover=handover, data=data)
    return added


@transaction.atomic
def score(
    *,
    drawn: DrawnRecord,
    scores: dict[str, int],
    remarks: str,
    actor: User,
    now: datetime,
    corrects: SpotCheck | None = None,
    reason: str = "",
) -> SpotCheck:
    """Score a record as it was signed last. What it `corrects` stays, and is shown as corrected.

    Raises NotAllowed for who has a part in the record, and Conflict where somebody scored or corrected it
    meanwhile.
    """
    handover = drawn.handover
    if actor.pk in parties.of_record(handover):
        raise NotAllowed(parties.why_not_judge())
    try:
        with transaction.atomic():
            check = SpotCheck.objects.create(
                record=drawn,
                text=record.latest_round(handover).text,
                template=check_template.NAME,
                template_version=check_template.VERSION,
                scores=scores,
                remarks=remarks,
                supersedes=corrects,
                reason=reason,
                checked_by=actor,
                checked_at=now,
            )
    except IntegrityError as error:
        raise Conflict(_("Somebody else has checked this record meanwhile. Please look at it.")) from error
    clocks.stop(handover=handover, kinds={Waits.CHECK}, now=now)
    verb = Event.Verb.CHECK_CORRECTED if corrects else Event.Verb.SPOT_CHECKED
    data: dict[str, Any] = {"check": check.pk, "scores": scores}
    events.record(verb=verb, actor=actor, now=now, handover=handover, data=data)
    return check


def _await_checks(handover_ids: list[int], now: datetime) -> None:
    """The engine reminds of each record until it is checked."""
    found = Handover.objects.filter(pk__in=handover_ids).select_related("post__team")
    runs: list[Clock] = []
    for handover in found.prefetch_related("post__service_hours").order_by("pk"):
        due_at = limit_at(handover.post, Waits.CHECK, now)
        runs.append(clocks.run(handover=handover, kind=Waits.CHECK, started_at=now, due_at=due_at))
    clocks.start_all(runs)
