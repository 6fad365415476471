"""The items of a coming cut with the form to check each. Made here and not in a template, like the lines."""

from collections.abc import Iterable
from html import escape

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString

from handover.queries.record_words import ShownLine
from handover.queries.words import phrase as _
from handover.queries.workspace import WorkLine

from .lines import line_text
from .ui import csrf_field, icon

register = template.Library()

LINE = """<article class="line" id="item-{item}" data-kind="{kind}">
{text}
{check}
</article>"""
CHECK = """<form class="cluster" method="post" action="{base}{item}/check/">
{token}
{reason}
<div class="form-check">
<input class="form-check-input" type="checkbox" id="told-{item}" name="told_orally"{told}>
<label class="form-check-label" for="told-{item}">{told_words}</label></div>
<button class="btn btn-sm {style}">{icon}{check_words}</button>
<a class="btn btn-sm btn-link" href="{url}">{open_words}</a>
</form>"""
REASON = """<div class="flex-fill"><label class="form-label" for="reason-{0}">{1}</label>
<input class="form-control" id="reason-{0}" name="missing_reason" maxlength="400" required value="{2}">
</div>"""


@register.simple_tag(takes_context=True)
def work_lines(context: RequestContext, lines: Iterable[WorkLine]) -> SafeString:
    """What people typed is escaped one by one. Who reads along sees no form."""
    token = csrf_field(context)
    base = f"/handovers/{context['handover'].pk}/items/"
    return SafeString(
        "".join(
            LINE.format(
                item=line.shown.item,
                kind=line.shown.kind,
                text=line_text(line.shown, line.clock),
                check=_check(line.shown, base, token) if context["may_edit"] else "",
            )
            for line in lines
        )
    )


def _check(line: ShownLine, base: str, token: str) -> str:
    return CHECK.format(
        base=base,
        item=line.item,
        token=token,
        reason=_reason(line) if line.kind == "urgent" and line.missing else "",
        told=" checked" if line.told_orally else "",
        told_words=escape(_("Also told orally")),
        style="btn-outline-secondary" if line.checked else "btn-primary",
        icon=icon("check"),
        check_words=escape(_("Check again") if line.checked else _("Checked")),
        url=line.url,
        open_words=escape(_("Open the item")),
    )


def _reason(line: ShownLine) -> str:
    return REASON.format(line.item, escape(_("Why it goes out like this")), escape(line.missing_reason))
