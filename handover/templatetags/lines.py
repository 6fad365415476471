"""One line of a handover as it is signed, and what was answered to it. Made here and not in a template:
fifteen of them cost a tenth."""

from collections.abc import Iterable
from html import escape

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from handover.queries.answers import AnsweredLine
from handover.queries.disputes import OfRecord
from handover.queries.record_words import ShownAnswer, ShownLine
from handover.queries.words import ClockWords
from handover.queries.words import phrase as _

from .disputes import line_dispute
from .ui import clock_chip, icon, kind_badge, need_badge, stage_badge

register = template.Library()

RECORDED = """<article class="line" id="item-{item}" data-kind="{kind}">
{text}
{answer}{answer_back}{dispute}
</article>"""
ANSWERED_BACK = '<p class="mb-0 small">{} {} <span class="prose">{}</span></p>'

LINE = """<div class="row-who">
{kind_badge}
{customer}
<span class="muted small num">{numbers}</span>
</div>
<div class="cluster">{need_badge}<span class="chip">{issue_type}</span>{stage_badge}{clock}{handovers}</div>
<p class="prose mb-0">{progress}</p>
{facts}{missing}
<div class="cluster muted small">
{holder}
{checked}
{told}
</div>"""
CUSTOMER = '<a href="{}"><strong>{}</strong></a>'
NO_ITEM = "<strong>{}</strong>"
FACTS = '<dl class="facts small">{}</dl>'
FACT = "<dt>{}</dt><dd>{}</dd>"
HANDOVERS = '<span class="chip chip-quiet">{}{}</span>'
MISSING = '<div class="notice notice-danger">{}<div>{}</div></div>'
SAID = "<span>{} {}</span>"
UNCHECKED = '<span class="chip chip-soon">{}</span>'

ANSWER = """<div class="stack">
<div class="cluster small"><span class="chip{tone}">{label}</span>{by}{heard}</div>
{holder}{reason}{read_back}{thread}
</div>"""
TONES = {
    "accepted": " chip-ok",
    "received": " chip-ok",
    "decided": " chip-ok",
    "refused": " chip-urgent",
    "questioned": " chip-soon",
    "none": " chip-soon",
}
BY = '<span class="muted">{} · {}</span>'
HEARD = '<span class="muted">{} {}</span>'
DECIDED = '<p class="mb-0 small">{}</p>'
REASON = '<p class="prose mb-0">{}</p>'
READ_BACK = '<blockquote class="readback"><span class="small">{}</span> {}</blockquote>'
THREAD = '<div class="thread">{}</div>'
REMARK = """<p class="mb-0"><strong>{}</strong> <span class="muted small">{}</span><br>
<span class="prose">{}</span></p>"""


def opens_items(context: RequestContext) -> bool:
    """Whoever signed reads the record off duty too, but not the items."""
    return context["handover"].team_id in context["request"].access.read_team_ids


@register.simple_tag(takes_context=True)
def record_lines(
    context: RequestContext,
    lines: Iterable[tuple[ShownLine, ShownAnswer | None, AnsweredLine | None]],
    disputes: OfRecord,
) -> SafeString:
    """The signed lines of a record, each with its answer and what became of it (queries.handovers.paired)."""
    is_linked = opens_items(context)
    return SafeString(
        "".join(
            RECORDED.format(
                item=line.item,
                kind=line.kind,
                text=line_text(line, is_linked=is_linked),
                answer=line_answer(answer) if answer else "",
                answer_back=_answer_back(row) if row and row.answer_back else "",
                dispute=line_dispute(disputes, line.item),
            )
            for line, answer, row in lines
        )
    )


def _answer_back(row: AnsweredLine) -> str:
    who = _("%(name)s answered back:") % {"name": row.answer_back_by}
    return ANSWERED_BACK.format(icon("answer"), escape(who), escape(row.answer_back))


@register.simple_tag
def line_text(line: ShownLine, clock: ClockWords | None = None, *, is_linked: bool = True) -> SafeString:
    """The text of one line; a live page shows its clock too. What people typed is escaped one by one."""
    customer = escape(line.customer)
    return SafeString(
        LINE.format(
            kind_badge=kind_badge(line.kind, line.kind_label),
            customer=CUSTOMER.format(line.url, customer) if is_linked else NO_ITEM.format(customer),
            numbers=escape(" · ".join(filter(None, (f"#{line.item}", line.code, line.phone)))),
            need_badge=need_badge(line.need, line.need_note),
            issue_type=escape(line.issue_type),
            stage_badge=stage_badge(line.stage, line.stage_label),
            clock=clock_chip(clock),
            handovers=_handovers(line.handovers),
            progress=escape(line.progress),
            facts=_facts(line.facts),
            missing=_missing(line),
            holder=held(line.holder),
            checked=_checked(line),
            told=SAID.format(icon("phone"), escape(_("also told orally"))) if line.told_orally else "",
        )
    )


def _handovers(count: int) -> str:
    if not count:
        return ""
    words = ngettext("handed over once before", "handed over %(n)s times before", count) % {"n": count}
    return HANDOVERS.format(icon("handover"), escape(words))


def _facts(facts: list[tuple[str, str]]) -> str:
    rows = "".join(FACT.format(escape(label), escape(words)) for label, words in facts)
    return FACTS.format(rows) if rows else ""


def _missing(line: ShownLine) -> str:
    if not line.missing:
        return ""
    said = escape(" ".join((_("Missing:"), " · ".join(line.missing))))
    why = escape(" ".join((_("Why it goes out like this:"), line.missing_reason)))
    return MISSING.format(icon("warning"), f"{said}<br>{why}" if line.missing_reason else said)


def held(name: str) -> str:
    """Who has an item."""
    if not name:
        return SAID.format(icon("queue"), escape(_("in the queue")))
    return SAID.format(icon("user"), escape(_("held by %(name)s") % {"name": name}))


def _checked(line: ShownLine) -> str:
    if line.checked:
        return SAID.format(icon("check"), escape(_("checked by %(name)s") % {"name": line.checked_by}))
    return UNCHECKED.format(escape(_("not checked by its holder") if line.holder else _("not checked")))


@register.simple_tag
def line_answer(answer: ShownAnswer) -> SafeString:
    """What the receiving side said of a line."""
    return SafeString(
        ANSWER.format(
            tone=TONES.get(answer.answer, ""),
            label=escape(answer.label),
            by=BY.format(escape(answer.by), escape(answer.at)) if answer.by else "",
            heard=HEARD.format(icon("phone"), escape(_("also heard orally"))) if answer.heard_orally else "",
            holder=DECIDED.format(held(answer.holder)) if answer.answer == "decided" else "",
            reason=REASON.format(escape(answer.reason)) if answer.reason else "",
            read_back=_read_back(answer.read_back),
            thread=_thread(answer.remarks),
        )
    )


def _read_back(words: str) -> str:
    return READ_BACK.format(escape(_("Read back:")), escape(words)) if words else ""


def _thread(remarks: list[tuple[str, str, str]]) -> str:
    said = "".join(REMARK.format(*map(escape, remark)) for remark in remarks)
    return THREAD.format(said) if said else ""
