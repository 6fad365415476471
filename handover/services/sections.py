"""Saves the sections of a draft handover so that nobody's text is lost."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from handover import lifecycle
from handover.errors import Conflict
from handover.models import Event, Handover, Section, SectionDraft
from handover.services import events

Body = dict[str, str]


class SectionConflict(Conflict):
    """Somebody else saved the section first; `theirs` is what stands there now."""

    def __init__(self, theirs: Section) -> None:
        super().__init__(
            _("%(name)s saved this section meanwhile. Nothing is lost: join the two texts and save.")
            % {"name": theirs.saved_by.display_name}
        )
        self.theirs = theirs


def write(*, handover: Handover, key: str, body: Body, version: int, actor: User, now: datetime) -> Section:
    """Save a section that the author began from `version` (0 for one that was empty).

    Writes the text with an Event, and drops the author's unsaved draft. Raises InvalidMove once the
    handover is signed. Raises SectionConflict when somebody else saved first: what was typed then
    stands in the trail all the same. Safe to repeat: the same text again changes nothing.
    """
    trail: dict[str, Any] = {"actor": actor, "now": now, "handover": handover}
    data = {"section": key, "body": body, "version": version}
    with transaction.atomic():
        lifecycle.require(handover, Handover.State.DRAFT)
        current = Section.objects.filter(handover=handover, key=key).select_related("saved_by").first()
        if current and current.body == body:
            _drop_draft(handover, key, actor)
            return current
        if saved := _write(handover, key, body, version, actor, now):
            events.record(verb=Event.Verb.SECTION_SAVED, data=data | {"version": saved.version}, **trail)
            _drop_draft(handover, key, actor)
            return saved
        theirs = Section.objects.select_related("saved_by").get(handover=handover, key=key)
        events.record(verb=Event.Verb.SECTION_CONFLICT, data=data, **trail)
    raise SectionConflict(theirs)


def write_all(*, handover: Handover, bodies: list[tuple[str, Body, int]], actor: User, now: datetime) -> None:
    """Save several sections, each as `write` does: key, body and the version that its author began from.

    Raises SectionConflict at the first one that somebody else saved meanwhile; those before it are saved.
    """
    for key, body, version in bodies:
        write(handover=handover, key=key, body=body, version=version, actor=actor, now=now)


@transaction.atomic
def keep_draft(
    *, handover: Handover, key: str, body: Body, version: int, actor: User, now: datetime
) -> SectionDraft:
    """Keep what somebody has typed and not saved. It never touches what others see. Raises InvalidMove
    once signed.
    """
    lifecycle.require(handover, Handover.State.DRAFT)
    draft, _created = SectionDraft.objects.update_or_create(
        handover=handover,
        key=key,
        author=actor,
        defaults={"base_version": version, "body": body, "saved_at": now},
    )
    return draft


def _write(
    handover: Handover, key: str, body: Body, version: int, actor: User, now: datetime
) -> Section | None:
    """The section as saved, or None when somebody else was first."""
    if version:
        changed = Section.objects.filter(handover=handover, key=key, version=version).update(
            body=body, version=F("version") + 1, saved_by=actor, saved_at=now
        )
        return Section.objects.get(handover=handover, key=key) if changed else None
    try:
        with transaction.atomic():
            return Section.objects.create(handover=handover, key=key, body=body, saved_by=actor, saved_at=now)
    except IntegrityError:
        return None


def _drop_draft(handover: Handover, key: str, actor: User) -> None:
    SectionDraft.objects.filter(handover=handover, key=key, author=actor).delete()
