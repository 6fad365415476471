"""The hourly run that keeps two weeks of shifts ahead."""

import pytest

from handover import tasks
from handover.models import Shift
from tests import factories

pytestmark = pytest.mark.django_db


def test_generate_shifts_twice_makes_six_weeks_once():
    desk = factories.post()
    factories.pattern(desk)

    for _time in range(2):
        tasks.generate_shifts()

    assert Shift.objects.filter(post=desk).count() in {42, 43}  # 43 while a night runs
