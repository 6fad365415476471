"""What a change of an item was, in words: old and new values as the trail keeps them."""

from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from handover.models import Customer, Event, Kind, PendingItem, Waits

from .words import Reader, listed, moment_words

Verb = Event.Verb


# What has not been done, of each thing that the engine watches.
UNDONE = {
    Waits.TAKEN: gettext_lazy("Nobody has taken it"),
    Waits.RESPONSE: gettext_lazy("There is no first response"),
    Waits.DONE: gettext_lazy("Its time has come"),
    Waits.PROMISE: gettext_lazy("The promise comes due"),
    Waits.COMPLAINT: gettext_lazy("The complaint is not verified"),
    Waits.IDLE: gettext_lazy("There is no progress"),
    Waits.REFUSED: gettext_lazy("The refused line is not decided"),
    Waits.SIGN: gettext_lazy("The outgoing shift has not signed"),
    Waits.CONFIRM: gettext_lazy("The incoming shift has not received it"),
    Waits.DISPUTE: gettext_lazy("The dispute is not decided"),
    Waits.RULE: gettext_lazy("The rule is not changed"),
    Waits.CHECK: gettext_lazy("It waits for its spot check"),
    Waits.FINDING: gettext_lazy("The finding is not answered"),
    Waits.RECHECK: gettext_lazy("The answer to the finding waits for a second look"),
}


def snooze_words(until: datetime | None, person: str | None, reason: str, reader: Reader) -> str:
    """Until when an item is left in peace, by whom and why; nothing of one that is awake."""
    if until is None or until <= reader.now:
        return ""
    facts = {"at": reader.instant(until), "person": person, "reason": reason}
    return _("Snoozed until %(at)s by %(person)s: %(reason)s") % facts


def changes(verb: str, data: dict[str, Any]) -> list[str]:
    """The lines below an entry of the timeline; none for entries that have nothing to compare."""
    if verb == Verb.EDITED:
        return [_changed(name, data["old"][name], new) for name, new in data["new"].items()]
    if verb == Verb.KIND_CHANGED:
        return [_from_to(Kind(data["old"]).label, Kind(data["new"]).label)]
    if verb == Verb.PROMISE_MOVED:
        return [_from_to(_moment(data["old"]), _moment(data["new"]))]
    if verb == Verb.TRANSFERRED:
        return _brought(data)
    if verb == Verb.PROMISED:
        return [_("By %(at)s") % {"at": _moment(data["due_at"])}]
    return _watched(verb, data)


def _brought(data: dict[str, Any]) -> list[str]:
    """What came with an item into another team: its type under that team's name, the customer's need."""
    lines = [_changed("issue_type", *data["issue_type"])] if "issue_type" in data else []
    if data.get("need"):
        need, note = data["need"]
        words = " · ".join(filter(None, [Customer.fact_words("need", need), note]))
        lines.append(f"{_('Special communication need')}: {words}")
    return lines


def _watched(verb: str, data: dict[str, Any]) -> list[str]:
    """What the engine told of what waits, and until when somebody kept it from telling."""
    if verb == Verb.ESCALATED:
        facts = {"what": UNDONE[Waits(data["clock"])], "people": listed(data["told"])}
        return [_("%(what)s. Told: %(people)s") % facts]
    if verb == Verb.ENGINE_FAILED:
        return [str(UNDONE[Waits(data["clock"])])]
    if verb == Verb.SNOOZED:
        return [_("Until %(at)s") % {"at": _moment(data["until"])}]
    if verb == Verb.CLOCK_STEPPED:
        return [_("By %(seconds)s s") % {"seconds": data["seconds"]}]
    return []


def _changed(name: str, old: Any, new: Any) -> str:
    field = PendingItem._meta.get_field(name)
    return _("%(field)s: %(old)s → %(new)s") % {
        "field": capfirst(field.verbose_name),  # type: ignore[union-attr]
        "old": _value(name, old),
        "new": _value(name, new),
    }


def _value(name: str, value: Any) -> str:
    if not value:
        return pgettext("value", "nothing")
    if name == "key_at":
        return _moment(value)
    choices = dict(PendingItem._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
    return str(choices.get(value, value))


def _moment(value: str) -> str:
    return moment_words(datetime.fromisoformat(value))


def _from_to(old: object, new: object) -> str:
    return _("%(old)s → %(new)s") % {"old": old, "new": new}
