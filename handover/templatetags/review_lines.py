"""The lines of a handover as their receiver works through them. Made here and not in a template: fifteen of
them, with what can be done with each, cost a third of their page."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString

from handover.models import HandoverLine
from handover.queries.disputes import OfRecord
from handover.queries.review import ReviewLine
from handover.queries.words import phrase as _

from .disputes import line_dispute
from .lines import DECIDED, READ_BACK, REASON, REMARK, THREAD, TONES, held, line_text, opens_items
from .timelines import timeline
from .ui import csrf_field, icon, instant

register = template.Library()
Answer = HandoverLine.Answer

LINE = """<article class="line" id="item-{item}" data-kind="{kind}">
{text}
{since}
<div class="cluster small"><span class="chip{tone}">{answer}</span>{by}</div>
{decided}{reason}{read_back}{thread}{actions}
<div class="cluster">{steps}</div>
</article>"""
SINCE = '<div class="notice"><div><strong>{}</strong>{}</div></div>'
BY = '<span class="muted">{} · {}</span>'
LACKING = '<div class="notice notice-warning">{}<div>{}</div></div>'
ACTIONS = '<div class="line-actions">{}<div class="cluster">{}{}</div></div>'
FORM = '<form method="post" action="{}{}/">{}{}</form>'
BUTTON = '<button class="btn btn-sm {}">{}{}</button>'
WAY = '<a class="btn btn-sm {}" href="{}{}/">{}{}</a>'
ACCEPT_URGENT = """
<label class="form-label" for="read-{pk}">{question}</label>
<textarea class="form-control" id="read-{pk}" name="read_back" rows="2" maxlength="400" required></textarea>
<div class="cluster mt-2">{button}<div class="form-check">
<input class="form-check-input" type="checkbox" id="heard-{pk}" name="heard_orally">
<label class="form-check-label" for="heard-{pk}">{heard}</label></div></div>"""
PRIMARY, SECONDARY, LINK = "btn-primary", "btn-outline-secondary", "btn-link"


@dataclass(frozen=True)
class Rights:
    """What the person who reads the page may do with its lines."""

    answer: bool
    reply: bool
    decide: bool
    is_sender: bool
    opens_items: bool


@register.simple_tag(takes_context=True)
def review_lines(context: RequestContext, lines: Iterable[ReviewLine]) -> SafeString:
    """What people typed is escaped one by one."""
    rights = Rights(
        context["may_answer"],
        context["may_reply"],
        context["may_decide"],
        context["is_sender"],
        opens_items(context),
    )
    token = csrf_field(context)
    return SafeString("".join(_line(line, rights, context["disputes"], token) for line in lines))


def _line(line: ReviewLine, rights: Rights, disputes: OfRecord, token: str) -> str:
    row = line.row
    return LINE.format(
        item=row.item_id,
        kind=line.frozen.kind,
        text=line_text(line.frozen, line.clock, is_linked=rights.opens_items),
        since=SINCE.format(escape(_("Since it was signed")), timeline(line.since)) if line.since else "",
        tone=TONES.get(row.answer, ""),
        answer=escape(_answer(line)),
        by=BY.format(escape(row.answered_by.display_name), instant(row.answered_at))
        if row.answered_by
        else "",
        decided=_decided(row) if row.answer == Answer.DECIDED else "",
        reason=REASON.format(escape(row.reason)) if row.reason else "",
        read_back=_read_back(line),
        thread=_thread(line),
        actions=_actions(line, token) if rights.answer and line.is_open else "",
        steps=_steps(line, rights, token) + line_dispute(disputes, row.item_id),
    )


def _answer(line: ReviewLine) -> str:
    return _("Replied: it waits for the receiver’s answer again") if line.is_replied else line.answer


def _decided(row: HandoverLine) -> str:
    return DECIDED.format(held(row.decided_holder.display_name if row.decided_holder else ""))


def _read_back(line: ReviewLine) -> str:
    if line.row.read_back:
        return READ_BACK.format(escape(_("Read back:")), escape(line.row.read_back))
    if line.lacks_read_back:
        return LACKING.format(icon("answer"), escape(_("Urgent and taken, but not read back yet.")))
    return ""


def _thread(line: ReviewLine) -> str:
    said = (
        REMARK.format(escape(remark.by or ""), instant(remark.at), escape(remark.text))
        for remark in line.remarks
    )
    return THREAD.format("".join(said)) if line.remarks else ""


def _actions(line: ReviewLine, token: str) -> str:
    """To accept it, with a read-back where it is urgent; to ask about it; to refuse it."""
    accept = BUTTON.format(PRIMARY, icon("check"), escape(_("Accept: it is mine")))
    if line.is_urgent:
        accept = ACCEPT_URGENT.format(
            pk=line.row.pk,
            question=escape(_("Read back: what will you do, and by when?")),
            button=accept,
            heard=escape(_("Also heard orally")),
        )
    return ACTIONS.format(
        FORM.format(line.address, "accept", token, accept),
        _way(line, "question", "question", _("Ask")),
        _way(line, "refuse", "refuse", _("Refuse")),
    )


def _steps(line: ReviewLine, rights: Rights, token: str) -> str:
    """What else can be done with it, by either side or who supervises."""
    steps = ""
    if rights.answer and line.lacks_read_back:
        steps += _way(line, "read-back", "answer", _("Read back"), PRIMARY)
    if rights.answer and line.may_undo:
        button = BUTTON.format(LINK, icon("undo"), escape(_("Take it back (5 min)")))
        steps += FORM.format(line.address, "undo", token, button)
    if rights.is_sender or (rights.reply and (line.remarks or line.row.read_back)):
        steps += _way(line, "reply", "chat", _("Reply"))
    if rights.decide and line.is_open:
        steps += _way(line, "decide", "shield", _("Decide who holds it"))
    return steps


def _way(line: ReviewLine, step: str, icon_name: str, words: str, style: str = SECONDARY) -> str:
    return WAY.format(style, line.address, step, icon(icon_name), escape(words))
