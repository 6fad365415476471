"""What a supervisor does about something that waits, beside taking it over and passing it on.

Every function is one transaction, holds the row of the thing until its end, and writes its Event.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from handover.errors import InvalidMove, NotAllowed
from handover.models import (
    About,
    Clock,
    Escalation,
    Event,
    Message,
    PendingItem,
    Target,
    Waits,
)
from handover.queries import duty, recipients
from handover.queries.step_words import item_words
from handover.services import clocks, events, outbox
from handover.services.item_changes import note, require_open

# A person is called about one item once in this time, by whomever.
PAUSE = timedelta(minutes=1)
Thing = TypeVar("Thing", bound=models.Model)


@transaction.atomic
def call_holder(*, item: PendingItem, actor: User, now: datetime, text: str = "") -> list[User]:
    """Send a message to who has the item, or to everyone on duty at its post; answers who gets it.

    Nobody is called twice within a minute. Raises InvalidMove where nobody is left to be called, or the item
    is not open.
    """
    fresh = _held(item)
    require_open(fresh)
    chain = duty.chains([fresh.post], now)[fresh.post_id]
    found = recipients.of_step([Target.HOLDER], chain=chain, holder=fresh.holder, parties={actor.pk})
    others = [person for person in found if person != actor]
    if not others:
        raise InvalidMove(_("There is nobody to call but yourself."))
    called = Message.objects.filter(item=fresh, recipient__in=others, at__gt=now - PAUSE)
    lately = set(called.filter(key__startswith="call.").values_list("recipient_id", flat=True))
    people = [person for person in others if person.pk not in lately]
    if not people:
        raise InvalidMove(_("This was done less than a minute ago. Give them a moment."))
    names = [person.display_name for person in people]
    event = note(
        item=fresh, verb=Event.Verb.HOLDER_CALLED, actor=actor, now=now, text=text, data={"told": names}
    )
    outbox.send([_call(person, fresh, actor, text, f"call.{event.pk}") for person in people], now=now)
    return people


@transaction.atomic
def acknowledge(*, escalation: Escalation, text: str, actor: User, now: datetime) -> int:
    """Say what is being done about what escalated; answers how many steps it covers, the older ones too.

    It stops no clock. Raises InvalidMove where somebody has said it already.
    """
    clock = escalation.clock
    _held(clock.thing)
    said = {"acknowledged_by": actor, "acknowledged_at": now, "acknowledgement": text}
    of_thing = Clock.objects.filter(**clock.key)
    waiting = Escalation.objects.filter(clock__in=of_thing, acknowledged_at__isnull=True)
    if not waiting.filter(pk=escalation.pk).exists():
        raise InvalidMove(_("Somebody else has said already what is being done about it."))
    covered = waiting.filter(fired_at__lte=escalation.fired_at).update(**said)
    verb = Event.Verb.ACKNOWLEDGED
    if clock.item:
        note(item=clock.item, verb=verb, actor=actor, now=now, text=text)
    else:
        data = {"dispute": clock.dispute_id} if clock.dispute_id else {}
        events.record(**events.facts(clock), verb=verb, actor=actor, now=now, text=text, data=data)
    return covered


@transaction.atomic
def verify_complaint(*, item: PendingItem, finding: str, actor: User, now: datetime) -> None:
    """Say what a look into the complaint found; it waits for a supervisor no longer.

    Raises NotAllowed for who holds it, and InvalidMove where no complaint waits.
    """
    fresh = _held(item)
    require_open(fresh)
    if fresh.holder_id == actor.pk:
        raise NotAllowed(_("You hold this complaint yourself. Somebody else in charge has to verify it."))
    if not Clock.objects.filter(item=fresh, kind=Waits.COMPLAINT, stopped_at__isnull=True).exists():
        raise InvalidMove(_("No complaint waits here: it is verified already, or none any more."))
    clocks.stop(item=fresh, kinds={Waits.COMPLAINT}, now=now)
    note(item=fresh, verb=Event.Verb.COMPLAINT_VERIFIED, actor=actor, now=now, text=finding)


def _held(thing: Thing) -> Thing:
    """The thing as it is now, locked until the commit. SQLite needs no lock: its writers take turns."""
    return type(thing)._default_manager.select_for_update(no_key=True).get(pk=thing.pk)


def _call(person: User, item: PendingItem, actor: User, text: str, key: str) -> outbox.Letter:
    with translation.override(person.own_language):
        facts = {"person": actor, "thing": item_words(item), "text": text}
        if text:
            said = _("%(person)s asks you to look at this now: %(thing)s. “%(text)s”") % facts
        else:
            said = _("%(person)s asks you to look at this now: %(thing)s.") % facts
    return outbox.Letter(person, About.URGENT, said, key, item=item)
