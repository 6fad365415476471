"""Draws up the figures of a week when it has ended, keeps what is agreed on them, and reminds of it.

Each report and each reminder is written once, whatever crashes or runs twice: a row or the key of a message
says that it is.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from secrets import token_hex

from billiard.exceptions import SoftTimeLimitExceeded  # of Celery, without loading all of it into the web
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover.errors import InvalidMove
from handover.models import About, Event, FigureMark, Measure, Message, Rollup, WeeklyAction, WeeklyReport
from handover.queries import weekly as queries
from handover.queries.trend_questions import BY_MEASURE
from handover.queries.trends import Sums, week_words, words
from handover.queries.weeks import WEEK
from handover.services import events, outbox

logger = logging.getLogger(__name__)

# What was decided in the last minutes of a week is in its figures.
SETTLES_AFTER = timedelta(hours=1)
MORNING = 8  # nobody is reminded at night
TOLD = (Measure.ON_TIME, Measure.ANSWERED, Measure.PROMISE)


def prepare(*, now: datetime) -> int:
    """Draw up and send the figures of every team whose week has ended; answers how many.

    Nothing while the counting lags behind. Weeks long past are not made up for.
    """
    counted_until = FigureMark.latest()
    if counted_until is None:
        return 0
    settled = counted_until - SETTLES_AFTER
    teams = Team.objects.filter(is_active=True).order_by("pk")
    return sum(_prepare_alone(team, team.business_week(settled) - WEEK, now) for team in teams)


def _prepare_alone(team: Team, week: date, now: datetime) -> int:
    """A team whose figures fail holds up no other."""
    if WeeklyReport.objects.filter(team=team, week=week).exists():
        return 0
    try:
        return _prepare(team, week, now)
    except SoftTimeLimitExceeded:
        raise  # no fault of the team: the next run goes on
    except Exception:
        logger.exception("The figures of the week %s of team %d failed", week, team.pk)
        return 0


@transaction.atomic
def _prepare(team: Team, week: date, now: datetime) -> int:
    if not Rollup.objects.filter(team=team, week=week).exists():
        return 0  # nobody worked
    body = queries.draw_up(team, week)
    report, is_new = WeeklyReport.objects.get_or_create(
        team=team, week=week, defaults={"body": body, "prepared_at": now}
    )
    if is_new:
        outbox.send([_letter(report, person) for person in queries.readers(team)], now=now)
    return int(is_new)


def _letter(report: WeeklyReport, person: User) -> outbox.Letter:
    with translation.override(person.own_language):
        sums = report.body["sums"]["now"]
        said = {str(measure): words(BY_MEASURE[measure], Sums(*sums.get(measure, ()))) for measure in TOLD}
        facts: dict[str, object] = {"team": report.team, "day": week_words(report.week), **said}
        text = _(
            "The figures of %(team)s for the week of %(day)s are there. Handovers on time: %(on_time)s. "
            "Urgent items answered in time: %(answered)s. Promises kept: %(promise)s."
        )
    return outbox.Letter(person, About.NEWS, text % facts, f"weekly.{report.pk}", report=report)


@transaction.atomic
def note(
    *,
    report: WeeklyReport,
    text: str,
    responsible: User | None,
    due_date: date | None,
    actor: User,
    now: datetime,
    form_key: str = "",
) -> None:
    """Note a decision, or with a person and a day something to be done. The same form again notes nothing."""
    facts = {"report": report, "text": text, "responsible": responsible, "due_date": due_date}
    action, is_new = WeeklyAction.objects.get_or_create(
        form_key=form_key or token_hex(16), defaults={"noted_by": actor, "noted_at": now, **facts}
    )
    if not is_new:
        return
    data = {"action": action.pk, "due": due_date.isoformat() if due_date else ""}
    _record(Event.Verb.WEEKLY_NOTED, action, actor, now, data)
    if responsible and responsible != actor:
        outbox.send([_reminder(action, responsible, _asked, f"action.{action.pk}.new")], now=now)


@transaction.atomic
def finish(*, action: WeeklyAction, actor: User, now: datetime) -> None:
    """Tick it as done. Raises InvalidMove where it is done already, or is a decision alone."""
    open_action = WeeklyAction.objects.filter(pk=action.pk, done_at=None, responsible__isnull=False)
    if not open_action.update(done_at=now, done_by=actor):
        raise InvalidMove(_("This is ticked as done already."))
    _record(Event.Verb.WEEKLY_DONE, action, actor, now, {"action": action.pk})


def remind(*, now: datetime) -> int:
    """Remind of what is due today, and once more when its day is over; answers how many messages."""
    return sum(_remind_alone(pk, now) for pk in queries.due(now))


def _remind_alone(pk: int, now: datetime) -> int:
    try:
        return _remind(pk, now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("The reminder of action %d failed", pk)
        return 0


@transaction.atomic
def _remind(pk: int, now: datetime) -> int:
    """Claim it, unless somebody else reminds of it at this moment, and tell who is not told yet."""
    claim = WeeklyAction.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    rows = claim.filter(pk=pk, done_at=None).select_related("report__team", "responsible", "noted_by")
    action = rows.first()
    if action is None or action.due_date is None or action.responsible is None:
        return 0
    local = now.astimezone(action.report.team.zone)
    if local.date() < action.due_date or local.hour < MORNING:
        return 0
    is_late = local.date() > action.due_date
    key = f"action.{pk}.{'late' if is_late else 'due'}"
    people = {action.responsible, action.noted_by} if is_late else {action.responsible}
    told = Message.objects.filter(recipient__in=people, key=key).exclude(key="")
    known = set(told.values_list("recipient", flat=True))
    new = sorted((person for person in people if person.pk not in known), key=lambda person: person.pk)
    outbox.send([_reminder(action, person, _late if is_late else _due, key) for person in new], now=now)
    return len(new)


def _asked() -> str:
    return _("Please do this by %(day)s, agreed on the weekly figures of %(team)s: %(text)s")


def _due() -> str:
    return _("Due today, agreed on the weekly figures of %(team)s: %(text)s")


def _late() -> str:
    return _(
        "Was due on %(day)s and is not done, agreed on the weekly figures of %(team)s: %(text)s (%(person)s)"
    )


def _reminder(action: WeeklyAction, person: User, say: Callable[[], str], key: str) -> outbox.Letter:
    report = action.report
    with translation.override(person.own_language), timezone.override(report.team.zone):
        text = say() % {
            "day": week_words(action.due_date) if action.due_date else "",
            "team": report.team,
            "text": action.text,
            "person": action.responsible,
        }
    return outbox.Letter(person, About.DUE, text, key, report=report)


def _record(verb: str, action: WeeklyAction, actor: User, now: datetime, data: dict[str, object]) -> None:
    team, person = action.report.team, action.responsible
    events.record(verb=verb, actor=actor, now=now, team=team, person=person, text=action.text, data=data)
