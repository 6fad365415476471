"""What goes wrong for one clock, or for one sweep, and holds up no other."""

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from handover.models import Clock, Escalation, Kind, Message, Waits
from handover.services import escalation
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BROKEN = [{"no": "step"}]
FINE = [{"minutes": 600, "targets": ["administrators"], "outlets": []}]


@pytest.fixture
def root():
    return factories.administrator(name="Root")


@pytest.fixture
def clock(root):
    """Armed with a ladder that cannot be read."""
    desk = factories.post()
    item = factories.item(desk, kind=Kind.URGENT, holder=factories.agent_on_duty(desk))
    ladder = factories.ladder(desk.team, clock=Waits.RESPONSE, steps=BROKEN, retired_at=NOW, made_by=root)
    item.clocks.filter(kind=Waits.RESPONSE).update(ladder=ladder, armed_at=NOW)
    return item.clocks.get(kind=Waits.RESPONSE)


def reports() -> list[str]:
    found = Message.objects.filter(key__startswith="failed.").order_by("at")
    return [f"{message.recipient} {(message.at - NOW) // MINUTE}" for message in found]


def sweep_each_minute(start: int, end: int) -> None:
    for minute in range(start, end):
        escalation.sweep(now=NOW + minute * MINUTE)


def test_a_row_that_recovers_and_fails_again_is_reported_again_and_holds_up_no_other(clock, root):
    broken = clock.ladder
    fine = factories.ladder(
        broken.team, clock=Waits.RESPONSE, steps=FINE, version=2, retired_at=NOW, made_by=root
    )
    sweep_each_minute(0, 6)
    assert reports() == ["Root 2"]
    Clock.objects.filter(pk=clock.pk).update(ladder=fine)
    sweep_each_minute(6, 12)
    clock.refresh_from_db()
    assert clock.failures == 0
    Clock.objects.filter(pk=clock.pk).update(ladder=broken, next_at=NOW)

    sweep_each_minute(12, 18)

    assert reports() == ["Root 2", "Root 14"]


@pytest.mark.parametrize("failures", [7, 8, 50, 2000])
def test_a_row_that_fails_for_days_is_tried_every_hour(clock, failures):
    Clock.objects.filter(pk=clock.pk).update(failures=failures)

    escalation.sweep(now=NOW)

    clock.refresh_from_db()
    assert (clock.next_at, clock.failures) == (NOW + escalation.LONGEST_PAUSE, failures + 1)


def test_a_sweep_out_of_time_sets_no_row_back_and_the_next_one_goes_on():
    desk = factories.post()
    factories.member(desk.team, Role.SUPERVISOR)
    item = factories.item(desk, kind=Kind.URGENT)
    escalation.sweep(now=NOW)
    late = NOW + 10 * MINUTE

    def run_out_of_time(execute, sql, params, many, context):
        if "escalation" in sql and sql.startswith("INSERT"):
            raise SoftTimeLimitExceeded
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run_out_of_time), pytest.raises(SoftTimeLimitExceeded):
        escalation.sweep(now=late)

    assert not Clock.objects.filter(failures__gt=0).exists()
    escalation.sweep(now=late)
    assert Escalation.objects.get().clock.item == item
