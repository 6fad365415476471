"""Entries of the audit trail in words: who did or saw what, from where, with old and new values."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from accounts.models import Membership, Team, User
from handover.models import Event, IssueType, Post, Reading, Shift, ShiftPattern, Webhook

from . import entries
from .entries import Entry
from .words import iso, listed, moment_words

# Whose fields the changes of settings, people and shifts name.
NAMED = (User, Post, ShiftPattern, Shift, IssueType, Webhook, Team)
# What stands in the data of an entry beside its changes, as far as it says something to a reader.
FACTS: dict[str, Promise] = {
    "what": gettext_lazy("What"),
    "name": gettext_lazy("name"),
    "title": gettext_lazy("Title"),
    "change": gettext_lazy("Change"),
    "starts_at": gettext_lazy("starts at"),
    "serial": gettext_lazy("Paper form"),
    "serials": gettext_lazy("Paper forms"),
    "round": gettext_lazy("Round"),
    "sha256": gettext_lazy("Fingerprint"),
    "lines": gettext_lazy("Lines"),
    "late_minutes": gettext_lazy("late (minutes)"),
    "created": gettext_lazy("shifts made"),
    "removed": gettext_lazy("shifts taken away"),
    "filters": gettext_lazy("Filters"),
    "limit": gettext_lazy("At most"),
    "reason": gettext_lazy("Reason"),
}
# What services name in a word of their own.
KINDS: dict[tuple[str, str], Promise] = {
    ("what", "team"): gettext_lazy("team"),
    ("what", "post"): pgettext_lazy("desk", "post"),
    ("what", "pattern"): gettext_lazy("shift pattern"),
    ("what", "issue_type"): gettext_lazy("issue type"),
    ("what", "ladder"): gettext_lazy("escalation ladder"),
    ("what", "score"): gettext_lazy("completeness score"),
    ("what", "spot checks"): gettext_lazy("plan of spot checks"),
    ("what", "webhook"): gettext_lazy("webhook"),
    ("change", "created"): gettext_lazy("shift made"),
    ("change", "edited"): gettext_lazy("shift changed"),
    ("change", "deleted"): gettext_lazy("shift deleted"),
    ("change", "assigned"): gettext_lazy("put on the shift"),
    ("change", "unassigned"): gettext_lazy("taken off the shift"),
}
OWN_LABELS: dict[str, Promise] = {
    "created": gettext_lazy("Created"),
    "password": gettext_lazy("Password"),
    "service_hours": gettext_lazy("Service hours"),
    "version": gettext_lazy("Version"),
}
PAGES: dict[str, Promise] = {
    "home": gettext_lazy("Mine now"),
    "board": gettext_lazy("Board"),
    "search": gettext_lazy("Search"),
    "item_list": gettext_lazy("Items"),
    "item_detail": gettext_lazy("Page of the item"),
    "item_responsibility": gettext_lazy("Responsibility"),
    "customer_list": gettext_lazy("Customers"),
    "customer_options": gettext_lazy("Choice of a customer"),
    "customer_detail": gettext_lazy("Page of the customer"),
    "customer_edit": gettext_lazy("Edit the customer"),
    "customer_responsibility": gettext_lazy("Responsibility"),
    "handover_edit": gettext_lazy("Handover in preparation"),
    "handover_detail": gettext_lazy("Record of the handover"),
    "handover_print": gettext_lazy("Record on paper"),
    "handover_text": gettext_lazy("Signed text"),
    "handover_sign": gettext_lazy("Signature"),
    "handover_confirm": gettext_lazy("Signature"),
    "handover_review": gettext_lazy("Review"),
    "trail": gettext_lazy("Trail"),
}
# Of every other page: the first word of its name.
STEPS: dict[str, Promise] = {
    "answer": gettext_lazy("A line of the handover"),
    "check": gettext_lazy("Spot checks"),
    "customer": gettext_lazy("Customers"),
    "dispute": gettext_lazy("Disputes"),
    "escalation": gettext_lazy("Board"),
    "finding": gettext_lazy("Findings"),
    "item": gettext_lazy("A step of the item"),
    "promise": gettext_lazy("A step of the item"),
    "handover": gettext_lazy("A step of the handover"),
    "line": gettext_lazy("A line of the handover"),
    "section": gettext_lazy("Handover in preparation"),
}


@dataclass(frozen=True)
class Row:
    at: str
    iso: str
    who: str
    what: str
    place: str
    address: str
    things: list[tuple[str, str]] = field(default_factory=list)  # words, where they lead
    details: list[str] = field(default_factory=list)
    text: str = ""

    def cells(self) -> list[str]:
        """The same in one line of a table."""
        about = listed(words for words, _url in self.things)
        details = "\n".join(self.details)
        return [self.iso, self.at, self.who, self.what, about, details, self.text, self.place, self.address]


def columns() -> list[str]:
    return [
        _("Time (UTC)"),
        _("Time"),
        _("Person"),
        _("What happened"),
        _("About"),
        _("Details"),
        pgettext("typed", "Text"),
        _("Where"),
        _("Address"),
    ]


def of_changes(events: Iterable[Event], now: datetime) -> list[Row]:
    found = list(events)
    shaped = entries.shape(map(Entry.of, found), now)
    return [_change(event, words) for event, words in zip(found, shaped, strict=True)]


def of_readings(readings: Iterable[Reading]) -> list[Row]:
    return [
        Row(
            at=moment_words(reading.at),
            iso=iso(reading.at),
            who=reading.actor.display_name,
            what=page_words(reading.page),
            place=_place(reading),
            address=reading.address or "",
            things=_things(reading),
            details=_list(reading.listed),
        )
        for reading in readings
    ]


def page_words(name: str) -> str:
    return str(PAGES.get(name) or STEPS.get(name.partition("_")[0]) or name)


def _change(event: Event, words: dict[str, Any]) -> Row:
    return Row(
        at=moment_words(event.at),
        iso=words["iso"],
        who=words["who"],
        what=words["what"],
        place=_place(event),
        address=event.address or "",
        things=_things(event),
        details=[*words["chips"], *(words["changes"] or _details(event))],
        text=event.text,
    )


def _place(row: Event | Reading) -> str:
    return row.post.name if row.post else row.team.name if row.team else ""


def _things(row: Event | Reading) -> list[tuple[str, str]]:
    found = []
    if row.item_id:
        found.append((f"#{row.item_id}", reverse("item_detail", args=[row.item_id])))
    if row.handover:
        words = _("Handover %(number)d") % {"number": row.handover.pk}
        found.append((words, reverse("handover_detail", args=[row.handover.pk])))
    if row.customer and not row.item_id:
        found.append((row.customer.code, reverse("customer_detail", args=[row.customer.pk])))
    return found


def _list(shown: dict[str, list[int]]) -> list[str]:
    """Of a list that somebody saw: how many, and their numbers."""
    return [
        ngettext("%(count)d entry: %(numbers)s", "%(count)d entries: %(numbers)s", len(ids))
        % {"count": len(ids), "numbers": listed(f"#{pk}" for pk in ids)}
        for ids in shown.values()
    ]


def _details(event: Event) -> list[str]:
    """Old and new values, and what else an entry says beside its words."""
    data = event.data
    found = [_("About %(person)s") % {"person": event.person.display_name}] if event.person else []
    found += [
        _("%(field)s: %(value)s") % {"field": capfirst(str(label)), "value": _fact(name, data[name])}
        for name, label in FACTS.items()
        if data.get(name) not in (None, "", [])
    ]
    changes = data.get("changes", {})
    return found + [_changed(name, values) for name, values in changes.items()]


def _fact(name: str, value: Any) -> str:
    if isinstance(value, list):
        return listed(map(str, value))
    if isinstance(value, dict):
        return listed(f"{name}={each}" for name, each in value.items())
    # Names and titles are what people typed, and may look like a time.
    moment = parse_datetime(value) if name == "starts_at" else None
    return moment_words(moment) if moment else str(KINDS.get((name, str(value)), value))


def _changed(name: str, values: Any) -> str:
    label, choices = _field(name)
    if not isinstance(values, list):
        return label
    old, new = (_value(value, choices) for value in values)
    return _("%(field)s: %(old)s → %(new)s") % {"field": label, "old": old, "new": new}


def _field(name: str) -> tuple[str, dict[Any, Any]]:
    """What a field is called, and the words of its choices; "role in Team" is written out already."""
    if name in OWN_LABELS:
        return str(OWN_LABELS[name]), {}
    for model in NAMED:
        try:
            found = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(found, models.Field):
            return capfirst(str(found.verbose_name)), dict(found.flatchoices)
    return capfirst(name), dict(Membership.Role.choices)


def _value(value: Any, choices: dict[Any, Any]) -> str:
    if value in ("", None, "None"):
        return pgettext("value", "nothing")
    if value in ("True", "False"):
        return str(_("yes") if value == "True" else _("no"))
    return str(choices.get(value, value))
