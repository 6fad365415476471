"""What a change of an item was, in words on the timeline."""

from datetime import timedelta

import pytest
from django.utils import timezone

from handover.models import Kind
from handover.queries import entries, timeline
from handover.services import holding, items, promises
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def changes(item) -> list[str]:
    with timezone.override(item.team.zone):
        return entries.read(timeline.of_item(item), NOW)[0]["changes"]


@pytest.fixture
def item():
    return factories.item(plan="Old plan", key_at=NOW)


def test_corrected_facts_show_old_and_new_values(item):
    later = NOW + timedelta(hours=2)

    items.edit(item=item, actor=factories.user(), now=NOW, plan="", key_at=later, emotion="angry")

    assert changes(item) == [
        "If/then plan: Old plan → nothing",
        "Key time node: 2026-03-10 14:00 → 2026-03-10 16:00",
        "Emotion at this contact: Neutral → Angry",
    ]


def test_another_team_shows_the_type_it_was(item):
    theirs = factories.post()
    factories.issue_type(theirs.team, name="退款")
    former = item.issue_type.name

    holding.transfer(item=item, to=theirs, reason="Theirs", actor=factories.user(), now=NOW)
    item.refresh_from_db()

    assert changes(item) == [f"Issue type: {former} → 退款"]


def test_another_kind_shows_both(item):
    items.set_kind(item=item, kind=Kind.URGENT, actor=factories.user(), now=NOW)

    assert changes(item) == ["Follow-up → Urgent"]


def test_a_promise_shows_its_time_and_where_it_was_moved(item):
    person, by = factories.user(), NOW + timedelta(hours=1)
    promise = promises.make(item=item, text="Refund", due_at=by, actor=person, now=NOW)
    made = changes(item)

    promises.move(promise=promise, due_at=by + timedelta(hours=1), reason="Bank", actor=person, now=NOW)

    assert made == ["By 2026-03-10 15:00"]
    assert changes(item) == ["2026-03-10 15:00 → 2026-03-10 16:00"]
