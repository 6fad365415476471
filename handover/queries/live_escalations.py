"""What escalated at the posts a person leads, and nobody has said yet what is being done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from handover.models import Access, Clock, Dispute, Escalation, Finding, Handover, PendingItem, Target, Waits

from .item_words import UNDONE
from .live_board import SHOWN, Part
from .paging import Cursor
from .words import Reader, iso, listed

# What is older stands first among what has broken; here it would only hide what is new.
RECENT = timedelta(days=1)
# So many of the newest steps are looked through for the things they are about.
LOOKED_AT = 500
COLUMNS = {
    "kind": F("clock__kind"),
    "since": F("clock__started_at"),
    "item": F("clock__item_id"),
    "customer": F("clock__item__customer__name"),
    "item_post": F("clock__item__post__name"),
    "handover": F("clock__handover_id"),
    "handover_post": F("clock__handover__post__name"),
    "shift": F("clock__handover__outgoing_shift__name"),
    "dispute": F("clock__dispute_id"),
    "dispute_post": F("clock__dispute__post__name"),
    "disputed_shift": F("clock__dispute__handover__outgoing_shift__name"),
    "finding": F("clock__finding_id"),
    "finding_post": F("clock__finding__post__name"),
}


@dataclass(frozen=True)
class Waiting:
    """The newest step that fired for one thing."""

    pk: int
    url: str
    title: str
    place: str
    said: str  # what has not been done, and since when it waits
    told: str
    label: str
    iso: str
    relative: str


def unacknowledged(access: Access, after: str = "") -> Part:
    """A page of `newest` in words; who says what is done about one covers the older ones of its thing."""
    cursor = Cursor.read(after)
    keys = newest(access)
    if cursor:
        keys = [key for key in keys if key < (cursor.at, cursor.pk)]
    shown = [pk for _at, pk in keys[:SHOWN]]
    found = Escalation.objects.filter(pk__in=shown).order_by("-fired_at", "-pk") if shown else None
    rows = list(found.values("pk", "fired_at", "targets", "told", **COLUMNS)) if found else []
    last = str(Cursor(*keys[SHOWN - 1])) if len(keys) > SHOWN else ""
    return Part(_shape(rows, access), last, is_later=cursor is not None)


def newest(access: Access) -> list[tuple[datetime, int]]:
    """Of each thing at the posts the person leads the newest step that nobody has answered, newest first.

    Told to somebody lately, of what still waits.
    """
    steps = Escalation.objects.filter(
        _led(access),
        acknowledged_at__isnull=True,
        clock__stopped_at__isnull=True,
        fired_at__gt=access.now - RECENT,
    ).exclude(told=[])
    rows = steps.order_by("-fired_at", "-pk").values_list(
        "fired_at", "pk", *(f"clock__{thing}" for thing in Clock.THINGS)
    )
    found: dict[tuple[int | None, ...], tuple[datetime, int]] = {}
    for fired_at, pk, *thing in rows[:LOOKED_AT]:
        found.setdefault(tuple(thing), (fired_at, pk))
    return list(found.values())


def visible(access: Access) -> QuerySet[Escalation]:
    """Escalations of what the person may see, with all that their page names."""
    about = {
        "item": PendingItem.objects.visible_to(access),
        "handover": Handover.objects.visible_to(access),
        "dispute": Dispute.objects.visible_to(access),
        "finding": Finding.objects.visible_to(access),
    }
    seen = Q()
    for thing in Clock.THINGS:
        seen |= Q(**{f"clock__{thing}__in": about[thing]})
    return Escalation.objects.filter(seen).select_related(
        "team",
        "clock__item__customer",
        "clock__item__issue_type",
        "clock__handover__post",
        "clock__handover__outgoing_shift",
        "clock__dispute__handover__post",
        "clock__dispute__handover__outgoing_shift",
        "clock__finding",
    )


def _led(access: Access) -> Q:
    if access.is_administrator:
        return Q()
    posts = access.led_post_ids
    led = Q()
    for thing in Clock.THINGS:
        led |= Q(**{f"clock__{thing}__post__in": posts})
    return Q(team__in=access.supervised_team_ids) | Q(led, team__in=access.roles)


def _shape(rows: Sequence[Any], access: Access) -> list[Waiting]:
    reader = Reader(access.now)
    people = User.objects.filter(pk__in={pk for row in rows for pk in row["told"]}) if rows else []
    names = {person.pk: person.display_name for person in people}
    return [
        Waiting(
            pk=row["pk"],
            url=_url(row),
            title=_title(row),
            place=row["item_post"] or row["handover_post"] or row["dispute_post"] or row["finding_post"],
            said=_("%(what)s. It waits since %(since)s.")
            % {"what": UNDONE[Waits(row["kind"])], "since": reader.instant(row["since"])},
            told=_told(row, names, reader),
            label=_("What is being done about %(thing)s") % {"thing": _title(row)},
            iso=iso(row["fired_at"]),
            relative=reader.relative(row["fired_at"]),
        )
        for row in rows
    ]


def _told(row: Any, names: dict[int, str], reader: Reader) -> str:
    return _("Told at %(at)s: %(people)s (as %(targets)s)") % {
        "at": reader.instant(row["fired_at"]),
        "people": listed(names.get(pk, "") for pk in row["told"]),
        "targets": listed(str(Target(target).label) for target in row["targets"]),
    }


def _url(row: Any) -> str:
    if row["item"]:
        return reverse("item_detail", args=[row["item"]])
    if row["dispute"]:
        return reverse("dispute_detail", args=[row["dispute"]])
    if row["finding"]:
        return reverse("finding_detail", args=[row["finding"]])
    return reverse("handover_detail", args=[row["handover"]])


def _title(row: Any) -> str:
    if row["item"]:
        return f"#{row['item']} {row['customer']}"
    if row["dispute"]:
        return _("Dispute about the handover of %(shift)s") % {"shift": row["disputed_shift"]}
    if row["finding"]:
        return _("Finding F%(number)s") % {"number": row["finding"]}
    return _("Handover of %(shift)s") % {"shift": row["shift"]}
