"""What escalated at the posts a person leads, and nobody has said yet what is being done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from handover.models import Access, Escalation, Handover, PendingItem, Target, Waits

from .live_board import SHOWN, Part
from .paging import Cursor
from .words import Reader, iso, listed

# What is older stands first among what has broken; here it would only hide what is new.
RECENT = timedelta(days=1)
COLUMNS = {
    "kind": F("clock__kind"),
    "since": F("clock__started_at"),
    "item": F("clock__item_id"),
    "customer": F("clock__item__customer__name"),
    "item_post": F("clock__item__post__name"),
    "handover": F("clock__handover_id"),
    "handover_post": F("clock__handover__post__name"),
    "shift": F("clock__handover__outgoing_shift__name"),
}


@dataclass(frozen=True)
class Waiting:
    """The newest step that fired for one thing."""

    pk: int
    url: str
    title: str
    place: str
    what: str
    since: str
    at: str
    iso: str
    relative: str
    told: str


def unacknowledged(access: Access, after: str = "") -> Part:
    """A page of `newest` in words; who says what is done about one covers the older ones of its thing."""
    cursor = Cursor.read(after)
    steps = newest(access)
    if cursor:
        steps = steps.filter(
            Q(fired_at__lt=cursor.at) | Q(fired_at=cursor.at, pk__lt=cursor.pk), fired_at__lte=cursor.at
        )
    rows = list(steps.values("pk", "fired_at", "targets", "told", **COLUMNS)[: SHOWN + 1])
    last = str(Cursor(rows[SHOWN - 1]["fired_at"], rows[SHOWN - 1]["pk"])) if len(rows) > SHOWN else ""
    return Part(_shape(rows[:SHOWN], access), last, is_later=cursor is not None)


def newest(access: Access) -> QuerySet[Escalation]:
    """Of each thing at the posts the person leads the newest step that nobody has answered, newest first."""
    newer = _waiting(access).filter(
        Q(fired_at__gt=OuterRef("fired_at")) | Q(fired_at=OuterRef("fired_at"), pk__gt=OuterRef("pk"))
    )
    steps = _waiting(access).filter(_led(access)).order_by("-fired_at", "-pk")
    steps = steps.exclude(Exists(newer.filter(clock__item=OuterRef("clock__item"))))
    return steps.exclude(Exists(newer.filter(clock__handover=OuterRef("clock__handover"))))


def visible(access: Access) -> QuerySet[Escalation]:
    """Escalations of what the person may see, with all that their page names."""
    items = PendingItem.objects.visible_to(access)
    handovers = Handover.objects.visible_to(access)
    seen = Q(clock__item__in=items) | Q(clock__handover__in=handovers)
    return Escalation.objects.filter(seen).select_related(
        "team",
        "clock__item__customer",
        "clock__item__issue_type",
        "clock__handover__post",
        "clock__handover__outgoing_shift",
    )


def _waiting(access: Access) -> QuerySet[Escalation]:
    """Told to somebody lately, of what still waits."""
    return Escalation.objects.filter(
        acknowledged_at__isnull=True, clock__stopped_at__isnull=True, fired_at__gt=access.now - RECENT
    ).exclude(told=[])


def _led(access: Access) -> Q:
    if access.is_administrator:
        return Q()
    posts = access.led_post_ids
    led = Q(clock__item__post__in=posts) | Q(clock__handover__post__in=posts)
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
            place=row["item_post"] or row["handover_post"],
            what=str(Waits(row["kind"]).label),
            since=reader.instant(row["since"]),
            at=reader.instant(row["fired_at"]),
            iso=iso(row["fired_at"]),
            relative=reader.relative(row["fired_at"]),
            told=_("%(people)s (as %(targets)s)")
            % {
                "people": listed(names.get(pk, "") for pk in row["told"]),
                "targets": listed(str(Target(target).label) for target in row["targets"]),
            },
        )
        for row in rows
    ]


def _url(row: Any) -> str:
    if row["item"]:
        return reverse("item_detail", args=[row["item"]])
    return reverse("handover_detail", args=[row["handover"]])


def _title(row: Any) -> str:
    if row["item"]:
        return f"#{row['item']} {row['customer']}"
    return _("Handover of %(shift)s") % {"shift": row["shift"]}
