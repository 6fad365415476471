"""What the protected rows say of each other: it must agree, however they came to be there."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from handover import canonical, sampling
from handover.errors import HandoverError
from handover.models import Addendum, Draw, DrawnRecord, Event, Handover, Round, SignedText, SignOff

PORTION = 2_000  # rows held in memory at once
SIGN_OFFS, TEXTS, ROUNDS, ADDENDA, RECORDS, DRAWS, PEOPLE = (
    model._meta.db_table for model in (SignOff, SignedText, Round, Addendum, Handover, Draw, User)
)


class DoesNotFit(HandoverError):
    """The first thing that does not fit, with its table and key."""

    def __init__(self, table: str, key: object, what: str) -> None:
        super().__init__(f"{table} {key}: {what}")


def check() -> None:
    """Raises DoesNotFit."""
    _sign_offs()
    _rounds()
    _addenda()
    _draws()
    _names()


def _sign_offs() -> None:
    """Each signature stands under the text that names it, and each text has the hash it goes by."""
    columns = ("pk", "handover_id", "round_number", "role", "as_supervisor", "user_id", "printed_name")
    found = SignOff.objects.order_by("pk").values_list(*columns, "meaning", "text_id", "text__text")
    for pk, *signed, sha256, text in found.iterator(PORTION):
        if canonical.sha256(text) != sha256:
            raise DoesNotFit(TEXTS, sha256, _("Its bytes do not have the hash it goes by."))
        if (names := _named(text)) is None:
            raise DoesNotFit(TEXTS, sha256, _("It is not the text of a signature."))
        if names != (signed[0], names[1] and signed[1], *signed[2:]):
            what = _("It was moved or changed: %(name)s signed its text for handover %(handover)s.")
            words = {"name": names[5], "handover": names[0]}
            raise DoesNotFit(SIGN_OFFS, pk, what % words)
    stray = SignedText.objects.filter(sign_offs__isnull=True).order_by("pk").first()
    if stray:
        raise DoesNotFit(TEXTS, stray.pk, _("Nobody has signed this text."))


def _named(text: str) -> tuple[Any, ...] | None:
    """Handover, round, role and signer as the text names them. An addendum is of no round."""
    try:
        content = json.loads(text)
        signature = content["signature"]
        who = ("role", "as_supervisor", "user", "name", "meaning")
        return (content["handover"], content.get("round"), *(signature[name] for name in who))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _rounds() -> None:
    """Each round is what its outgoing shift has signed, and each record has as many as it says."""
    signed = SignOff.objects.filter(
        role=SignOff.Role.OUTGOING,
        handover=OuterRef("handover"),
        round_number=OuterRef("number"),
        text=OuterRef("text"),
        user=OuterRef("submitted_by"),
    )
    if forged := Round.objects.filter(~Exists(signed)).order_by("pk").first():
        raise DoesNotFit(ROUNDS, forged.pk, _("The outgoing shift has not signed its text for this round."))
    counted = Handover.objects.annotate(last=Coalesce(Max("rounds__number"), 0))
    if hidden := counted.exclude(round_count=F("last")).order_by("pk").first():
        raise DoesNotFit(RECORDS, hidden.pk, _("It does not have as many rounds as it says."))


def _addenda() -> None:
    """The words of each are those that were signed with it."""
    columns = ("pk", "handover_id", "text", "sign_off__handover_id", "sign_off__text__text")
    found = Addendum.objects.order_by("pk").values_list(*columns)
    for pk, handover, text, signed_for, signed in found.iterator(PORTION):
        if (handover, text) != (signed_for, json.loads(signed).get("text")):
            raise DoesNotFit(ADDENDA, pk, _("Its signature is not under these words."))


def _draws() -> None:
    """Whoever repeats a draw comes to the same records."""
    drawn = DrawnRecord.objects.filter(place__isnull=False).order_by("place")
    known = Draw.objects.filter(algorithm__in=["", sampling.NAME], algorithm_version__lte=sampling.VERSION)
    for draw in known.order_by("pk").prefetch_related(Prefetch("records", drawn)).iterator(100):
        wanted = sampling.draw(draw.population, count=draw.count, seed=draw.seed) if draw.drawn_at else []
        found = [(record.place, record.handover_id) for record in draw.records.all()]
        if draw.commitment != sampling.commitment(draw.seed) or found != list(enumerate(wanted, start=1)):
            raise DoesNotFit(DRAWS, draw.pk, _("Repeated, this draw does not give the records it names."))


def _names() -> None:
    """People have the names that the trail says they were given last."""
    for pk, name, noted in _noted():
        if name != noted:
            what = _("This name was changed past the trail, which says: %(name)s.")
            raise DoesNotFit(PEOPLE, pk, what % {"name": noted})


def _noted() -> Iterator[tuple[int, str, str]]:
    changed = Event.objects.filter(person=OuterRef("pk"), verb=Event.Verb.PERSON_CHANGED)
    named = changed.filter(data__has_key="name").order_by("-pk").values("data")[:1]
    found = User.objects.annotate(noted=Subquery(named)).exclude(noted=None).order_by("pk")
    for pk, name, data in found.values_list("pk", "display_name", "noted").iterator(PORTION):
        yield pk, name, data["name"]
