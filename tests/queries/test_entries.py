import pytest

from handover.queries import entries, timeline
from tests import factories
from tests.factories import NOW
from tests.imports.files import sample
from tests.imports.running import LOG, item_of, run

pytestmark = pytest.mark.django_db


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
