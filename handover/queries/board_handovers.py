"""What the first page says about handovers: those that wait for this person, and those that are late."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handover.models import Access, Handover, HandoverLine, Post

from .words import instant_words, relative_words

LATE = 20
COLUMNS = (
    "id",
    "state",
    "boundary_at",
    "submitted_at",
    "outgoing_shift_id",
    "incoming_shift_id",
    "post__name",
    "outgoing_shift__name",
    "questions",
)


@dataclass(frozen=True)
class Card:
    """One handover in words, and the one thing to do about it; without `url` there is nothing to do."""

    title: str
    text: str
    url: str = ""
    label: str = ""
    is_pressing: bool = False


def of_my_shifts(access: Access) -> list[Card]:
    """Handovers of the shifts this person is or was on, as long as they are not ended."""
    own = Q(outgoing_shift__assignments__user=access.user) | Q(incoming_shift__assignments__user=access.user)
    found = Handover.objects.visible_to(access).filter(own, ended_at__isnull=True)
    return [_card(row, access) for row in _read(found)]


def late(access: Access) -> list[Card]:
    """Of the posts this person leads: past their boundary and not signed, or signed and not received."""
    posts = Post.objects.managed_by(access)
    found = Handover.objects.visible_to(access).filter(
        post__in=posts, ended_at__isnull=True, boundary_at__lt=access.now
    )
    return [_late_card(row, access) for row in _read(found)[:LATE]]


def _read(found: QuerySet[Handover]) -> list[dict[str, Any]]:
    asked = Q(lines__answer=HandoverLine.Answer.QUESTIONED)
    rows = found.annotate(questions=Count("lines", filter=asked, distinct=True)).values(*COLUMNS)
    return list(rows.order_by("boundary_at", "pk"))


def _card(row: dict[str, Any], access: Access) -> Card:
    if row["state"] == Handover.State.DRAFT:
        return _draft_card(row, access)
    url = reverse("handover_review", args=[row["id"]])
    if row["incoming_shift_id"] in access.duty_shift_ids:
        text = _("Signed at %(at)s by the shift before yours. Read what burns first, answer each item, sign.")
        at = instant_words(row["submitted_at"], access.now)
        return Card(
            _("Receive the handover of %(place)s") % _place(row), text % {"at": at}, url, _("Receive"), True
        )
    title = _("Handed over: %(place)s") % _place(row)
    if row["questions"]:
        text = ngettext(
            "%(count)s question waits for your answer.",
            "%(count)s questions wait for your answer.",
            row["questions"],
        )
        return Card(title, text % {"count": row["questions"]}, url, _("Answer"), True)
    return Card(title, _("Not confirmed by the next shift yet."), url, _("Open"))


def _draft_card(row: dict[str, Any], access: Access) -> Card:
    ends = {
        "at": instant_words(row["boundary_at"], access.now),
        "relative": relative_words(row["boundary_at"], access.now),
    }
    if row["outgoing_shift_id"] in access.duty_shift_ids:
        return Card(
            _("Hand over %(place)s") % _place(row),
            _("The shift ends at %(at)s (%(relative)s). Look through the items, then sign.") % ends,
            reverse("handover_edit", args=[row["id"]]),
            _("Write and sign"),
            True,
        )
    if row["incoming_shift_id"] in access.duty_shift_ids:
        return Card(
            _("Coming to you: %(place)s") % _place(row),
            _("The shift before yours is still writing its handover; its shift ends at %(at)s.") % ends,
        )
    return Card(
        _("Not signed: %(place)s") % _place(row),
        _("The handover at %(at)s has not been signed yet.") % ends,
    )


def _late_card(row: dict[str, Any], access: Access) -> Card:
    since = {
        "at": instant_words(row["boundary_at"], access.now),
        "relative": relative_words(row["boundary_at"], access.now),
    }
    if row["state"] == Handover.State.DRAFT:
        text, url = _("Not signed. The shift ended at %(at)s (%(relative)s)."), "handover_edit"
    else:
        text, url = _("Signed, but nobody has received it since %(at)s (%(relative)s)."), "handover_review"
    return Card(
        _("%(post)s, %(shift)s") % _names(row),
        text % since,
        reverse(url, args=[row["id"]]),
        _("Open"),
    )


def _place(row: dict[str, Any]) -> dict[str, str]:
    return {"place": _("%(post)s, %(shift)s") % _names(row)}


def _names(row: dict[str, Any]) -> dict[str, str]:
    return {"post": row["post__name"], "shift": row["outgoing_shift__name"]}
