"""What happened, newest first. Made here and not in a template, as the rows of lists are."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

from .ui import icon

register = template.Library()

ENTRY = """<li data-tone="{tone}">
<span class="timeline-mark">{icon}</span>
<div>
<div class="timeline-head"><span><strong>{who}</strong> {what}{link}</span>
<time datetime="{iso}">{at} <span class="rel" data-rel>{relative}</span></time></div>
{chips}{changes}{text}
</div>
</li>"""
LINK = ' · <a href="{}">{}</a>'
CHIP = '<span class="chip">{}</span> '
CHANGE = '<p class="prose small">{}</p>'
TEXT = '<p class="prose">{}</p>'


@register.simple_tag
def timeline(entries: Iterable[dict[str, Any]]) -> SafeString:
    """Entries of `queries.entries`. What people typed is escaped one by one."""
    return SafeString(f'<ol class="timeline">{"".join(map(_entry, entries))}</ol>')


def _entry(entry: dict[str, Any]) -> str:
    return ENTRY.format(
        tone=entry["tone"],
        icon=icon(entry["icon"]),
        who=escape(entry["who"]),
        what=escape(entry["what"]),
        link=LINK.format(escape(entry["url"]), escape(entry["ref"])) if entry["url"] else "",
        iso=entry["iso"],
        at=escape(entry["at"]),
        relative=escape(entry["relative"]),
        chips="".join(CHIP.format(escape(chip)) for chip in entry["chips"]),
        changes="".join(CHANGE.format(escape(change)) for change in entry["changes"]),
        text=TEXT.format(escape(entry["text"])) if entry["text"] else "",
    )
