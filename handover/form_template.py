"""The sections of the handover form. The version is part of what is signed: raise it with every change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NAME = "shift_change"
VERSION = 1

CHECKLIST = "checklist"
FACTS = "facts"
TEXT = "text"

OK = "ok"
FAULT = "fault"
CHECK_CHOICES = ((OK, pgettext_lazy("checklist", "In order")), (FAULT, pgettext_lazy("checklist", "Fault")))


@dataclass(frozen=True)
class Line:
    """One line of a checklist, or one figure of the shift facts."""

    key: str
    label: "_StrPromise"

    @property
    def note_label(self) -> str:
        """Of the note beside a line of a checklist."""
        return gettext("Note: %(line)s") % {"line": self.label}


@dataclass(frozen=True)
class FormSection:
    """One section: a checklist, figures or a text. `required` ones count in the completeness score."""

    key: str
    kind: str
    title: "_StrPromise"
    help_text: "_StrPromise"
    lines: tuple[Line, ...] = ()
    required: bool = True

    def field_names(self) -> list[str]:
        """The names under which the answers stand in the saved and signed body."""
        if self.kind == TEXT:
            return ["text"]
        if self.kind == FACTS:
            return [line.key for line in self.lines]
        return [name for line in self.lines for name in (line.key, f"{line.key}_note")]

    def is_complete(self, body: dict[str, str]) -> bool:
        needed = ["text"] if self.kind == TEXT else [line.key for line in self.lines]
        return all(body.get(name, "") for name in needed)


SECTIONS = (
    FormSection(
        "equipment",
        CHECKLIST,
        _("Equipment"),
        _("Check before you leave: repairs are hard to get at night. A fault needs a note."),
        (
            Line("computer", _("Computer runs without lag")),
            Line("phone", _("Phone lines are clear")),
            Line("headset", _("Headset and microphone work")),
            Line("network", _("Network and service systems can be reached")),
        ),
    ),
    FormSection(
        "supplies",
        CHECKLIST,
        _("Supplies"),
        _("What the next shift needs when a system fails."),
        (
            Line("paper", _("Printer paper")),
            Line("notepads", _("Notepads and pens")),
            Line("ticket_forms", _("Paper ticket forms for a system failure")),
        ),
    ),
    FormSection(
        "workstation",
        CHECKLIST,
        _("Workstation"),
        _("Leave the desk as you would want to find it."),
        (
            Line("desk", _("Desk is tidy")),
            Line("tools", _("Shared tools are in their place")),
            Line("signed_out", _("Signed out of customer systems")),
        ),
    ),
    FormSection(
        "instructions",
        TEXT,
        _("Instructions from above"),
        _("What leaders asked for or announced in this shift. Write “none” if there was nothing."),
    ),
    FormSection(
        "facts",
        FACTS,
        _("Shift facts"),
        _("From your phone and chat system. Average times in seconds."),
        (
            Line("answered", _("Contacts answered")),
            Line("handled", _("Enquiries handled")),
            Line("solved", _("Issues solved")),
            Line("talk_seconds", _("Average talk time (s)")),
            Line("response_seconds", _("Average response time (s)")),
        ),
    ),
    FormSection(
        "not_handed_over",
        TEXT,
        _("Not handed over, and why"),
        _("What stays with you or could not be passed on. Write “none” if everything is handed over."),
    ),
    FormSection(
        "notes",
        TEXT,
        _("Notes"),
        _("Anything else the next shift should know. Never write a password here."),
        required=False,
    ),
)

BY_KEY = {section.key: section for section in SECTIONS}
