"""Secret addresses of calendars: made, used, revoked."""

from datetime import timedelta

import pytest

from handover.errors import InvalidMove
from handover.models import CalendarFeed, Event
from handover.queries import calendars as reading
from handover.services import calendars
from tests import factories
from tests.factories import NOW
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def test_address_is_found_by_its_secret_which_is_stored_nowhere():
    desk = factories.post()
    lea = factories.member(desk.team, leads=desk)

    tokens = [calendars.make(post=post, actor=lea, now=NOW) for post in (None, desk)]

    assert [(reading.find(token).owner, reading.find(token).post) for token in tokens] == [
        (lea, None),
        (lea, desk),
    ]
    assert reading.find("unknown") is None
    assert all(len(token) >= 32 for token in tokens)
    rows = list(CalendarFeed.objects.values_list()) + list(Event.objects.values_list())
    assert not any(token in str(row) for row in rows for token in tokens)
    assert list(Event.objects.order_by("pk").values_list("verb", "actor", "post")) == [
        ("calendar_made", lea.pk, None),
        ("calendar_made", lea.pk, desk.pk),
    ]


def test_revoked_address_answers_nothing_and_stays_so():
    amy = factories.user()
    token = calendars.make(post=None, actor=amy, now=NOW)
    feed = reading.find(token)

    for _twice in range(2):
        calendars.revoke(feed=feed, actor=amy, now=NOW)

    assert reading.find(token) is None
    assert not calendars.use(feed=feed, now=NOW)
    assert Event.objects.filter(verb=Event.Verb.CALENDAR_REVOKED).count() == 1


def test_address_of_a_disabled_person_answers_nothing():
    amy = factories.user()
    token = calendars.make(post=None, actor=amy, now=NOW)
    amy.is_active = False
    amy.save(update_fields=["is_active"])

    assert reading.find(token) is None


def test_address_is_answered_once_in_a_while():
    amy = factories.user()
    feed = reading.find(calendars.make(post=None, actor=amy, now=NOW))
    seconds = [0, 1, 4.9, 5, 9, 10, -60]  # the last: the clock went back

    answered = [calendars.use(feed=feed, now=NOW + timedelta(seconds=second)) for second in seconds]

    assert answered == [True, False, False, True, False, True, True]


def test_nobody_has_very_many_addresses():
    amy = factories.user()
    for _number in range(calendars.MOST):
        calendars.make(post=None, actor=amy, now=NOW)

    with pytest.raises(InvalidMove):
        calendars.make(post=None, actor=amy, now=NOW)
    calendars.revoke(feed=CalendarFeed.objects.earliest("pk"), actor=amy, now=NOW)
    calendars.make(post=None, actor=amy, now=NOW)

    assert CalendarFeed.objects.filter(revoked_at=None).count() == calendars.MOST


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_addresses_at_once_do_not_pass_the_limit():
    amy = factories.user()
    for _number in range(calendars.MOST - 1):
        calendars.make(post=None, actor=amy, now=NOW)

    refused = at_once(*[lambda: calendars.make(post=None, actor=amy, now=NOW)] * 2)

    assert (refused, CalendarFeed.objects.count()) == ([InvalidMove], calendars.MOST)
