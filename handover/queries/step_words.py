"""What a step of a ladder says, in the language and the zone that are active."""

from datetime import datetime

from django.utils.translation import gettext_noop

from handover.ladders import Step, begins_at
from handover.models import Clock, Dispute, Finding, Handover, PendingItem, Promise, Waits

from .words import Reader
from .words import phrase as _

# As it begins to wait, and from then on.
_AT_ONCE = {
    Waits.TAKEN: gettext_noop("Urgent, and waits to be taken: %(thing)s."),
    Waits.RESPONSE: gettext_noop("Urgent, and waits for the first response: %(thing)s. %(who)s"),
    Waits.COMPLAINT: gettext_noop("New complaint, please assign it: %(thing)s. %(who)s"),
    Waits.IDLE: gettext_noop("Urgent, and somebody must go on with it: %(thing)s. %(who)s"),
    Waits.REFUSED: gettext_noop("A refused urgent item waits for your decision: %(thing)s."),
    Waits.SIGN: gettext_noop("The shift is over, and its handover waits to be signed: %(thing)s."),
    Waits.CONFIRM: gettext_noop("A handover waits to be received: %(thing)s."),
    Waits.DISPUTE: gettext_noop("A dispute waits for your decision: %(thing)s."),
    Waits.RULE: gettext_noop("This rule is to be changed by now: “%(rule)s” %(who)s"),
    Waits.CHECK: gettext_noop("A record waits for its spot check: %(thing)s."),
    Waits.RECHECK: gettext_noop("A finding was answered and waits for a second look: %(thing)s."),
}
_LATER = {
    Waits.TAKEN: gettext_noop("Urgent, and nobody has taken it for %(span)s: %(thing)s."),
    Waits.RESPONSE: gettext_noop("Urgent, and no first response for %(span)s: %(thing)s. %(who)s"),
    Waits.COMPLAINT: gettext_noop("A complaint open for %(span)s: %(thing)s. %(who)s"),
    Waits.IDLE: gettext_noop("Urgent, and no progress for %(span)s: %(thing)s. %(who)s"),
    Waits.REFUSED: gettext_noop("A refused urgent item waits for your decision: %(thing)s."),
    Waits.SIGN: gettext_noop("Not signed %(span)s after the end of the shift: handover of %(thing)s."),
    Waits.CONFIRM: gettext_noop("Nobody receives it for %(span)s: handover of %(thing)s."),
    Waits.DISPUTE: gettext_noop("A dispute waits for a decision for %(span)s: %(thing)s."),
    Waits.RULE: gettext_noop("This rule was to be changed %(span)s ago: “%(rule)s” %(who)s"),
    Waits.CHECK: gettext_noop("Chosen %(span)s ago and not checked yet: handover of %(thing)s."),
    Waits.RECHECK: gettext_noop("Answered %(span)s ago, and the finding waits for a second look: %(thing)s."),
}
_COMPLAINT_UNTAKEN = gettext_noop("A complaint that nobody has taken for %(span)s: %(thing)s.")
_COMPLAINT_OVER = gettext_noop(
    "A complaint open for %(span)s: %(thing)s. %(who)s Please verify it and give the reason."
)
_DONE_SOON = gettext_noop("This comes due at %(at)s: %(thing)s. %(who)s")
_DONE_NOW = gettext_noop("It is time for this: %(thing)s. %(who)s")
_DONE_OVER = gettext_noop("This was due at %(at)s: %(thing)s. %(who)s")
_PROMISE_SOON = gettext_noop("Promised for %(at)s: %(promise)s. This is about %(thing)s. %(who)s")
_PROMISE_OVER = gettext_noop(
    "Promised for %(at)s and not kept: %(promise)s. This is about %(thing)s. %(who)s"
)
_FINDING_SOON = gettext_noop("A finding of a spot check is to be answered by %(at)s: %(thing)s.")
_FINDING_NOW = gettext_noop("A finding of a spot check waits for its answer now: %(thing)s.")
_FINDING_OVER = gettext_noop("A finding of a spot check was to be answered by %(at)s: %(thing)s.")
_LATE = gettext_noop("%(text)s This was due at %(at)s and is told late, because the engine did not run.")


_BY_TIME = {
    Waits.DONE: (_DONE_SOON, _DONE_NOW, _DONE_OVER),
    Waits.FINDING: (_FINDING_SOON, _FINDING_NOW, _FINDING_OVER),
}


def sentence(clock: Clock, step: Step, *, due_at: datetime, now: datetime, promise: Promise | None) -> str:
    """What waits, for how long, and who has it. Its parts name no address: the reader may have no access."""
    reader = Reader(now)
    facts = {
        "at": reader.instant(clock.due_at),
        "span": reader.span(int((now - begins_at(clock.kind, clock.due_at)).total_seconds())),
    }
    if clock.item:
        facts |= {"thing": item_words(clock.item), "who": _holder(clock.item)}
    elif clock.finding:
        facts |= {"thing": finding_words(clock.finding)}
    elif clock.handover:
        facts |= {"thing": handover_words(clock.handover)}
    elif clock.dispute:
        facts |= _dispute(clock.dispute)
    if promise:
        facts |= {"promise": promise.text}
    return (_(_template(clock, step, due_at)) % facts).strip()


def told_late(text: str, *, due_at: datetime, now: datetime) -> str:
    """The sentence, with the remark that the engine had stood still."""
    return _(_LATE) % {"text": text, "at": Reader(now).instant(due_at)}


def item_words(item: PendingItem) -> str:
    return _("#%(number)s, %(customer)s, %(issue)s (%(post)s)") % {
        "number": item.pk,
        "customer": item.customer,
        "issue": item.issue_type,
        "post": item.post,
    }


def handover_words(handover: Handover) -> str:
    return _("%(post)s, %(shift)s") % {"post": handover.post, "shift": handover.outgoing_shift.name}


def dispute_words(dispute: Dispute) -> str:
    record = handover_words(dispute.handover)
    if dispute.item is None:
        return record
    if not dispute.has_item_here:
        return _("#%(number)s (%(record)s)") % {"number": dispute.item_id, "record": record}
    facts = {"number": dispute.item_id, "customer": dispute.item.customer, "record": record}
    return _("#%(number)s, %(customer)s (%(record)s)") % facts


def _dispute(dispute: Dispute) -> dict[str, str]:
    who = _("%(person)s does it.") % {"person": dispute.rule_by} if dispute.rule_by else ""
    return {"thing": dispute_words(dispute), "rule": dispute.rule, "who": who}


def finding_words(finding: Finding) -> str:
    """Which one, and nothing of what was found: it may be read in a group chat."""
    return _("%(finding)s, handover of %(place)s") % {
        "finding": finding,
        "place": handover_words(finding.handover),
    }


def _holder(item: PendingItem) -> str:
    if item.holder:
        return _("%(person)s has it.") % {"person": item.holder}
    return _("Nobody has it.")


def _template(clock: Clock, step: Step, due_at: datetime) -> str:
    if clock.kind == Waits.PROMISE:
        return _PROMISE_SOON if due_at < clock.due_at else _PROMISE_OVER
    if clock.kind in _BY_TIME:
        soon, now, over = _BY_TIME[Waits(clock.kind)]
        return soon if due_at < clock.due_at else now if due_at == clock.due_at else over
    if clock.kind == Waits.COMPLAINT and due_at >= clock.due_at:
        return _COMPLAINT_OVER
    if due_at <= begins_at(clock.kind, clock.due_at):
        return _AT_ONCE[Waits(clock.kind)]
    if clock.kind == Waits.COMPLAINT and step.only_untaken:
        return _COMPLAINT_UNTAKEN
    return _LATER[Waits(clock.kind)]
