"""Entries of the trail in the words of a page, for the tag `timeline`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Self

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import pgettext

from handover import form_template
from handover.models import Channel, Customer, Emotion, Event

from . import item_words
from .record_words import section_rows
from .words import Reader, iso, listed
from .words import phrase as _

Verb = Event.Verb
ICONS = {
    Verb.CREATED: "registered",
    Verb.IMPORTED: "registered",
    Verb.EDITED: "note",
    Verb.PROGRESSED: "progress",
    Verb.CALLED_AGAIN: "phone",
    Verb.TAKEN: "user",
    Verb.RELEASED: "queue",
    Verb.TRANSFERRED: "transfer",
    Verb.TRANSFERRED_OUT: "transfer",
    Verb.RESOLVED: "resolved",
    Verb.CLOSED: "closed",
    Verb.CANCELLED: "cancelled",
    Verb.REOPENED: "undo",
    Verb.KIND_CHANGED: "urgent",
    Verb.PROMISED: "promise",
    Verb.PROMISE_KEPT: "check",
    Verb.PROMISE_BROKEN: "warning",
    Verb.PROMISE_MOVED: "clock",
    Verb.ESCALATED: "alarm",
    Verb.ACKNOWLEDGED: "answer",
    Verb.HOLDER_CALLED: "bell",
    Verb.SNOOZED: "waiting",
    Verb.WOKEN: "clock",
    Verb.COMPLAINT_VERIFIED: "shield",
    Verb.LEFT: "queue",
    Verb.ENGINE_FAILED: "warning",
    Verb.DELIVERY_GIVEN_UP: "warning",
    Verb.DELIVERY_RETRIED: "undo",
    Verb.CLOCK_STEPPED: "clock",
    Verb.CUSTOMER_CREATED: "customer",
    Verb.CUSTOMER_EDITED: "customer",
    Verb.LINE_QUESTIONED: "question",
    Verb.LINE_REPLIED: "answer",
    Verb.LINE_REFUSED: "refuse",
    Verb.LINE_UNDONE: "undo",
    Verb.DISPUTE_RAISED: "refuse",
    Verb.DISPUTE_STATED: "chat",
    Verb.DISPUTE_DECIDED: "shield",
    Verb.DISPUTE_WITHDRAWN: "undo",
    Verb.RULE_DONE: "check",
}
TONES = {
    Verb.CALLED_AGAIN: "urgent",
    Verb.REOPENED: "urgent",
    Verb.PROMISE_BROKEN: "urgent",
    Verb.LINE_REFUSED: "urgent",
    Verb.ESCALATED: "urgent",
    Verb.DISPUTE_RAISED: "urgent",
    Verb.LEFT: "urgent",
    Verb.ENGINE_FAILED: "urgent",
    Verb.CLOCK_STEPPED: "urgent",
    Verb.PROGRESSED: "accent",
    Verb.ACKNOWLEDGED: "accent",
    Verb.HOLDER_CALLED: "accent",
    Verb.COMPLAINT_VERIFIED: "ok",
    Verb.RESOLVED: "ok",
    Verb.CLOSED: "ok",
    Verb.PROMISE_KEPT: "ok",
    Verb.LINE_ACCEPTED: "ok",
    Verb.DISPUTE_DECIDED: "ok",
    Verb.RULE_DONE: "ok",
}
PAPER = {Verb.PAPER_USED, Verb.PAPER_RELEASED}  # of what happens to paper forms, that in a handover
HEADLINE = ("pk", "item_id", "verb", "at", "data", "actor__display_name", "person__display_name")
COLUMNS = (*HEADLINE, "text", "channel", "emotion")
OTHER_ICON = "handover"  # everything else on an item happens in a handover


class Entry(NamedTuple):
    """What is read of an event: COLUMNS, or HEADLINE where one line is all that is shown."""

    pk: int
    item_id: int | None
    verb: str
    at: datetime
    data: dict[str, Any]
    actor: str | None
    person: str | None
    text: str = ""
    channel: str = ""
    emotion: str = ""

    @classmethod
    def of(cls, event: Event) -> Self:
        """Of an event that was read with its actor and person."""
        return cls(
            pk=event.pk,
            item_id=event.item_id,
            verb=event.verb,
            at=event.at,
            data=event.data,
            actor=event.actor.display_name if event.actor else None,
            person=event.person.display_name if event.person else None,
            text=event.text,
            channel=event.channel,
            emotion=event.emotion,
        )


def rows(events: QuerySet[Event], *columns: str) -> list[Entry]:
    return [Entry(*row) for row in events.values_list(*(columns or COLUMNS))]


def read(events: QuerySet[Event], now: datetime, *, name_items: bool = False) -> list[dict[str, Any]]:
    """The entries of these events in their order; one query. `name_items` says of which item each one is."""
    return shape(rows(events), now, name_items=name_items)


def shape(events: Iterable[Entry], now: datetime, *, name_items: bool = False) -> list[dict[str, Any]]:
    reader = Reader(now)
    base = reverse("item_detail", args=[0]).removesuffix("0/")
    entries = []
    for event in events:
        named = name_items and event.item_id
        entries.append(
            {
                "icon": ICONS.get(event.verb, OTHER_ICON),  # type: ignore[call-overload]
                "tone": TONES.get(event.verb, ""),  # type: ignore[call-overload]
                "who": _who(event),
                "what": _what(event, reader),
                "ref": f"#{event.item_id}" if named else "",
                "url": f"{base}{event.item_id}/" if named else "",
                "at": reader.instant(event.at),
                "iso": iso(event.at),
                "relative": reader.relative(event.at),
                "chips": _chips(event, reader),
                "text": event.text,
                "changes": _changes(event),
            }
        )
    return entries


def headline(event: Entry, reader: Reader) -> str:
    """Who did what and when, in one line."""
    return f"{_who(event)} {_what(event, reader)} · {reader.instant(event.at)}"


def _who(event: Entry) -> str:
    """Imported history names its people in words: they are not known here."""
    return event.actor or event.data.get("by") or _("The system")


def _what(event: Entry, reader: Reader) -> str:
    if event.verb == Verb.IMPORTED and "row" in event.data.get("import", ()):
        return _("updated it in the other system")
    what, target = reader.labels(Verb)[event.verb], _target(event)
    return _("%(what)s: to %(target)s") % {"what": what, "target": target} if target else what


def _target(event: Entry) -> str:
    """To whom it went; of other entries the person is the actor, or stands in the text."""
    if event.verb in {Verb.TRANSFERRED, Verb.TRANSFERRED_OUT}:
        to = event.data.get("to", {})
        return listed(filter(None, (to.get("holder"), to.get("post"), to.get("team"))))
    if event.verb == Verb.HOLDER_CALLED:
        return listed(event.data["told"])
    return event.person or "" if event.verb == Verb.LINE_DECIDED else ""


def _chips(event: Entry, reader: Reader) -> list[str]:
    """How the contact was made and how the customer felt; neutral goes without saying."""
    channel = [reader.labels(Channel)[event.channel]] if event.channel else []
    felt = event.emotion not in {"", Emotion.NEUTRAL}
    return channel + ([reader.labels(Emotion)[event.emotion]] if felt else [])


def _changes(event: Entry) -> list[str]:
    """The text of a section as it was saved or typed; a paper form; old and new values of anything else."""
    if event.verb in {Verb.SECTION_SAVED, Verb.SECTION_CONFLICT}:
        return _section(event.data)
    if event.verb == Verb.LEFT:
        return [_("%(person)s had it.") % {"person": event.person}]
    if event.verb in PAPER:
        return [_("Form %(serial)s") % {"serial": event.data["serial"]}]
    if event.verb != Verb.CUSTOMER_EDITED:
        return item_words.changes(event.verb, event.data)
    nothing = pgettext("value", "nothing")
    return [
        _("%(field)s: %(old)s → %(new)s")
        % {
            "field": Customer.fact_label(name),
            "old": Customer.fact_words(name, old) or nothing,
            "new": Customer.fact_words(name, new) or nothing,
        }
        for name, (old, new) in event.data["changes"].items()
    ]


def _section(data: dict[str, Any]) -> list[str]:
    section = form_template.BY_KEY[data["section"]]
    rows = section_rows(section, data["body"])
    said = [" · ".join(filter(None, row)) for row in rows if row[1] or row[2]]
    words = pgettext("between the items of a list", "; ").join(said)
    return [_("%(section)s: %(words)s") % {"section": section.title, "words": words}]
