"""What a record says of the disputes on it, at each of its lines."""

from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handover.models import Dispute
from handover.queries.disputes import OfRecord, Row

from .ui import icon

register = template.Library()
State = Dispute.State
TONES = {State.OPEN: "chip-urgent", State.DECIDED: "chip-ok"}
LINK = '<a class="chip {}" href="{}">{}{}</a>'
CHIP = '<span class="chip {}">{}{}</span>'
RAISE = (
    '<a class="btn btn-sm btn-link" href="{0}items/{1}/dispute/">{2}{3}'
    '<span class="visually-hidden"> #{1}</span></a>'
)


@register.simple_tag
def line_dispute(disputes: OfRecord, item_id: int) -> SafeString:
    """The newest dispute on a line, and the way to raise one where none is open."""
    row = disputes.of_item(item_id)
    is_open = row is not None and row.dispute.state == State.OPEN
    shown = _chip(row, may_open=disputes.may_open(row)) if row else ""
    if disputes.base and not is_open:
        shown += RAISE.format(disputes.base, item_id, icon("chat"), escape(_("Dispute")))
    return SafeString(f'<div class="cluster">{shown}</div>' if shown else "")


def _chip(row: Row, *, may_open: bool) -> str:
    state = State(row.dispute.state)
    label = {
        State.OPEN: _("Disputed"),
        State.DECIDED: _("Dispute decided"),
        State.WITHDRAWN: _("Dispute withdrawn"),
    }[state]
    tone = TONES.get(state, "")
    if may_open:
        return LINK.format(tone, escape(row.url), icon("chat"), escape(label))
    return CHIP.format(tone, icon("chat"), escape(label))
