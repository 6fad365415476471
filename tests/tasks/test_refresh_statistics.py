import pytest
from django.db import connection

from handover import tasks
from handover.models import Event
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_refresh_statistics_lets_the_trail_of_a_customer_be_read_by_its_own_index():
    team = factories.team()
    customers = [factories.customer(team) for _ in range(20)]
    Event.objects.bulk_create(
        Event(at=NOW, team=team, customer=customer, verb=Event.Verb.CALLED_AGAIN)
        for customer in customers
        for _ in range(10)
    )

    tasks.refresh_statistics()

    trail = Event.objects.filter(team__in=[team], customer=customers[0]).order_by("-at", "-pk")
    # PostgreSQL reads so small a table from end to end, and counts by itself.
    assert connection.vendor == "postgresql" or "event_of_customer" in trail.explain()
