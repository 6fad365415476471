"""What the importing says in words on an item, where the source itself says nothing."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handover.imports.history import ENDS
from handover.imports.rows import Facts
from handover.models import Customer, PendingItem, UnknownFact
from handover.queries.words import listed

from .import_plans import Plan


def unknown_progress(facts: Facts) -> str:
    words = {"stage": facts.stage_word or facts.stage, "person": facts.assigned_to}
    if facts.assigned_to:
        known = _("Not known (imported): the source says only “%(stage)s”, with %(person)s.") % words
    else:
        known = _("Not known (imported): the source says only “%(stage)s”.") % words
    if facts.stage in ENDS:
        return known
    return _("%(known)s Ask at the first contact.") % {"known": known}


def unknown_waiting() -> str:
    return _("not known (imported)")


def result(facts: Facts) -> str:
    """How it ended, with the target of the source as the outcome."""
    if facts.stage not in ENDS:
        return ""
    word = {"stage": facts.stage_word or facts.stage}
    if facts.target_met is None:
        return _("It ended in the source as “%(stage)s”.") % word
    if facts.target_met:
        return _("It ended in the source as “%(stage)s”, within its target time.") % word
    return _("It ended in the source as “%(stage)s”, after its target time.") % word


def imported(item: PendingItem, plan: Plan) -> str:
    """For the entry that says when the item, or news of it, came here."""
    if plan.earlier is None:
        return _new(item)
    added = ngettext(
        "%(count)s update of the source was added.",
        "%(count)s updates of the source were added.",
        plan.new_rows,
    ) % {"count": plan.new_rows}
    if plan.sets_state:
        return added
    return _("%(added)s The item itself stays as it is: it was worked on here.") % {"added": added}


def _new(item: PendingItem) -> str:
    words = {"source": item.source, "reference": item.source_ref}
    if not item.unknown_facts:
        return _("From %(source)s, %(reference)s.") % words
    facts = listed(str(UnknownFact(fact).label) for fact in item.unknown_facts)
    return _("From %(source)s, %(reference)s. Not known: %(facts)s.") % {**words, "facts": facts}


def left_alone(plan: Plan) -> str:
    return ngettext(
        "%(reference)s was worked on here: its %(count)s new update was added to the timeline alone.",
        "%(reference)s was worked on here: its %(count)s new updates were added to the timeline alone.",
        plan.new_rows,
    ) % {"reference": plan.last.reference, "count": plan.new_rows}


def other_need(customer: Customer, facts: Facts) -> str:
    return _(
        "The file says “%(theirs)s” of customer %(customer)s; here it stays “%(ours)s”. Please check."
    ) % {
        "customer": customer.code,
        "theirs": Customer.Need(facts.need).label,
        "ours": customer.get_need_display(),
    }
