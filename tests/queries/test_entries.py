from datetime import timedelta

import pytest

from handover.models import Event
from handover.queries import entries, timeline
from handover.services import events
from tests import factories
from tests.factories import NOW
from tests.imports.files import sample
from tests.imports.running import LOG, item_of, run

pytestmark = pytest.mark.django_db
Verb = Event.Verb


def test_imported_history_names_the_people_of_the_source():
    run(factories.team(), sample("INC0000982"), LOG)

    shown = entries.read(timeline.of_item(item_of("INC0000982")), NOW)

    assert [(entry["who"], entry["what"]) for entry in shown] == [
        ("The system", "imported from another system"),
        ("Updated by 908", "closed the item"),
        ("Updated by 868", "resolved the item"),
        ("Updated by 213", "noted progress"),
        ("Updated by 213", "updated it in the other system"),
        ("Updated by 265", "registered the item"),
    ]


def entry(verb: str, **facts) -> tuple:
    """How an entry of an item reads: its mark, its head, the lines below, what was typed."""
    item = facts.pop("item", None) or factories.item()
    events.record(verb=verb, actor=facts.pop("actor", None), now=NOW, item=item, **facts)
    (shown,) = entries.read(timeline.of_item(item), NOW)
    return shown["icon"], shown["tone"], f"{shown['who']} {shown['what']}", shown["changes"], shown["text"]


def test_what_the_engine_did_says_what_waits_and_who_was_told():
    ada = factories.user("Ada")

    assert entry(Verb.ESCALATED, data={"clock": "taken", "told": ["Dai", "Lee"]}) == (
        "alarm",
        "urgent",
        "The system told that it waits",
        ["Nobody has taken it. Told: Dai, Lee"],
        "",
    )
    assert entry(Verb.LEFT, person=ada)[3] == ["Ada had it."]
    assert entry(Verb.ENGINE_FAILED, data={"clock": "response"})[3] == ["There is no first response"]
    assert entry(Verb.CLOCK_STEPPED, data={"seconds": -90})[3] == ["By -90 s"]


def test_what_a_supervisor_did_says_it_with_its_reason():
    dai = factories.user("Dai")
    until = (NOW + timedelta(minutes=70)).isoformat()

    assert entry(Verb.HOLDER_CALLED, actor=dai, text="Now", data={"told": ["Ada", "Bo"]}) == (
        "bell",
        "accent",
        "Dai called for attention: to Ada, Bo",
        [],
        "Now",
    )
    assert entry(Verb.ACKNOWLEDGED, actor=dai, text="I ring him.") == (
        "answer",
        "accent",
        "Dai said what is being done about it",
        [],
        "I ring him.",
    )
    assert entry(Verb.SNOOZED, actor=dai, text="Carrier", data={"until": until}) == (
        "waiting",
        "",
        "Dai snoozed the item",
        ["Until 2026-03-10 07:10"],
        "Carrier",
    )
    assert entry(Verb.WOKEN, actor=dai)[2] == "Dai woke the item up"
    assert entry(Verb.COMPLAINT_VERIFIED, actor=dai, text="True")[:3] == (
        "shield",
        "ok",
        "Dai verified the complaint",
    )
