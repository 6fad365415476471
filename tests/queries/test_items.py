"""What the page of an item says of it."""

import pytest

from handover.models import Kind, UnknownFact
from handover.queries import duty, items
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_words_that_the_import_put_there_are_not_judged():
    desk = factories.post()
    access = duty.access(factories.agent_on_duty(desk, now=NOW), NOW)
    words = "Not known (imported): the source says only “New”. Ask at the first contact."
    imported = factories.item(desk, kind=Kind.URGENT, progress=words, unknown_facts=[UnknownFact.PROGRESS])
    written = factories.item(desk, kind=Kind.URGENT, progress=words)

    pages = [items.read(access, items.for_page(access, item.pk)) for item in (imported, written)]

    assert [[hint.code for hint in page.progress_hints] for page in pages] == [[], ["no_action", "no_time"]]
