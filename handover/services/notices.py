"""Writes and withdraws notices, and notes who has read them."""

from datetime import datetime
from secrets import token_hex
from typing import TypedDict

from django.db import transaction

from accounts.models import Team, User
from handover.models import Event, Notice, NoticeReceipt, Post
from handover.services import events


class NoticeFacts(TypedDict):
    title: str
    text: str
    valid_from: datetime
    valid_until: datetime


@transaction.atomic
def write(
    *, team: Team, post: Post | None, facts: NoticeFacts, actor: User, now: datetime, form_key: str = ""
) -> Notice:
    """A notice for one post of the team, or for all of it. The same `form_key` again answers the notice
    that it made.
    """
    notice, is_new = Notice.objects.get_or_create(
        author=actor,
        form_key=form_key or token_hex(16),
        defaults={"team": team, "post": post, "at": now, **facts},
    )
    if is_new:
        _record(notice, Event.Verb.NOTICE_WRITTEN, actor=actor, now=now)
    return notice


@transaction.atomic
def withdraw(*, notice: Notice, actor: User, now: datetime) -> None:
    """Nobody is shown it any more; who has read it stays on record. Safe to repeat: the first time counts."""
    if Notice.objects.filter(pk=notice.pk, withdrawn_at=None).update(withdrawn_at=now):
        _record(notice, Event.Verb.NOTICE_WITHDRAWN, actor=actor, now=now)


@transaction.atomic
def mark_read(*, notice: Notice, actor: User, now: datetime) -> None:
    """The receipt is the record of it, so there is no Event. Safe to repeat: the first time counts."""
    receipt = NoticeReceipt(notice=notice, user=actor, read_at=now)
    NoticeReceipt.objects.bulk_create([receipt], ignore_conflicts=True)


def _record(notice: Notice, verb: str, *, actor: User, now: datetime) -> None:
    events.record(
        verb=verb,
        actor=actor,
        now=now,
        team_id=notice.team_id,
        post_id=notice.post_id,
        data={"notice": notice.pk, "title": notice.title},
    )
