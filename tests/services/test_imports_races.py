"""Imports of one file at once, and an import beside people at work: nothing comes twice or is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from handover.models import Clock, Customer, Event, IssueType, PendingItem, Post
from handover.services import holding
from tests import factories
from tests.factories import NOW
from tests.imports.files import sample
from tests.imports.running import LOG, item_of, run
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

AS_OF = datetime(2016, 3, 2, 15, 33, tzinfo=UTC)


def counts(team) -> list[int]:
    own = [model.objects.filter(team=team).count() for model in (PendingItem, Post, Customer, IssueType)]
    return [*own, Clock.objects.filter(item__team=team).count()]


def test_two_imports_at_once_make_each_item_once():
    team, alone = factories.team(), factories.team()
    run(alone, sample(), LOG)

    refused = at_once(*[lambda: run(team, sample(), LOG)] * 3)

    assert refused == []
    assert counts(team) == counts(alone)
    assert Event.objects.filter(team=team).count() == Event.objects.filter(team=alone).count()


def test_somebody_who_takes_an_item_during_an_import_keeps_it():
    team = factories.team()
    run(team, sample("INC0000361"), LOG, as_of=AS_OF)
    item = item_of("INC0000361")
    agent = factories.agent_on_duty(item.post)

    refused = at_once(
        lambda: run(team, sample("INC0000361"), LOG, as_of=AS_OF + timedelta(days=3)),
        lambda: holding.take(item=item, actor=agent, now=NOW),
    )

    rows = Event.objects.filter(item=item, data__import__has_key="row")
    taken = Event.objects.filter(item=item, verb=Event.Verb.TAKEN)
    assert (rows.count(), taken.count()) == (5, 1 - len(refused))
    assert item_of("INC0000361").holder == (None if refused else agent)
