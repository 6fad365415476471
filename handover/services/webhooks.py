"""Keeps the group chats and programs that are told what escalates in a team."""

from datetime import datetime
from typing import TypedDict

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover.carriers import Reason
from handover.models import Delivery, Webhook
from handover.services import setting_changes

# Whoever reads the trail learns that they changed, and not to what.
SECRETS = ("url", "secret")


class WebhookFacts(TypedDict):
    name: str
    format: str
    url: str
    secret: str
    language: str
    is_active: bool


@transaction.atomic
def create(*, team: Team, facts: WebhookFacts, actor: User, now: datetime) -> Webhook:
    """Raises Conflict where the name is taken."""
    webhook = Webhook(team=team, **facts)
    setting_changes.insert(webhook)
    setting_changes.record(
        what="webhook", thing=webhook, team=team, actor=actor, now=now, changes={"created": True}
    )
    return webhook


@transaction.atomic
def edit(*, webhook: Webhook, facts: WebhookFacts, actor: User, now: datetime) -> None:
    """One that is switched off is not sent what still waits for it. Raises Conflict like `create`."""
    changes = setting_changes.write(webhook, facts)
    told = {name: ["…", "…"] if name in SECRETS else values for name, values in changes.items()}
    setting_changes.record(
        what="webhook", thing=webhook, team=webhook.team, actor=actor, now=now, changes=told
    )
    if not webhook.is_active:
        waiting = webhook.deliveries.filter(state=Delivery.State.WAITING)
        waiting.update(
            state=Delivery.State.GIVEN_UP, next_at=None, settled_at=now, error=Reason.SWITCHED_OFF.value
        )


@transaction.atomic
def test(*, webhook: Webhook, actor: User, now: datetime) -> None:
    """A real message on the way of all others. Twice within a second is once."""
    with translation.override(webhook.language):
        text = _("%(person)s is trying out whether messages of %(team)s arrive here.") % {
            "person": actor,
            "team": webhook.team,
        }
    Delivery.objects.get_or_create(
        webhook=webhook, key=f"test.{now:%Y%m%d%H%M%S}", defaults={"text": text, "at": now, "next_at": now}
    )
