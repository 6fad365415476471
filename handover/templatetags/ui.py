"""Small marks of the pages: icons, instants, clocks, badges. Always an icon and words, never colour alone."""

from collections.abc import Hashable
from datetime import datetime
from functools import cache, lru_cache
from html import escape

from django import template
from django.conf import settings
from django.template import RequestContext
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from handover.models import Customer
from handover.queries import words

register = template.Library()

KIND_ICONS = {"urgent": "urgent", "follow_up": "follow-up", "reminder": "reminder"}
STAGE_ICONS = {
    "registered": "registered",
    "in_progress": "progress",
    "waiting": "waiting",
    "resolved": "resolved",
    "closed": "closed",
    "cancelled": "cancelled",
    "reopened": "undo",
}
NEED_ICONS = {
    "text_only": "ear",
    "speak_slowly": "ear",
    "large_print": "eye",
    "interpreter": "language",
    "supervisor": "user",
    "other": "note",
    "unknown": "question",
}
# Parts of the site that are reached from another one.
PARTS = {
    **dict.fromkeys(("disputes", "spot-checks", "trends", "figures", "weekly", "trail"), "supervision"),
    **dict.fromkeys(("swaps", "calendars", "shifts", "assignments"), "roster"),
}
NEEDS = {need.value: need.label for need in Customer.Need}


@cache
def _icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def same_for_all(template_name: str, **facts: Hashable) -> SafeString:
    """A part of every page that knows these facts alone: rendered once for them in each language."""
    if settings.DEBUG:  # so that who changes it sees it
        return SafeString(get_template(template_name).render(facts))
    return _rendered(template_name, get_language(), **facts)


@lru_cache(maxsize=1024)
def _rendered(template_name: str, _language: str | None, **facts: Hashable) -> SafeString:
    return SafeString(get_template(template_name).render(facts))


@register.filter
def section(path: str) -> str:
    """The part of the site that a page belongs to: "/items/" of "/items/7/edit/"."""
    first = path[1:].partition("/")[0]
    first = PARTS.get(first, first)
    return f"/{first}/" if first else "/"


def csrf_field(context: RequestContext) -> SafeString:
    """What {% csrf_token %} writes, for forms that are made in a tag."""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', context["csrf_token"])


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; with a label it speaks for itself, without one the words beside it speak."""
    if not label:
        return _icon(name)
    return format_html('{}<span class="visually-hidden">{}</span>', _icon(name), label)


@register.simple_tag
def instant(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """An instant in the current zone with how far away it is; the page keeps the distance fresh."""
    return time_element(at, words.Reader(now or timezone.now())) if at else ""


def time_element(at: datetime, reader: words.Reader) -> SafeString:
    """The same for one reader of many instants."""
    return SafeString(
        f'<time datetime="{words.iso(at)}">{escape(reader.instant(at))} '
        f'<span class="rel" data-rel>{escape(reader.relative(at))}</span></time>'
    )


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """A whole instant without its distance: for what is signed, printed or exported."""
    if at is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', words.iso(at), words.moment_words(at))


@register.simple_tag
def clock(kind: str, due_at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """One clock of an item: which one, until when, how far away, and its state."""
    if due_at is None:
        return ""
    return clock_chip(words.clock_words(kind, due_at, now or timezone.now()))


@register.filter
def clock_chip(clock: words.ClockWords | None) -> SafeString | str:
    """The same for words that a query has made already, as in the rows of a list."""
    if clock is None:
        return ""
    return SafeString(
        f'<span class="clock" data-state="{clock.state}" data-soon="{clock.soon_minutes}">{_icon(clock.icon)}'
        f'<span>{escape(clock.text)} · <time datetime="{clock.iso}" data-rel>{escape(clock.relative)}</time>'
        "</span></span>"
    )


@register.simple_tag
def need_badge(need: str, note: str = "") -> str:
    """What must be known before speaking to this customer; nothing when there is no special need."""
    if need not in NEED_ICONS:
        return ""
    more = f'<span class="need-note"> · {escape(note)}</span>' if note else ""
    words = f"<span>{escape(str(NEEDS[need]))}{more}</span>"
    return SafeString(f'<span class="need">{_icon(NEED_ICONS[need])}{words}</span>')


@register.simple_tag
@lru_cache(maxsize=64)
def kind_badge(kind: str, label: str) -> SafeString:
    """Urgent, follow-up or reminder."""
    return format_html('<span class="kind" data-kind="{}">{}{}</span>', kind, _icon(KIND_ICONS[kind]), label)


@register.simple_tag
@lru_cache(maxsize=64)
def stage_badge(stage: str, label: str) -> SafeString:
    """Where the work on an item stands."""
    return format_html(
        '<span class="stage" data-stage="{}">{}{}</span>', stage, _icon(STAGE_ICONS[stage]), label
    )


@register.simple_tag
def nav_link(address: str, icon_name: str, label: str, current: str) -> SafeString:
    """One link of the main navigation, marked in the whole section that it leads to."""
    return format_html(
        '<a href="{}"{}>{}<span>{}</span></a>',
        address,
        mark_safe(' aria-current="page"') if address == current else "",
        _icon(icon_name),
        label,
    )
