"""Findings of spot checks: filed, answered by who is to put them right, and looked at a second time.

What was found is told to that person alone, and to who leads them; the page of the record does not show it.
"""

from datetime import datetime
from secrets import token_hex
from typing import TypedDict

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from handover import lifecycle
from handover.errors import NotAllowed
from handover.models import About, Event, Finding, FindingEntry, SpotCheck, Waits
from handover.queries import parties
from handover.queries.hours import limit_at
from handover.queries.step_words import handover_words
from handover.queries.words import Reader
from handover.services import clocks, events, outbox

State, Step = Finding.State, FindingEntry.Step
_FILED = gettext_noop(
    "A spot check of your handover of %(place)s found something to put right by %(at)s. "
    "It stands under “Spot checks” (%(finding)s); say there what you did."
)
_AGAIN = gettext_noop(
    "Thank you for the answer to %(finding)s (%(place)s). Something is still open: "
    "please look at it again by %(at)s."
)
_ACCEPTED = gettext_noop("What you did about %(finding)s (%(place)s) is accepted. Thank you.")


class FindingFacts(TypedDict):
    text: str
    correction: str
    responsible: User
    due_at: datetime


@transaction.atomic
def file(*, check: SpotCheck, facts: FindingFacts, actor: User, now: datetime, form_key: str = "") -> Finding:
    """Say what is to be put right, by whom and by when, and tell that person.

    The same `form_key` again answers the finding that it made. Raises NotAllowed for who has a part in the
    record.
    """
    handover = check.record.handover
    if actor.pk in parties.of_record(handover):
        raise NotAllowed(parties.why_not_judge())
    place = {"spot_check": check, "team": handover.team, "post": handover.post, "handover": handover}
    finding, is_new = Finding.objects.get_or_create(
        filed_by=actor, form_key=form_key or token_hex(16), defaults={"filed_at": now, **place, **facts}
    )
    if is_new:
        _record(finding, Event.Verb.FINDING_FILED, finding.text, actor, now)
        _await(finding, Waits.FINDING, finding.due_at, now)
        _tell(finding, _FILED, f"finding.{finding.pk}.filed", now, finding.due_at)
    return finding


@transaction.atomic
def answer(*, finding: Finding, text: str, actor: User, now: datetime) -> None:
    """Say what was done; a leader then takes a second look. Raises InvalidMove unless it waits for it."""
    lifecycle.move(finding, State.ANSWERED)
    _enter(finding, Step.ANSWERED, text, actor, now)
    _record(finding, Event.Verb.FINDING_ANSWERED, text, actor, now)
    clocks.stop(finding=finding, kinds={Waits.FINDING}, now=now)
    _await(finding, Waits.RECHECK, limit_at(finding.post, Waits.RECHECK, now), now)


@transaction.atomic
def accept(*, finding: Finding, text: str, actor: User, now: datetime) -> None:
    """It is put right, or nobody is left who could answer. Raises NotAllowed for a party."""
    _require_no_party(finding, actor)
    lifecycle.move(finding, State.ACCEPTED, settled_at=now)
    entry = _enter(finding, Step.ACCEPTED, text, actor, now)
    _record(finding, Event.Verb.FINDING_ACCEPTED, text, actor, now)
    clocks.stop(finding=finding, kinds={Waits.FINDING}, now=now, void=True)
    clocks.stop(finding=finding, kinds={Waits.RECHECK}, now=now)
    _tell(finding, _ACCEPTED, f"finding.{finding.pk}.{entry.pk}", now)


@transaction.atomic
def ask_again(*, finding: Finding, text: str, due_at: datetime, actor: User, now: datetime) -> None:
    """Something is still to be put right, by another time. Raises NotAllowed for a party."""
    _require_no_party(finding, actor)
    lifecycle.move(finding, State.OPEN)
    entry = _enter(finding, Step.AGAIN, text, actor, now, due_at)
    _record(finding, Event.Verb.FINDING_AGAIN, text, actor, now)
    clocks.stop(finding=finding, kinds={Waits.RECHECK}, now=now)
    _await(finding, Waits.FINDING, due_at, now)
    _tell(finding, _AGAIN, f"finding.{finding.pk}.{entry.pk}", now, due_at)


def _require_no_party(finding: Finding, actor: User) -> None:
    if actor.pk in parties.of_record(finding.handover) | {finding.responsible_id}:
        raise NotAllowed(parties.why_not_judge())


def _enter(
    finding: Finding, step: str, text: str, actor: User, now: datetime, due_at: datetime | None = None
) -> FindingEntry:
    return FindingEntry.objects.create(finding=finding, step=step, text=text, by=actor, at=now, due_at=due_at)


def _await(finding: Finding, kind: str, due_at: datetime, now: datetime) -> None:
    clocks.start_all([clocks.run(finding=finding, kind=kind, started_at=now, due_at=due_at)])


def _record(finding: Finding, verb: str, text: str, actor: User, now: datetime) -> None:
    events.record(
        verb=verb,
        actor=actor,
        now=now,
        team_id=finding.team_id,
        post_id=finding.post_id,
        person_id=finding.responsible_id,
        text=text,
        data={"finding": finding.pk, "handover": finding.handover_id},
    )


def _tell(finding: Finding, template: str, key: str, now: datetime, due_at: datetime | None = None) -> None:
    """Tell who is to put it right, in their language and in the times of the team."""
    person = finding.responsible
    with translation.override(person.own_language), timezone.override(finding.team.zone):
        text = _(template) % {
            "finding": finding,
            "place": handover_words(finding.handover),
            "at": Reader(now).instant(due_at) if due_at else "",
        }
    path = reverse("finding_detail", args=[finding.pk])
    letter = outbox.Letter(person, About.HANDOVER, text, key, handover=finding.handover, path=path)
    outbox.send([letter], now=now)
