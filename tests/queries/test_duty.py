"""Who is on duty, and who is in charge."""

from datetime import timedelta

import pytest

from handover.models import Kind
from handover.queries import duty
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_factories_make_consistent_rows():
    desk = factories.post()

    agent = factories.agent_on_duty(desk)
    urgent = factories.item(desk, kind=Kind.URGENT)

    assert [a.user for a in duty.on_duty(desk, NOW).people] == [agent]
    assert urgent.next_due_at == NOW + timedelta(minutes=10)
