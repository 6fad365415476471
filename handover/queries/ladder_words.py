"""A ladder in plain sentences, with the names of who would be told now beside its targets."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from handover.ladders import WITH_OWN_TIME, Step
from handover.models import Outlet, Target, Waits

from . import recipients
from .duty import Chain
from .words import Reader, listed

# What the minutes of a ladder count from.
COUNTS_FROM = {
    Waits.TAKEN: gettext_noop("Counts from when it comes into the queue or is handed to somebody."),
    Waits.RESPONSE: gettext_noop("Counts from when the item became urgent; a handover never restarts it."),
    Waits.DONE: gettext_noop(
        "Counts from the time of a reminder, for the others from when they must be done."
    ),
    Waits.PROMISE: gettext_noop("Counts from the time that was promised."),
    Waits.COMPLAINT: gettext_noop("Counts from when the complaint was registered."),
    Waits.IDLE: gettext_noop("Counts from the last progress."),
    Waits.REFUSED: gettext_noop("Counts from when it was refused."),
    Waits.SIGN: gettext_noop("Counts from the end of the shift."),
    Waits.CONFIRM: gettext_noop(
        "Counts from the outgoing signature, at the earliest from the end of the shift."
    ),
    Waits.DISPUTE: gettext_noop("Counts from when the dispute was raised."),
    Waits.RULE: gettext_noop("Counts from the day until which the rule was to be changed."),
    Waits.CHECK: gettext_noop("Counts from the draw, or from when the record was added to it by hand."),
    Waits.FINDING: gettext_noop(
        "Counts from the time by which it is to be put right. Its holder is who is to answer it."
    ),
    Waits.RECHECK: gettext_noop("Counts from the answer."),
}
# Who stands in a chain as just this; where nobody does, the next in the chain is told.
_OWN = {
    Target.POST: "on_duty",
    Target.LEADERS: "leaders",
    Target.DUTY_SUPERVISOR: "duty_supervisors",
    Target.SUPERVISORS: "supervisors",
    Target.ADMINISTRATORS: "administrators",
}


def whom(step: Step) -> str:
    return listed(str(Target(target).label) for target in step.targets)


def until(clock: str) -> str:
    """What of this kind waits for, as a title: "Until a promise is kept"."""
    return _("Until %(what)s") % {"what": Waits(clock).label}


def counts_from(clock: Waits) -> str:
    return _(COUNTS_FROM[clock])


def sentence(clock: str, step: Step, reader: Reader, chain: Chain | None = None) -> str:
    """Such as "After 30 min: tells the duty supervisor (Li Na). Also by email." """
    targets = listed(_target(Target(target), chain) for target in step.targets)
    parts = [_("%(when)s: tells %(whom)s.") % {"when": when(clock, step.minutes, reader), "whom": targets}]
    if step.outlets:
        parts.append(also_by(step))
    if step.only_untaken:
        parts.append(_("Only while nobody has taken it."))
    if step.repeats:
        pause = reader.span(step.repeat_minutes * 60)
        parts.append(
            _("Again every %(pause)s, at most %(times)s times.") % {"pause": pause, "times": step.repeats}
        )
    return " ".join(parts)


def when(clock: str, minutes: int, reader: Reader) -> str:
    span = reader.span(abs(minutes) * 60)
    if minutes < 0:
        return _("%(span)s before") % {"span": span}
    if minutes:
        return _("After %(span)s") % {"span": span}
    return _("At that time") if clock in WITH_OWN_TIME else _("At once")


def also_by(step: Step) -> str:
    if len(step.outlets) == len(Outlet):
        return _("Also by email and in the group chats.")
    return _("Also by email.") if Outlet.EMAIL in step.outlets else _("Also in the group chats.")


def _target(target: Target, chain: Chain | None) -> str:
    """The target with its people; the holder is another one for each item."""
    if chain is None or target == Target.HOLDER:
        return str(target.label)
    people = recipients.of_step([target], chain=chain, holder=None)
    words = {"target": target.label, "names": listed(person.display_name for person in people)}
    if not people:
        return _("%(target)s (nobody)") % words
    if not getattr(chain, _OWN[target]):
        return _("%(target)s (nobody now, therefore %(names)s)") % words
    return _("%(target)s (%(names)s)") % words
