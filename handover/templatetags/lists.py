"""The choices above a list, made here and not in a template: a team has forty people, and the list is asked
for all day long."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
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


@register.simple_tag
def filter_select(field: BoundField, chosen: str) -> SafeString:
    """One choice with its label."""
    return format_html(
        '<div><label class="form-label" for="id_{0}">{1}</label>'
        '<select class="form-select" id="id_{0}" name="{0}">{2}</select></div>',
        field.name,
        field.label,
        options(field.field.choices, chosen),  # type: ignore[attr-defined]  # of a ChoiceField
    )
