"""Small marks of the pages: icons, instants, clocks, badges. Always an icon and words, never colour alone."""

from datetime import datetime
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

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
    Customer.Need.TEXT_ONLY: "ear",
    Customer.Need.SPEAK_SLOWLY: "ear",
    Customer.Need.LARGE_PRINT: "eye",
    Customer.Need.INTERPRETER: "language",
    Customer.Need.SUPERVISOR: "user",
    Customer.Need.OTHER: "note",
    Customer.Need.UNKNOWN: "question",
}


@cache
def _icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; with a label it speaks for itself, without one the words beside it speak."""
    if not label:
        return _icon(name)
    return format_html('{}<span class="visually-hidden">{}</span>', _icon(name), label)


@register.simple_tag
def instant(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """An instant in the current zone with how far away it is; the page keeps the distance fresh."""
    if at is None:
        return ""
    now = now or timezone.now()
    return format_html(
        '<time datetime="{}">{} <span class="rel" data-rel>{}</span></time>',
        words.iso(at),
        words.instant_words(at, now),
        words.relative_words(at, now),
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
    return format_html(
        '<span class="clock" data-state="{}" data-soon="{}">{}'
        '<span>{} · <time datetime="{}" data-rel>{}</time></span></span>',
        clock.state,
        clock.soon_minutes,
        _icon(clock.icon),
        clock.text,
        clock.iso,
        clock.relative,
    )


@register.simple_tag
def need_badge(need: str, note: str = "") -> SafeString | str:
    """What must be known before speaking to this customer; nothing when there is no special need."""
    if not need or need == Customer.Need.NONE:
        return ""
    text = f"{Customer.Need(need).label} · {note}" if note else Customer.Need(need).label
    return format_html(
        '<span class="need">{}<span>{}</span></span>', _icon(NEED_ICONS[Customer.Need(need)]), text
    )


@register.simple_tag
def kind_badge(kind: str, label: str) -> SafeString:
    """Urgent, follow-up or reminder."""
    return format_html('<span class="kind" data-kind="{}">{}{}</span>', kind, _icon(KIND_ICONS[kind]), label)


@register.simple_tag
def stage_badge(stage: str, label: str) -> SafeString:
    """Where the work on an item stands."""
    return format_html(
        '<span class="stage" data-stage="{}">{}{}</span>', stage, _icon(STAGE_ICONS[stage]), label
    )


@register.simple_tag(takes_context=True)
def nav_link(context: template.Context, address: str, icon_name: str, label: str) -> SafeString:
    """One link of the main navigation, marked as current on its page and on the pages below it."""
    path = context["request"].path
    current = path == address if address == "/" else bool(address) and path.startswith(address)
    return format_html(
        '<a href="{}"{}>{}<span>{}</span></a>',
        address,
        mark_safe(' aria-current="page"') if current else "",
        _icon(icon_name),
        label,
    )
