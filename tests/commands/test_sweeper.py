"""What the stand-in runs while the worker is silent, and that it leaves alone what is not."""

import pytest

from handover.management.commands.sweeper import deliver, look
from handover.management.watch import PulseWatch
from handover.queries.pulse import DELIVERY
from handover.services import outbox
from handover.services.outbox import Bulletin
from tests import factories
from tests.factories import NOW
from tests.receivers import receiver

pytestmark = pytest.mark.django_db(transaction=True)  # it closes its connection


@pytest.mark.parametrize(("silent_after", "sent"), [(-1.0, 1), (60.0, 0)])
def test_outbox_is_emptied_while_its_pulse_stands_still(settings, silent_after, sent):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    team = factories.team()
    with receiver() as outside:
        factories.webhook(team, url=outside.url)
        outbox.publish([Bulletin(team, {"en": "Nobody has taken it."}, "key")], now=NOW)

        look(PulseWatch(silent_after), DELIVERY, deliver)

    assert len(outside.posts) == sent
