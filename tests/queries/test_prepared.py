"""Questions whose SQL is built once answer like any other queryset."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import BigIntegerField, DateTimeField
from django.test.utils import CaptureQueriesContext

from handover.models import Assignment
from handover.queries.prepared import prepared
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
written = []


@prepared(user=BigIntegerField(), now=DateTimeField())
def present(*, user, now):
    written.append((user, now))
    found = Assignment.objects.present(now).filter(user=user).order_by("pk")
    return found.values_list("pk", "shift__post__name", "checked_in_at", "checked_out_at")


@pytest.fixture
def assignment():
    return factories.assignment(factories.shift(factories.post()), checked_in_at=NOW - HOUR)


def test_question_answers_like_its_queryset(assignment):
    factories.assignment(assignment.shift, checked_in=True)

    rows = present(user=assignment.user_id, now=NOW)

    assert rows == [(assignment.pk, assignment.shift.post.name, NOW - HOUR, None)]


def test_question_is_written_once_and_asked_with_the_values_of_each_time(assignment):
    other = factories.assignment(assignment.shift, checked_in_at=NOW)
    present(user=other.user_id, now=NOW)
    written.clear()

    with CaptureQueriesContext(connection) as captured:
        answers = [
            present(user=user, now=now)
            for user, now in [
                (assignment.user_id, NOW),
                (other.user_id, NOW),
                (other.user_id, NOW - HOUR),
                (assignment.user_id, assignment.shift.ends_at + HOUR),
            ]
        ]

    assert [[pk for pk, *_ in rows] for rows in answers] == [[assignment.pk], [other.pk], [], []]
    assert len(captured) == 4
    assert written == []
