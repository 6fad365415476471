"""The word that no stranger may ever be shown, in every text field of what belongs to a team."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Field, Model

from accounts.models import HeldForm, User
from handover import check_template
from handover.models import (
    Addendum,
    Assignment,
    Customer,
    Dispute,
    DrawnRecord,
    Escalation,
    Fact,
    HandoverLine,
    PaperForm,
    PendingItem,
    Promise,
    Rollup,
    Round,
    Section,
    SectionDraft,
    SignOff,
    SpotCheck,
    Swap,
    Webhook,
)
from tests import factories

CANARY = "kanarienvogel"
TEXTS = (models.CharField, models.TextField, models.JSONField)

# Text that nobody of the team types and no page shows as such: what it is instead.
NOT_TYPED = {
    "a code out of a list of ours": (
        "Checkpoint.key_id",
        "Draw.algorithm",
        "Event.verb",
        "Escalation.targets",
        "Escalation.told",
        "Fact.measure",
        "FigureMark.gaps",
        "Ladder.steps",
        "LedgerEntry.table",
        "Layout.columns",
        "PendingItem.unknown_facts",
        "Pulse.boot",
        "Pulse.name",
        "Reading.listed",
        "Reading.page",
        "Rollup.measure",
        "Round.score_parts",
        "ScoreRules.rules",
        "Section.key",
        "SectionDraft.key",
        "ShiftPattern.weekdays",
        "SignOff.meaning",
        "SpotCheck.scores",
        "SpotCheck.template",
        "Team.time_zone",
        "User.time_zone",
        "Watermark.table",
    ),
    "a hash, a key or a number that the program makes": (
        "Checkpoint.head",
        "Checkpoint.signature",
        "Delivery.key",
        "Draw.commitment",
        "Draw.population",
        "Draw.seed",
        "Finding.form_key",
        "LedgerEntry.commitment",
        "LedgerEntry.hash",
        "LedgerEntry.key",
        "LedgerEntry.salt",
        "Message.key",
        "Notice.form_key",
        "PendingItem.form_key",
        "SignedText.sha256",
        "User.password",
        "WeeklyAction.form_key",
    ),
    "what a stranger types": ("LoginAttempt.address", "LoginAttempt.username"),
    "the address of a page": ("HeldForm.path", "Message.path"),
}


def typed_fields() -> Iterator[tuple[type[Model], "Field[Any, Any]"]]:
    """Every field of the program that holds text of its own, but for choices."""
    for app in ("accounts", "handover"):
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, TEXTS) and not field.choices:
                    yield model, field


def fill(world: Any) -> None:
    """Put the word where the story of the world leaves nothing, so that no state changes by it."""
    _fill_people_and_places(world)
    _fill_items(world)
    _fill_handovers(world)
    _fill_ended(world)
    _fill_checks(world)


def _fill_people_and_places(world: Any) -> None:
    HeldForm.objects.filter(pk=world.held.pk).update(data=json.dumps({"text": [CANARY]}))
    of_team = User.objects.filter(pk=world.people["off_duty"].pk)
    of_team.update(username=f"{CANARY}7", email=f"{CANARY}@example.com")
    Customer.objects.filter(team=world.team).update(contact=CANARY, need_note=CANARY, preferences=CANARY)
    Assignment.objects.filter(user=world.ada).update(substitute_reason=CANARY)
    Webhook.objects.filter(team=world.team).update(url=f"https://{CANARY}.example.com/")
    for model in (Fact, Rollup):
        model.objects.filter(team=world.team).update(shift_name=CANARY)


def _fill_items(world: Any) -> None:
    Promise.objects.filter(pk=world.promise.pk).update(reason=CANARY)
    Escalation.objects.filter(pk=world.escalation.pk).update(acknowledgement=CANARY)
    PendingItem.objects.filter(pk=world.matter.pk).update(
        key_note=CANARY,
        waiting_for=CANARY,
        order_url=f"https://{CANARY}.example.com/",
        result=CANARY,
        source=CANARY,
        source_ref=CANARY,
    )


def _fill_handovers(world: Any) -> None:
    said = dict.fromkeys(("missing_reason", "reason", "read_back", "answer_back"), CANARY)
    HandoverLine.objects.filter(pk=world.received.pk).update(**said)
    Round.objects.filter(handover=world.earlier).update(reason=CANARY)
    written = {"handover": world.handover, "key": "notes", "body": {"text": CANARY}, "saved_at": world.then}
    Section.objects.create(saved_by=world.ada, **written)
    SectionDraft.objects.create(author=world.ada, base_version=1, **written)
    Addendum.objects.create(handover=world.earlier, text=CANARY, sign_off=SignOff.objects.latest("pk"))


def _fill_ended(world: Any) -> None:
    """Things of their own that have ended: their last words may not be there before."""
    Dispute.objects.create(
        team=world.team,
        post=world.received.handover.post,
        handover=world.received.handover,
        cause=Dispute.Cause.OTHER,
        raised_by=world.bo,
        raised_at=world.then,
        side="incoming",
        state=Dispute.State.DECIDED,
        settled_at=world.now,
        settled_by=world.dai,
        reason=CANARY,
        verdict=Dispute.Verdict.BOTH,
        rule=CANARY,
        rule_due_on=world.now.date(),
        rule_by=world.dai,
        rule_done_at=world.now,
        rule_done_by=world.dai,
    )
    spoilt = {"destroyed_by": world.ada, "destroyed_at": world.now, "reason": CANARY}
    PaperForm.objects.create(
        post=world.post, number=99, printed_by=world.ada, printed_at=world.then, **spoilt
    )
    asleep = {"snoozed_until": world.now + timedelta(hours=1), "snoozed_by": world.ada}
    factories.item(world.post, now=world.then, holder=world.bo, snooze_reason=CANARY, **asleep)
    Swap.objects.filter(pk=world.swap.pk).update(reason=CANARY)


def _fill_checks(world: Any) -> None:
    """A record added by hand and scored twice."""
    handover, by = world.received.handover, world.dai
    record = DrawnRecord.objects.create(
        draw=world.drawn.draw, handover=handover, added_by=by, reason=CANARY, at=world.then
    )
    scored = {
        "record": record,
        "text": world.earlier.rounds.get().text,
        "template": "spot_check",
        "template_version": 1,
        "scores": dict.fromkeys(check_template.KEYS, 3),
        "remarks": CANARY,
        "checked_by": by,
        "checked_at": world.then,
    }
    first = SpotCheck.objects.create(**scored)
    SpotCheck.objects.create(**scored, supersedes=first, reason=CANARY)
