"""Handovers that ended long ago, written in bulk after the pattern of one that was really signed."""

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

from accounts.models import User
from handover import canonical
from handover.models import (
    Event,
    Handover,
    HandoverLine,
    PendingItem,
    Post,
    Round,
    Shift,
    SignedText,
    SignOff,
)

LINES = 12
SIGNED_BEFORE = timedelta(minutes=10)  # the end of the shift
CONFIRMED_AFTER = timedelta(minutes=10)


def fill(*, post: Post, shifts: list[Shift], people: list[User], signed: SignedText) -> None:
    """A confirmed handover for each shift but the one that runs and the next."""
    items = list(PendingItem.objects.filter(post=post, is_open=False).order_by("-pk")[:1000])
    handovers = Handover.objects.bulk_create(
        Handover(
            team=post.team,
            post=post,
            outgoing_shift=shift,
            incoming_shift=following,
            boundary_at=shift.ends_at,
            state=Handover.State.CONFIRMED,
            opened_at=shift.ends_at - timedelta(hours=1),
            submitted_at=shift.ends_at - SIGNED_BEFORE,
            ended_at=shift.ends_at + CONFIRMED_AFTER,
            round_count=1,
        )
        for shift, following in pairwise(shifts[:-1])
    )
    _lines(handovers, items, people)
    _signatures(handovers, people, json.loads(signed.text), signed)
    Event.objects.bulk_create(
        Event(at=at, actor=actor, team=post.team, post=post, verb=verb, handover=handover)
        for handover in handovers
        for verb, at, actor in (
            (Event.Verb.HANDOVER_OPENED, handover.opened_at, None),
            (Event.Verb.SUBMITTED, handover.submitted_at, people[1]),
            (Event.Verb.CONFIRMED, handover.ended_at, people[2]),
        )
    )


def _lines(handovers: list[Handover], items: list[PendingItem], people: list[User]) -> None:
    HandoverLine.objects.bulk_create(
        [
            HandoverLine(
                handover=handover,
                item=items[(number + position) % len(items)],
                round_number=1,
                position=position,
                checked_by=people[1],
                checked_at=handover.opened_at,
                answer=HandoverLine.Answer.ACCEPTED,
                answered_by=people[2],
                answered_at=handover.ended_at,
                answer_back="The parcel has not come yet.",
                answer_back_by=people[2],
                answer_back_at=handover.ended_at,
            )
            for number, handover in enumerate(handovers)
            for position in range(LINES)
        ],
        batch_size=2000,
    )


def _signatures(
    handovers: list[Handover], people: list[User], content: dict[str, Any], pattern: SignedText
) -> None:
    """One text and one round for each, signed by both sides."""
    texts = SignedText.objects.bulk_create(
        SignedText(
            sha256=canonical.content_hash(content | {"handover": handover.pk}),
            text=canonical.dumps(content | {"handover": handover.pk}),
            schema_version=pattern.schema_version,
            template_version=pattern.template_version,
            created_at=handover.submitted_at,
        )
        for handover in handovers
    )
    signed = list(zip(handovers, texts, strict=True))
    Round.objects.bulk_create(
        Round(
            handover=handover,
            number=1,
            text=text,
            submitted_by=people[1],
            submitted_at=handover.submitted_at,
            score=100,
            outcome=Round.Outcome.CONFIRMED,
            ended_at=handover.ended_at,
            ended_by=people[2],
        )
        for handover, text in signed
    )
    SignOff.objects.bulk_create(
        SignOff(
            handover=handover,
            round_number=1,
            role=role,
            user=person,
            printed_name=person.display_name,
            meaning="I have reviewed what stands here.",
            text=text,
            signed_at=at,
        )
        for handover, text in signed
        for role, person, at in (
            (SignOff.Role.OUTGOING, people[1], handover.submitted_at),
            (SignOff.Role.INCOMING, people[2], handover.ended_at),
        )
    )
