"""The runs that tell people of their shifts and of holes in the roster."""

from datetime import timedelta

import pytest
from django.utils import timezone

from handover import tasks
from handover.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("task", "beginning"), [(tasks.tell_shifts, "start."), (tasks.warn_of_holes, "hole.")]
)
def test_task_twice_tells_once(task, beginning):
    shift = factories.shift(starts_at=timezone.now() + timedelta(minutes=5))
    factories.assignment(shift)
    factories.member(shift.post.team, leads=shift.post)

    for _time in range(2):
        task()

    assert Message.objects.get().key.startswith(beginning)
