"""The choices of a filter, made here and not in a template: a team has forty people, and the list is
asked for all day long."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
SELECTED = SafeString(" selected")


@register.simple_tag
def options(choices: Iterable[tuple[str, Any]], chosen: str) -> SafeString:
    """The inside of a <select>."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SELECTED if value == chosen else "", label) for value, label in choices),
    )
