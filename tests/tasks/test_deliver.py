import pytest

from handover import tasks
from handover.models import Delivery
from handover.services import outbox
from handover.services.outbox import Bulletin
from tests import factories
from tests.factories import NOW
from tests.receivers import receiver

pytestmark = pytest.mark.django_db


def test_deliver_sends_what_is_due_once_though_it_runs_twice(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    team = factories.team()
    with receiver() as outside:
        factories.webhook(team, url=outside.url)
        outbox.publish([Bulletin(team, {"en": "Nobody has taken it."}, "key")], now=NOW)

        tasks.deliver()
        tasks.deliver()

    assert len(outside.posts) == 1
    assert Delivery.objects.get().state == "sent"
