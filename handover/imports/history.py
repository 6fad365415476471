"""What happened from one row of a reference to the next, and where the matter stands after all."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from handover.models import Event, Kind, Stage

from .rows import SourceRow

Verb = Event.Verb
ENDS = {Stage.RESOLVED: Verb.RESOLVED, Stage.CLOSED: Verb.CLOSED, Stage.CANCELLED: Verb.CANCELLED}
DONE = {Verb.PROGRESSED, *ENDS.values()}


@dataclass(frozen=True)
class Happening:
    """One entry for the timeline. The first one of a row carries the row's mark and state."""

    verb: str
    at: datetime
    text: str
    post: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Course:
    """What the rows so far tell of the instants that matter for clocks."""

    created_at: datetime
    started_at: datetime  # registered or reopened
    urgent_since: datetime | None = None
    responded_at: datetime | None = None
    progressed_at: datetime | None = None
    ended_at: datetime | None = None


def state(row: SourceRow) -> dict[str, Any]:
    """What must be remembered of a row to tell what the next one changes."""
    facts = row.facts
    return {
        "post": facts.post,
        "stage": facts.stage,
        "kind": facts.kind,
        "assigned_to": facts.assigned_to,
        "reopen_count": facts.reopen_count,
        "progress": hashlib.sha256(facts.progress.encode()).hexdigest()[:12] if facts.progress else "",
        "kept": row.kept,
    }


def happenings(row: SourceRow, before: dict[str, Any] | None, now: datetime) -> list[Happening]:
    """The entries that a row adds after the state `before`; one that shows no change is one as well."""
    at = row.at or now
    after = state(row)
    found: list[tuple[str, str]] = []
    if before is None:
        found.append((Verb.CREATED, ""))
    elif before["post"] != after["post"]:
        found.append((Verb.TRANSFERRED, f"{before['post']} → {after['post']}"))
    if before and before["kind"] != after["kind"]:
        found.append((Verb.KIND_CHANGED, ""))
    reopened = before is not None and _reopened(before, after)
    if reopened:
        found.append((Verb.REOPENED, ""))
    step = _step(before, after)
    if step and not (reopened and step == Verb.PROGRESSED):  # That it goes on again is said already.
        found.append((step, ""))
    found = found or [(Verb.IMPORTED, "")]
    last, text = found[-1]
    found[-1] = (last, row.facts.progress or _changes(before, after) or text or _("No change to see."))
    created_at = begin(row, now).created_at
    entries = [
        Happening(
            verb=verb,
            at=created_at if verb == Verb.CREATED else at,
            text=text,
            post=row.facts.post,
            data=_data(row, verb, before),
        )
        for verb, text in found
    ]
    for entry in entries:
        entry.data["import"] = {}
    entries[0].data["import"] |= {"row": row.key, "state": after}
    return entries


def begin(row: SourceRow, now: datetime) -> Course:
    """The course before the first row of all. Some sources note the first update before the opening."""
    at = row.at or now
    created_at = min(row.facts.created_at or at, at)
    return Course(created_at=created_at, started_at=created_at)


def advance(course: Course, row: SourceRow, entries: list[Happening]) -> Course:
    """The course after one more row."""
    at = entries[-1].at
    verbs = {entry.verb for entry in entries}
    urgent, ended = row.facts.kind == Kind.URGENT, row.facts.stage in ENDS
    since = course.urgent_since or (course.created_at if entries[0].verb == Verb.CREATED else at)
    responded = urgent and row.facts.stage != Stage.REGISTERED
    return replace(
        course,
        started_at=at if Verb.REOPENED in verbs else course.started_at,
        urgent_since=since if urgent else None,
        responded_at=course.responded_at or (at if responded else None),
        progressed_at=at if verbs & DONE else course.progressed_at,
        ended_at=(course.ended_at or at) if ended else None,
    )


def _reopened(before: dict[str, Any], after: dict[str, Any]) -> bool:
    left_the_end = before["stage"] in ENDS and after["stage"] not in ENDS
    return left_the_end or (after["reopen_count"] or 0) > (before["reopen_count"] or 0)


def _step(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
    """The verb for a change of stage or a new text on progress."""
    stage = before["stage"] if before else Stage.REGISTERED
    if after["stage"] != stage:
        return ENDS.get(after["stage"], Verb.PROGRESSED)
    return Verb.PROGRESSED if before and before["progress"] != after["progress"] else ""


def _changes(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
    """In the words of the source: its own column names and values."""
    old = before["kept"] if before else {}
    return "; ".join(
        f"{name}: {old[name]} → {value}" if old.get(name) else f"{name}: {value}"
        for name, value in after["kept"].items()
        if value and value != old.get(name)
    )


def _data(row: SourceRow, verb: str, before: dict[str, Any] | None) -> dict[str, Any]:
    data: dict[str, Any] = {"by": row.facts.by} if row.facts.by else {}
    if row.facts.target_met is not None and verb in ENDS.values():
        data["target_met"] = row.facts.target_met
    if verb == Verb.TRANSFERRED and before:
        data["from"] = {"post": before["post"], "holder": before["assigned_to"]}
        data["to"] = {"post": row.facts.post, "holder": row.facts.assigned_to}
    if verb == Verb.KIND_CHANGED and before:
        data |= {"old": before["kind"], "new": row.facts.kind}
    return data
