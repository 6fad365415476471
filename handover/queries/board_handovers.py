"""What the first page says about handovers: those that wait for this person, and those that are late."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from handover.models import Access, Assignment, Handover, Post

from . import receipts
from .hours import in_service_from
from .paper import IS_FROM_PAPER
from .prepared import Rows, prepared
from .words import instant_words, relative_words

SHOWN = 20
RECENT, SOON = timedelta(days=7), timedelta(days=1)
NOT_SIGNED = gettext_noop("Not signed. The shift ended at %(at)s (%(relative)s).")
COLUMNS = (
    "id",
    "state",
    "boundary_at",
    "submitted_at",
    "round_count",
    "outgoing_shift_id",
    "incoming_shift_id",
    "post_id",
    "post__name",
    "outgoing_shift__name",
)
SHIFT_COLUMNS = ("pk", "carried_on", "ends_at", "name", "post__name")


@dataclass(frozen=True)
class Card:
    """One handover in words, and the one thing to do about it; without `url` there is nothing to do yet."""

    title: str
    text: str
    url: str = ""
    label: str = ""
    is_pressing: bool = False
    from_paper: bool = False


def of_my_shifts(access: Access) -> list[Card]:
    """Handovers of the shifts this person is or was on lately, as long as they are not ended."""
    around = _shifts_of(user=access.user.pk, after=access.now - RECENT, before=access.now + SOON)
    shifts = {shift[0]: dict(zip(SHIFT_COLUMNS, shift, strict=True)) for shift in around}
    if not shifts:
        return []
    # What `visible_to` would find by asking the roster once more: own shifts in teams one still belongs to.
    own = Q(outgoing_shift__in=list(shifts)) | Q(incoming_shift__in=list(shifts))
    rows = _read(Handover.objects.filter(own, team__in=access.roles))
    cards = [_card(row | {"outgoing": row["outgoing_shift_id"] in shifts}, access) for row in rows]
    return [*_with_paper(cards, rows), *_alone_cards(shifts.values(), access)]


@prepared(user=BigIntegerField(), after=DateTimeField(), before=DateTimeField())
def _shifts_of(*, user: int, after: datetime, before: datetime) -> Rows:
    mine = Assignment.objects.effective().filter(user=user)  # a person stands on a shift once
    around = mine.filter(shift__ends_at__gt=after, shift__starts_at__lt=before)
    return around.values_list(*(f"shift__{name}" for name in SHIFT_COLUMNS))


def late(access: Access) -> list[Card]:
    """Of the posts this person leads: past their boundary and not signed, or signed and not received."""
    found = Handover.objects.filter(boundary_at__lt=access.now)
    if not access.is_administrator:
        found = found.filter(Q(team__in=access.supervised_team_ids) | Q(post__in=access.led_post_ids))
    rows = _once_open(_read(found), access.now)
    return _with_paper([_late_card(row, access) for row in rows], rows)


def _once_open(rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """While a post is closed nobody could sign or receive: its handovers are late from the next opening."""
    if not rows:
        return []
    places = Post.objects.select_related("team").prefetch_related("service_hours")
    posts = places.in_bulk({row["post_id"] for row in rows})
    return [row for row in rows if in_service_from(posts[row["post_id"]], row["boundary_at"]) <= now]


def _with_paper(cards: list[Card], rows: list[dict[str, Any]]) -> list[Card]:
    """Typed from paper or not, a handover is late by the same clock; the card says so beside it."""
    return [replace(card, from_paper=row["from_paper"]) for card, row in zip(cards, rows, strict=True)]


def _read(found: QuerySet[Handover]) -> list[dict[str, Any]]:
    """Those that are not ended, the oldest first, and how far the signed ones have been received."""
    found = found.filter(ended_at__isnull=True).order_by("boundary_at", "pk")
    rows = list(found.values(*COLUMNS, from_paper=IS_FROM_PAPER)[:SHOWN])
    signed = [row["id"] for row in rows if row["state"] == Handover.State.SUBMITTED]
    found_receipts = receipts.read(signed)
    return [row | {"receipt": found_receipts.get(row["id"], receipts.Receipt())} for row in rows]


def _card(row: dict[str, Any], access: Access) -> Card:
    draft = row["state"] == Handover.State.DRAFT
    if row["outgoing"]:
        return _writing_card(row, access) if draft else _written_card(row)
    return _coming_card(row, access) if draft else _receiving_card(row, access)


def _writing_card(row: dict[str, Any], access: Access) -> Card:
    """For the outgoing shift; once off duty one cannot sign any more."""
    if row["outgoing_shift_id"] in access.duty_shift_ids:
        return Card(
            _("Hand over %(place)s") % _place(row),
            _writing_words(row, access) % _boundary(row, access),
            reverse("handover_edit", args=[row["id"]]),
            _("Write and sign"),
            True,
        )
    return Card(
        _("Not signed: %(place)s") % _place(row),
        _("The handover at %(at)s has not been signed yet.") % _boundary(row, access),
    )


def _writing_words(row: dict[str, Any], access: Access) -> str:
    if row["round_count"]:
        return _(
            "It was returned. Read why, mend it and sign again. End of the shift: %(at)s (%(relative)s)."
        )
    if row["boundary_at"] <= access.now:
        return _(NOT_SIGNED)
    return _("The shift ends at %(at)s (%(relative)s). Look through the items, then sign.")


def _written_card(row: dict[str, Any]) -> Card:
    title, url = _("Handed over: %(place)s") % _place(row), reverse("handover_review", args=[row["id"]])
    if row["receipt"].has_question:
        return Card(title, _("A question waits for your answer."), url, _("Answer"), True)
    text = _being_received(row["receipt"]) or _("Not confirmed by the next shift yet.")
    return Card(title, text, url, _("Open"))


def _being_received(receipt: receipts.Receipt) -> str:
    return receipt.by and _("Being received by %(person)s: %(answered)d of %(lines)d answered.") % {
        "person": receipt.by,
        "answered": receipt.answered,
        "lines": receipt.lines,
    }


def _coming_card(row: dict[str, Any], access: Access) -> Card:
    return Card(
        _("Coming to you: %(place)s") % _place(row),
        _("The shift before yours is still writing its handover; its shift ends at %(at)s.")
        % _boundary(row, access),
    )


def _receiving_card(row: dict[str, Any], access: Access) -> Card:
    title, url = (
        _("Receive the handover of %(place)s") % _place(row),
        reverse("handover_review", args=[row["id"]]),
    )
    if row["receipt"].has_reply:
        return Card(title, _("Your question was answered. Answer the item again."), url, _("Open"), True)
    at = {"at": instant_words(row["submitted_at"], access.now)}
    if row["incoming_shift_id"] in access.duty_shift_ids:
        text = _("Signed at %(at)s by the shift before yours. Read what burns first, answer each item, sign.")
        return Card(title, text % at, url, _("Receive"), True)
    return Card(title, _("Signed at %(at)s. Check in to receive it.") % at, url, _("Open"))


def _alone_cards(shifts: Iterable[dict[str, Any]], access: Access) -> list[Card]:
    """Why no handover comes to whoever works on alone."""
    title, text = (
        _("You work on alone: %(place)s"),
        _("Nobody else is on the next shift, so nothing is handed over at %(at)s. Your items stay with you."),
    )
    return [
        Card(
            title % {"place": _("%(post)s, %(shift)s") % {"post": row["post__name"], "shift": row["name"]}},
            text % {"at": instant_words(row["ends_at"], access.now)},
        )
        for row in shifts
        if row["carried_on"] and row["ends_at"] > access.now
    ]


def _late_card(row: dict[str, Any], access: Access) -> Card:
    if row["state"] == Handover.State.DRAFT:
        text, url = _(NOT_SIGNED), "handover_edit"
    else:
        text, url = _("Signed, but nobody has received it since %(at)s (%(relative)s)."), "handover_review"
    words = _being_received(row["receipt"]) or text % _boundary(row, access)
    title = _("%(post)s, %(shift)s") % _names(row)
    return Card(title, words, reverse(url, args=[row["id"]]), _("Open"))


def _boundary(row: dict[str, Any], access: Access) -> dict[str, str]:
    at = row["boundary_at"]
    return {"at": instant_words(at, access.now), "relative": relative_words(at, access.now)}


def _place(row: dict[str, Any]) -> dict[str, str]:
    return {"place": _("%(post)s, %(shift)s") % _names(row)}


def _names(row: dict[str, Any]) -> dict[str, str]:
    return {"post": row["post__name"], "shift": row["outgoing_shift__name"]}
