"""Questions whose SQL is built once answer like any other queryset."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, F
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


@prepared(shift=BigIntegerField())
def people(*, shift):
    rows = Assignment.objects.filter(shift=shift).annotate(post_name=F("shift__post__name"))
    return rows.select_related("user", "substitutes__user").order_by("pk")


def test_question_without_columns_answers_with_things_and_what_belongs_to_them(assignment):
    substitute = factories.assignment(assignment.shift, substitutes=assignment)

    found = people(shift=assignment.shift_id)

    with CaptureQueriesContext(connection) as captured:
        facts = [(each.user, each.substitutes, each.post_name, each.checked_in_at) for each in found]
    name = assignment.shift.post.name
    assert found == [assignment, substitute]
    assert facts == [
        (assignment.user, None, name, NOW - HOUR),
        (substitute.user, assignment, name, substitute.checked_in_at),
    ]
    assert len(captured) == 0
