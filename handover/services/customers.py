"""Creates customers and changes their profiles."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import get_random_string
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover.errors import Conflict, HandoverError
from handover.models import Customer, Event, PendingItem, UnknownFact
from handover.queries.customers import plain_phone

from . import events, search

# Without letters and digits that are mistaken for each other when they are read out on the phone.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
NO_NEED = (Customer.Need.NONE, Customer.Need.UNKNOWN)


@dataclass(frozen=True)
class CustomerFacts:
    """What a person says about a customer; the fields of `Customer.FACTS`."""

    name: str
    need: str
    code: str = ""
    phone: str = ""
    contact: str = ""
    channel: str = ""
    customer_class: str = Customer.Class.REGISTERED
    need_note: str = ""
    preferences: str = ""
    advice: str = ""

    def values(self) -> dict[str, str]:
        return asdict(self)


@transaction.atomic
def create(*, team: Team, facts: CustomerFacts, actor: User, now: datetime) -> Customer:
    """A new customer of the team. One whose ID is not known yet gets one of ours, to be replaced later.

    Raises HandoverError when the team knows the ID already; so a second click makes no second customer.
    """
    values = facts.values()
    values["code"] = facts.code or f"{Customer.PROVISIONAL}{get_random_string(6, CODE_LETTERS)}"
    customer = Customer(team=team, created_at=now, changed_at=now, **values)
    try:
        with transaction.atomic():
            customer.save(force_insert=True)
    except IntegrityError:
        raise _code_taken(values["code"]) from None
    changes = {name: ["", value] for name, value in values.items() if value}
    events.record(
        verb=Event.Verb.CUSTOMER_CREATED,
        actor=actor,
        now=now,
        team=team,
        customer=customer,
        data={"version": customer.version, "changes": changes},
    )
    return customer


@transaction.atomic
def edit(
    *, customer: Customer, facts: CustomerFacts, version: int, actor: User | None, now: datetime
) -> dict[str, list[str]]:
    """Writes what differs and leaves the old and new values in the trail; returns them.

    `version` is the one that the person saw. Raises Conflict when somebody else saved since, and
    HandoverError when another customer of the team has the ID. Saving without a change does nothing.
    """
    if customer.version != version:
        raise _changed_meanwhile()
    new = facts.values()
    changes = {
        name: [getattr(customer, name), new[name]]
        for name in Customer.FACTS
        if new[name] != getattr(customer, name)
    }
    if not changes:
        return changes
    _write(customer, {name: value for name, (_old, value) in changes.items()}, now)
    if "need" in changes:
        _answer_need(customer)
    if changes.keys() & {"name", "code", "phone"}:
        search.index_customer(customer=customer)
    events.record(
        verb=Event.Verb.CUSTOMER_EDITED,
        actor=actor,
        now=now,
        team=customer.team,
        customer=customer,
        data={"version": customer.version, "changes": changes},
    )
    return changes


def set_need(*, customer: Customer, need: str, need_note: str, actor: User | None, now: datetime) -> None:
    """Write what was found out of the special communication need, with the rest left as it is."""
    facts = {name: getattr(customer, name) for name in Customer.FACTS} | {
        "need": need,
        "need_note": need_note,
    }
    edit(customer=customer, facts=CustomerFacts(**facts), version=customer.version, actor=actor, now=now)


@transaction.atomic
def introduce(*, customer: Customer, team: Team, actor: User, now: datetime) -> Customer:
    """The customer as another team knows them: the one with the same ID, else a new one.

    Where one of the two has no ID yet, it is the one with the same name and the same phone or other contact.
    A need that the team does not know of is told to it; where both know one, theirs stays and ours is noted.
    """
    theirs = _known_in(team, customer)
    if theirs is None:
        facts = CustomerFacts(**{name: getattr(customer, name) for name in Customer.FACTS})
        return create(team=team, facts=facts, actor=actor, now=now)
    if customer.need not in NO_NEED:
        _tell_need(customer, theirs, actor, now)
    return theirs


def _known_in(team: Team, customer: Customer) -> Customer | None:
    known = Customer.objects.filter(team=team).order_by("pk")
    if same := known.filter(code__iexact=customer.code).first():
        return same
    contacts = _contacts(customer)
    namesakes = known.filter(name__iexact=customer.name)
    return next(
        (
            other
            for other in namesakes
            if not (customer.has_own_code and other.has_own_code) and contacts & _contacts(other)
        ),
        None,
    )


def _contacts(customer: Customer) -> set[str]:
    return {plain_phone(text).casefold() for text in (customer.phone, customer.contact) if text}


def _tell_need(customer: Customer, theirs: Customer, actor: User, now: datetime) -> None:
    differs = theirs.need not in (*NO_NEED, customer.need)
    label = Customer.fact_words("need", customer.need)
    ours = f"{customer.team.name}: {label}" if differs else ""
    more = "; ".join(filter(None, [ours, customer.need_note]))
    note = theirs.need_note
    if more not in note:
        joined = "; ".join(filter(None, [note, more]))
        note = Truncator(joined).chars(Customer.NEED_NOTE_LENGTH)
    need = theirs.need if differs else customer.need
    set_need(customer=theirs, need=need, need_note=note, actor=actor, now=now)


def _write(customer: Customer, values: dict[str, str], now: datetime) -> None:
    same = Customer.objects.filter(pk=customer.pk, version=customer.version)
    try:
        with transaction.atomic():
            written = same.update(version=F("version") + 1, changed_at=now, **values)
    except IntegrityError:
        raise _code_taken(values["code"]) from None
    if not written:
        raise _changed_meanwhile()
    for name, value in values.items():
        setattr(customer, name, value)
    customer.version += 1
    customer.changed_at = now


def _answer_need(customer: Customer) -> None:
    """What was missing on imported items of the customer is known now."""
    for item in PendingItem.objects.filter(customer=customer).exclude(unknown_facts=[]):
        rest = [fact for fact in item.unknown_facts if fact != UnknownFact.NEED]
        PendingItem.objects.filter(pk=item.pk).update(unknown_facts=rest)


def _changed_meanwhile() -> Conflict:
    return Conflict(_("Somebody else changed this customer meanwhile. Compare both texts and save again."))


def _code_taken(code: str) -> HandoverError:
    return HandoverError(_("Another customer has the ID “%(code)s” already.") % {"code": code})
