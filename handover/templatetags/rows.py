"""One item as a row of a list. Made here and not in a template: fifty of them cost a tenth."""

from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from handover.queries.words import phrase as _

from .ui import clock_chip, icon, kind_badge, need_badge, stage_badge

register = template.Library()

ROW = """<li class="row-item" id="item-{id}" data-kind="{kind}">
<div class="row-kind">{kind_badge}</div>
<div class="row-who">{customer} {need_badge} <span class="row-issue">{issue}</span></div>
<div class="row-title">{news}{progress}</div>
<div class="row-meta"><span class="row-holder">{holder}</span> {stage_badge} {handovers}</div>
<div class="row-clock">{clock}</div>
{more}</li>"""
SNOOZE = '<p class="row-snooze">{}{}</p>'
STEPS = '<div class="row-steps">{}</div>'
SENT = '<button class="btn btn-sm btn-outline-secondary" formaction="{}">{}{}{}</button>'
WAY = '<a class="btn btn-sm btn-outline-secondary" href="{}">{}{}{}</a>'
OF = '<span class="visually-hidden"> #{}</span>'
CUSTOMER = '<a class="row-link" href="{}">{}</a>'
NEWS = '<span class="row-new">{}</span> {}'
HOLDER = '{}<span class="clip">{}</span>'
HANDOVERS = '<span class="num" title="{0}">{1}<span class="visually-hidden">{0}: </span>{2}</span>'


@register.simple_tag
def item_row(row: dict[str, Any]) -> SafeString:
    """A row of `queries.item_rows`, inside <ul class="rows">. What people typed is escaped one by one."""
    return _row(row)


@register.simple_tag
def board_row(row: dict[str, Any]) -> SafeString:
    """A row of `queries.live_board` with what can be done about it, inside a form that its buttons send."""
    snooze = SNOOZE.format(icon("waiting"), escape(row["snooze"])) if row["snooze"] else ""
    of = OF.format(row["id"])
    steps = (
        (SENT if step.is_sent else WAY).format(escape(step.url), icon(step.icon), escape(step.label), of)
        for step in row["steps"]
    )
    return _row(row, snooze + STEPS.format("".join(steps)))


def _row(row: dict[str, Any], more: str = "") -> SafeString:
    return SafeString(
        ROW.format(
            id=row["id"],
            kind=row["kind"],
            kind_badge=kind_badge(row["kind"], row["kind_label"]),
            customer=CUSTOMER.format(escape(row["url"]), escape(row["customer"])),
            need_badge=need_badge(row["need"], row["need_note"]),
            issue=escape(row["issue"]),
            news=_news(row),
            progress=escape(row["progress"]),
            holder=_holder(row),
            stage_badge=stage_badge(row["stage"], row["stage_label"]),
            handovers=_handovers(row["handovers"]),
            clock=clock_chip(row["clock"]),
            more=more,
        )
    )


def _holder(row: dict[str, Any]) -> str:
    if row["holder"]:
        return HOLDER.format(icon("user"), escape(row["holder"]))
    return HOLDER.format(icon("queue"), escape(_("Queue: %(place)s") % {"place": row["place"]}))


def _news(row: dict[str, Any]) -> str:
    """That it changed since the person last looked, and what somebody else did to it."""
    if not row["is_new"]:
        return ""
    news = row.get("news", "")
    return NEWS.format(pgettext("since last look", "New"), escape(f"{news} · " if news else ""))


def _handovers(count: str) -> str:
    return HANDOVERS.format(_("Handed over so often"), icon("handover"), escape(count)) if count else ""
