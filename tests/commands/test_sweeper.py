"""The engine and the outbox go on where beat, worker and broker are silent; what runs is left alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from handover.management.commands.sweeper import deliver, look, sweep
from handover.management.watch import PulseWatch
from handover.models import Escalation, Kind, Pulse
from handover.queries.pulse import DELIVERY, SWEEP, last_beat
from handover.services import outbox
from handover.services.outbox import Bulletin
from tests import factories
from tests.commands.serving import eventually, served
from tests.factories import NOW
from tests.receivers import receiver

pytestmark = pytest.mark.django_db(transaction=True)  # it closes its connection


@pytest.fixture
def due():
    factories.administrator()
    return factories.item(kind=Kind.URGENT, now=timezone.now() - timedelta(minutes=12))


def test_sweeper_runs_the_engine_whose_pulse_stands_still(due):
    look(PulseWatch(deaf_after=-1), SWEEP, sweep)

    assert Escalation.objects.get().clock.item == due
    assert last_beat(SWEEP)


def test_sweeper_leaves_an_engine_alone_that_runs(due):
    watch = PulseWatch(deaf_after=60)
    for _turn in range(3):
        Pulse.objects.update_or_create(name=SWEEP, defaults={"at": timezone.now()})
        look(watch, SWEEP, sweep)

    assert not Escalation.objects.exists()


def test_sweeper_goes_on_until_somebody_else_sweeps():
    watch, runs = PulseWatch(deaf_after=0.2), []

    def run():
        runs.append(True)
        beat()

    def beat():
        Pulse.objects.update_or_create(name=SWEEP, defaults={"at": timezone.now()})

    eventually(lambda: look(watch, SWEEP, run) or runs)
    for _turn in range(2):
        look(watch, SWEEP, run)
    beat()
    look(watch, SWEEP, run)

    assert len(runs) == 3


def test_sweeper_tries_again_whatever_failed(caplog):
    watch, tries = PulseWatch(deaf_after=-1), []

    def fail():
        tries.append(True)
        raise KeyError("nobody")

    for _turn in range(2):
        look(watch, SWEEP, fail)

    assert len(tries) == 2
    assert [record.message for record in caplog.records] == ["It failed, and is tried again"] * 2


@pytest.mark.parametrize(("silent_after", "sent"), [(-1.0, 1), (60.0, 0)])
def test_outbox_is_emptied_while_its_pulse_stands_still(settings, silent_after, sent):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    team = factories.team()
    with receiver() as outside:
        factories.webhook(team, url=outside.url)
        outbox.publish([Bulletin(team, {"en": "Nobody has taken it."}, "key")], now=NOW)

        look(PulseWatch(silent_after), DELIVERY, deliver)

    assert len(outside.posts) == sent


def test_sweep_goes_on_without_beat_and_worker() -> None:
    with served("files", "--deaf-after", "600") as run:
        eventually(lambda: run.answers() and run.pulse(SWEEP))
        run.freeze("beat", "worker")
        last = run.pulse(SWEEP)

        eventually(lambda: run.pulse(SWEEP) != last)
