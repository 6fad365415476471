"""The database fails at the first, the second, the third … statement of a sweep: no clock moves by halves."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import DatabaseError, OperationalError, connection

from handover.models import Clock, Delivery, Escalation, Event, Kind, Message
from handover.services import escalation
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db(transaction=True)
LATE = NOW + timedelta(minutes=31)


class Desk:
    """Two urgent items that nobody has taken for half an hour, all steps of it due at once."""

    def __init__(self):
        self.post = factories.post()
        self.dai = factories.member(self.post.team, Role.SUPERVISOR, name="Dai")
        self.dai.email = "dai@example.com"
        self.dai.save(update_fields=["email"])
        factories.assignment(factories.shift(self.post), self.dai, checked_in=True, is_duty_supervisor=True)
        factories.webhook(self.post.team, url="https://example.org/hook")
        self.items = [factories.item(self.post, kind=Kind.URGENT) for _number in range(2)]
        escalation.sweep(now=NOW)

    def told(self) -> list[tuple]:
        """Of each clock: how much was written of what it told, and where it stands."""
        clocks = Clock.objects.filter(item__in=self.items).order_by("item", "kind")
        return [
            (
                Escalation.objects.filter(clock=clock).count(),
                Event.objects.filter(item=clock.item_id, data__clock=clock.kind).count(),
                Delivery.objects.filter(webhook__isnull=False, key__startswith=f"{clock.pk}.").count(),
                clock.position,
                clock.next_at,
            )
            for clock in clocks
        ]

    def inbox(self) -> list[tuple]:
        messages = Message.objects.filter(item__in=self.items).order_by("item")
        return list(messages.values_list("item", "recipient", "email__state"))


class Gone:
    """The database fails at one statement, or from that one on."""

    def __init__(self, number: int, *, for_good: bool):
        self.number, self.for_good, self.seen = number, for_good, count(1)
        self.failed = False

    def __call__(self, execute, sql, params, many, context):
        number = next(self.seen)
        if number == self.number or (self.for_good and number > self.number):
            self.failed = True
            raise OperationalError("the database is gone")
        return execute(sql, params, many, context)


def sweep_with(gone: Gone) -> None:
    with connection.execute_wrapper(gone):
        try:
            escalation.sweep(now=LATE)
        except DatabaseError:
            assert gone.failed


@pytest.mark.parametrize("for_good", [False, True])
def test_a_sweep_that_fails_at_any_statement_writes_each_step_whole_and_once(for_good):
    whole = Desk()
    escalation.sweep(now=LATE)
    told = whole.told()
    assert sum(row[0] for row in told) == 10

    for number in count(1):
        desk, gone = Desk(), Gone(number, for_good=for_good)
        before = desk.told()
        sweep_with(gone)
        for row, was, wanted in zip(desk.told(), before, told, strict=True):
            assert row[:-1] in (was[:-1], wanted[:-1]), number
        # What failed alone is set back by the first pause.
        escalation.sweep(now=LATE + escalation.FIRST_PAUSE)
        assert desk.told() == told, number
        assert desk.inbox() == [(item.pk, desk.dai.pk, Delivery.State.WAITING) for item in desk.items]
        if not gone.failed:
            break

    assert number > 10
