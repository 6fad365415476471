"""What left the application, what did not, and why, for those who can mend it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import DateTimeField, Q, QuerySet
from django.utils.functional import Promise as StrPromise
from django.utils.translation import gettext as _

from accounts.models import Team
from handover.carriers import Reason
from handover.models import Access, Delivery, Webhook

from .prepared import Rows, prepared

SHOWN = 5
# Older ones are history: nobody needs to mend them.
RECENT = timedelta(days=3)
_NEEDS = ("webhook", "message__recipient")


@dataclass(frozen=True)
class Row:
    """One delivery in words."""

    pk: int
    to: str
    text: str
    at: datetime
    state: str
    label: str
    reason: str | StrPromise
    detail: str
    attempts: int


@dataclass(frozen=True)
class Place:
    """A group chat or program of the team; of its address only the host is shown."""

    webhook: Webhook
    host: str


def places(team: Team) -> list[Place]:
    hooks = team.webhooks.order_by("-is_active", "name", "pk")
    return [Place(hook, urlsplit(hook.url).hostname or "") for hook in hooks]


def of_webhook(webhook: Webhook) -> list[Row]:
    """The latest, newest first."""
    rows = webhook.deliveries.select_related(*_NEEDS).order_by("-at", "-pk")
    return [_row(row) for row in rows[:SHOWN]]


def version(webhook: Webhook) -> str:
    """Changes whenever `of_webhook` does."""
    rows = webhook.deliveries.order_by("-at", "-pk").values_list("pk", "state", "attempts")[:SHOWN]
    return "-".join(f"{pk}.{state}.{attempts}" for pk, state, attempts in rows)


def given_up(access: Access) -> list[Row]:
    """The latest messages that could not be sent, for whoever supervises their team. Mostly there is none."""
    if not _any_given_up(since=access.now - RECENT):
        return []
    recent = mended_by(access).filter(settled_at__gte=access.now - RECENT)
    rows = recent.exclude(webhook__is_active=False).select_related(*_NEEDS)
    return [_row(row) for row in rows.order_by("-settled_at", "-pk")[:SHOWN]]


@prepared(since=DateTimeField())
def _any_given_up(*, since: datetime) -> Rows:
    found = Delivery.objects.filter(state=Delivery.State.GIVEN_UP, settled_at__gte=since)
    return found.values_list("pk")[:1]


def mended_by(access: Access) -> QuerySet[Delivery]:
    """Given up, and of a team that the person supervises; administrators see those of no team as well."""
    rows = Delivery.objects.filter(state=Delivery.State.GIVEN_UP)
    if access.is_administrator:
        return rows
    teams = access.supervised_team_ids
    return rows.filter(
        Q(webhook__team__in=teams) | Q(message__item__team__in=teams) | Q(message__handover__team__in=teams)
    )


def _row(row: Delivery) -> Row:
    reason, _colon, detail = row.error.partition(": ")
    to = _("Email to %(person)s") % {"person": row.message.recipient} if row.message else str(row.webhook)
    return Row(
        pk=row.pk,
        to=to,
        text=row.message.text if row.message else row.text,
        at=row.at,
        state=row.state,
        label=row.get_state_display(),
        reason=Reason(reason).label if reason in Reason.values else "",
        detail=detail,
        attempts=row.attempts,
    )
