"""Finds customers of the teams a person may read, and what their page shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, TextChoices
from django.urls import reverse

from handover.models import Access, Customer, Emotion, Event

from .paging import Cursor

PAGE = 50
MATCHES = 8
COLUMNS = (
    "id",
    "name",
    "code",
    "phone",
    "need",
    "need_note",
    "customer_class",
    "emotion",
    "changed_at",
    "team__name",
)


@dataclass(frozen=True)
class CustomerList:
    """One page of the list; `after` is where the next one begins."""

    rows: list[dict[str, Any]]
    after: str
    several_teams: bool


def of_team(access: Access, team_id: int) -> QuerySet[Customer]:
    return Customer.objects.visible_to(access).filter(team=team_id)


def like(text: str) -> Q:
    """Part of the name, or the start of the ID or the phone number."""
    return Q(name__icontains=text) | Q(code__istartswith=text) | Q(phone__startswith=plain_phone(text))


def plain_phone(text: str) -> str:
    """A phone number as it is kept: without what people put between the digits. Other text as it is."""
    bare = text.translate(str.maketrans("", "", " -()（）.\u00a0"))
    return bare if bare.removeprefix("+").isdigit() else text


def matches(access: Access, team_id: int, text: str, *, limit: int = MATCHES) -> list[Customer]:
    """Customers whom the text may mean, the one with exactly this ID first."""
    text = text.strip()
    if not text:
        return []
    everyone = of_team(access, team_id)
    found = {customer.pk: customer for customer in everyone.filter(_has_code(text)).order_by("pk")}
    for customer in everyone.filter(like(text)).order_by("-changed_at", "-pk")[:limit]:
        found.setdefault(customer.pk, customer)
    return list(found.values())[:limit]


def resolve(access: Access, team_id: int, text: str) -> Customer | None:
    """The one customer that the text means: by ID, phone number or whole name, else the only match."""
    text = text.strip()
    if not text:
        return None
    everyone = of_team(access, team_id)
    whole = Q(phone=plain_phone(text)) | Q(name=text)
    for query in (_has_code(text), Q(code__iexact=text), whole, like(text)):
        found = list(everyone.filter(query).order_by("pk")[:2])
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _has_code(text: str) -> Q:
    """Answered by the index, as it is asked at each key while somebody is on the phone."""
    return Q(code__in={text, text.upper()})


def listing(access: Access, *, text: str, after: str) -> CustomerList:
    """The customers whom the person may read, the last changed first."""
    found = Customer.objects.visible_to(access)
    if text:
        found = found.filter(like(text))
    if cursor := Cursor.read(after):
        found = found.filter(cursor.earlier("changed_at"))
    values = _rows(found, PAGE + 1)
    rows = values[:PAGE]
    more = len(values) > PAGE
    return CustomerList(
        rows=rows,
        after=str(Cursor(rows[-1]["changed_at"], rows[-1]["id"])) if more else "",
        several_teams=access.is_administrator or len(access.read_team_ids) > 1,
    )


def named(access: Access, text: str) -> list[dict[str, Any]]:
    """The first few customers of all teams whom the text may mean."""
    return _rows(Customer.objects.visible_to(access).filter(like(text)), MATCHES) if text else []


def _rows(found: QuerySet[Customer], size: int) -> list[dict[str, Any]]:
    rows = list(found.order_by("-changed_at", "-pk").values(*COLUMNS)[:size])
    base = reverse("customer_detail", args=[0]).removesuffix("0/")
    for row in rows:
        row["url"] = f"{base}{row['id']}/"
        row["class_words"] = _unless(row["customer_class"], Customer.Class.REGISTERED)
        row["emotion_words"] = _unless(row["emotion"], Emotion.NEUTRAL)
    return rows


def _unless(value: str, ordinary: TextChoices) -> str:
    """What is ordinary needs no words."""
    return "" if value == ordinary else str(type(ordinary)(value).label)


@dataclass(frozen=True)
class TwoTexts:
    """One fact that two people changed: what is saved, and what the second one typed."""

    label: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class Comparison:
    """What the form starts with after somebody else saved first, and the facts that both changed."""

    merged: dict[str, str]
    both: list[TwoTexts]
    by: str
    at: datetime


def compare(customer: Customer, version: int, mine: dict[str, str]) -> Comparison:
    """Facts that only the other person changed are taken from them; of the rest the form keeps mine."""
    before = _facts_at(customer, version)
    theirs = {name: getattr(customer, name) for name in Customer.FACTS}
    merged = {name: theirs[name] if mine[name] == before[name] else mine[name] for name in Customer.FACTS}
    both = [
        TwoTexts(
            label=Customer.fact_label(name),
            theirs=Customer.fact_words(name, theirs[name]),
            mine=Customer.fact_words(name, mine[name]),
        )
        for name in Customer.FACTS
        if theirs[name] != before[name] and merged[name] != theirs[name]
    ]
    return Comparison(merged, both, *_last_change(customer))


def _last_change(customer: Customer) -> tuple[str, datetime]:
    edits = Event.objects.filter(customer=customer, verb=Event.Verb.CUSTOMER_EDITED)
    by = edits.order_by("-at", "-pk").values_list("actor__display_name", flat=True).first()
    return by or "", customer.changed_at


def _facts_at(customer: Customer, version: int) -> dict[str, str]:
    """The facts as they stood in an earlier version, undoing the changes that the trail holds."""
    facts = {name: getattr(customer, name) for name in Customer.FACTS}
    edits = Event.objects.filter(customer=customer, verb=Event.Verb.CUSTOMER_EDITED)
    for data in edits.order_by("-at", "-pk").values_list("data", flat=True):
        if data["version"] <= version:
            break
        facts |= {name: old for name, (old, _new) in data["changes"].items()}
    return facts
