"""What people are told at the start and before the end of their shifts."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handover.models import (
    Assignment,
    ClockKind,
    Kind,
    Message,
    PendingItem,
    Post,
    ServiceHours,
    Shift,
)
from handover.services import opening, shift_messages
from tests import factories
from tests.boundary import Boundary
from tests.factories import NOW
from tests.threads import at_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
START = NOW + timedelta(hours=1)  # 15:00 in Shanghai: the day shift ends, the evening shift starts
SOON = START - 15 * MINUTE


@pytest.fixture
def desk():
    """Ada works the day shift, Bo comes for the evening; Dai supervises the team."""
    boundary = Boundary()
    Post.objects.filter(pk=boundary.post.pk).update(name="Front line")
    return boundary


def told(now=None) -> list[tuple[str, str]]:
    """Who got which message, by the beginning of its key."""
    rows = Message.objects.filter(at=now) if now else Message.objects.all()
    found = rows.order_by("recipient__display_name", "key").values_list("recipient__display_name", "key")
    return [(name, key.partition(".")[0]) for name, key in found]


def text(name: str = "Bo") -> str:
    return Message.objects.get(recipient__display_name=name).text


def urgent(desk, minutes: int, customer: str) -> PendingItem:
    return factories.item(
        desk.post,
        kind=Kind.URGENT,
        customer=factories.customer(desk.post.team, customer),
        issue_type=factories.issue_type(desk.post.team, f"Refund of {customer}"),
        next_due_at=START + minutes * MINUTE,
        next_clock=ClockKind.RESPONSE,
    )


# --- the start -------------------------------------------------------------------------------------


def test_start_is_told_once_within_fifteen_minutes_before_it(desk):
    for minutes in (16, 15, 14, 1):
        shift_messages.tell(now=START - minutes * MINUTE)

    message = Message.objects.get()
    assert (message.recipient, message.key, message.at) == (desk.bo, f"start.{desk.incoming.pk}", SOON)
    assert message.about == "shift"


def test_start_is_not_told_any_more_once_it_has_come(desk):
    shift_messages.tell(now=START)

    assert told() == []


def test_start_says_the_urgent_items_that_run_out_first_and_who_is_in_charge(desk):
    fourth, first, second, third = (
        urgent(desk, minutes, name) for minutes, name in [(50, "Wu"), (5, "Li"), (10, "He"), (20, "Ma")]
    )
    factories.item(desk.post, kind=Kind.FOLLOW_UP)
    factories.item(factories.post(desk.post.team), kind=Kind.URGENT)
    factories.item(desk.post, kind=Kind.URGENT, is_open=False, stage="closed")

    shift_messages.tell(now=SOON)

    assert text() == (
        "Your shift Evening at Front line starts at 15:00. There is no duty supervisor. In charge: Dai. "
        "4 urgent items are open there, first of all: "
        f"#{first.pk} Li, Refund of Li (Respond by 15:05); "
        f"#{second.pk} He, Refund of He (Respond by 15:10); "
        f"#{third.pk} Ma, Refund of Ma (Respond by 15:20)."
    )
    assert f"#{fourth.pk}" not in text()


def test_start_without_urgent_items_says_so(desk):
    shift_messages.tell(now=SOON)

    assert text().endswith("No urgent item is open there.")


def test_start_names_the_duty_supervisor_and_tells_them_that_it_is_they(desk):
    factories.assignment(desk.incoming, desk.dai, is_duty_supervisor=True)

    shift_messages.tell(now=SOON)

    assert "15:00. Duty supervisor: Dai. No urgent" in text("Bo")
    assert "15:00. You are the duty supervisor. No urgent" in text("Dai")


def test_start_with_the_longest_names_keeps_what_matters_within_the_longest_message(desk):
    Post.objects.filter(pk=desk.post.pk).update(name="p" * 80)
    Shift.objects.filter(pk=desk.incoming.pk).update(name="s" * 40)
    for minutes in (5, 10, 20):
        urgent(desk, minutes, f"{minutes}" * 20)

    shift_messages.tell(now=SOON)

    assert len(text()) <= 600
    assert "3 urgent items are open there" in text()


def test_start_is_told_in_the_language_of_the_person_and_the_zone_of_the_team(desk):
    desk.bo.language = "zh-hans"
    desk.bo.save(update_fields=["language"])
    eve = factories.assignment(desk.incoming, factories.member(desk.post.team, name="Eve")).user
    eve.language = "en"
    eve.save(update_fields=["language"])
    item = urgent(desk, 5, "Li")

    shift_messages.tell(now=SOON)

    assert f"#{item.pk} Li" in text("Bo")
    assert "15:05" in text("Bo")
    assert "Respond by" not in text("Bo")
    assert "Respond by 15:05" in text("Eve")


def test_start_is_told_to_the_substitute_alone(desk):
    away = Assignment.objects.get(user=desk.bo)
    factories.assignment(desk.incoming, factories.member(desk.post.team, name="Cam"), substitutes=away)

    shift_messages.tell(now=SOON)

    assert told() == [("Cam", "start")]


def test_start_is_told_to_who_is_put_on_the_shift_late(desk):
    shift_messages.tell(now=SOON)
    factories.assignment(desk.incoming, factories.member(desk.post.team, name="Cam"))
    shift_messages.tell(now=SOON + 5 * MINUTE)

    assert told() == [("Bo", "start"), ("Cam", "start")]


def test_start_is_not_told_to_who_works_on(desk):
    place = factories.assignment(desk.incoming, desk.ada)
    shift_messages.tell(now=SOON)
    assert told() == [("Bo", "start")]

    elsewhere = factories.shift(factories.post(desk.post.team), starts_at=START)
    Assignment.objects.filter(pk=place.pk).update(shift=elsewhere)
    shift_messages.tell(now=SOON)
    assert told() == [("Ada", "start"), ("Bo", "start")]


def test_start_is_told_to_who_left_the_shift_before(desk):
    factories.assignment(desk.incoming, desk.ada)
    Assignment.objects.filter(shift=desk.outgoing).update(checked_out_at=NOW)

    shift_messages.tell(now=SOON)

    assert told() == [("Ada", "start"), ("Bo", "start")]


@pytest.mark.parametrize("gone", ["from the shift", "from the team", "from everywhere"])
def test_start_is_not_told_to_who_has_gone(desk, gone):
    if gone == "from the shift":
        Assignment.objects.filter(user=desk.bo).update(checked_out_at=START - 10 * MINUTE)
    elif gone == "from the team":
        desk.bo.memberships.all().delete()
    else:
        type(desk.bo).objects.filter(pk=desk.bo.pk).update(is_active=False)

    shift_messages.tell(now=START - 5 * MINUTE)

    assert told() == []


# --- the end ---------------------------------------------------------------------------------------


def test_end_reminds_to_open_the_handover_and_to_sign_it(desk):
    for minutes in range(70, -5, -5):
        now = START - minutes * MINUTE
        opening.open_due(now=now)
        shift_messages.tell(now=now)

    rows = Message.objects.filter(recipient=desk.ada).order_by("at")
    assert list(rows.values_list("at", "key", "about")) == [
        (START - 60 * MINUTE, f"open.{desk.outgoing.pk}", "handover"),
        (START - 10 * MINUTE, f"sign.{desk.outgoing.pk}", "handover"),
    ]
    begins = "Your shift Day at Front line ends at 15:00, and its handover is"
    assert [row.text for row in rows] == [
        f"{begins} open. Please go through it and add what the next shift must know.",
        f"{begins} not signed yet. Please sign it before you leave.",
    ]
    assert {row.handover.outgoing_shift for row in rows} == {desk.outgoing}
    assert told() == [("Ada", "open"), ("Ada", "sign"), ("Bo", "start")]


def test_end_reminds_nobody_of_a_signed_handover(desk):
    desk.submit(desk.open())

    for minutes in (60, 30, 10, 1):
        shift_messages.tell(now=START - minutes * MINUTE)

    assert told() == [("Bo", "start")]


def test_end_of_a_shift_that_one_person_alone_carries_on_reminds_of_nothing(desk):
    Assignment.objects.filter(user=desk.bo).update(user=desk.ada)

    for minutes in (60, 15, 10):
        opening.open_due(now=START - minutes * MINUTE)
        shift_messages.tell(now=START - minutes * MINUTE)

    assert told() == []


def test_end_reminds_who_is_on_duty_alone(desk):
    team = desk.post.team
    away = factories.assignment(desk.outgoing, factories.member(team, name="Away"))
    factories.assignment(desk.outgoing, factories.member(team, name="Sub"), substitutes=away, checked_in=True)
    factories.assignment(
        desk.outgoing, factories.member(team, name="Out"), checked_in=True, checked_out_at=NOW
    )
    factories.assignment(desk.outgoing, factories.member(team, name="Absent"))
    desk.open()

    shift_messages.tell(now=NOW + MINUTE)

    assert told() == [("Ada", "open"), ("Sub", "open")]


def test_end_that_has_passed_reminds_nobody(desk):
    desk.open()

    shift_messages.tell(now=START)

    assert told() == []


def test_end_seen_late_asks_to_sign_alone(desk):
    desk.open()

    shift_messages.tell(now=START - 5 * MINUTE)

    assert told() == [("Ada", "sign"), ("Bo", "start")]


# --- where nothing is told -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "keys"),
    [
        (time(9), time(14, 59), ["sign"]),  # the day shift alone
        (time(22, 59), time(23, 30), []),
        (time(22), time(23, 30), ["start"]),  # the last hour of the evening
    ],
)
def test_shift_outside_the_service_hours_is_told_nothing(desk, opens_at, closes_at, keys):
    desk.open()
    ServiceHours.objects.create(post=desk.post, weekday=1, opens_at=opens_at, closes_at=closes_at)
    Shift.objects.filter(pk=desk.incoming.pk).update(ends_at=START + timedelta(hours=7, minutes=59))

    shift_messages.tell(now=START - 5 * MINUTE)

    assert [key for _name, key in told()] == keys


def test_temporary_post_is_told_nothing_after_its_last_day(desk):
    desk.open()
    Post.objects.filter(pk=desk.post.pk).update(last_day=NOW.date() - timedelta(days=1))

    shift_messages.tell(now=START - 5 * MINUTE)

    assert told() == []


@pytest.mark.parametrize("what", ["post", "team"])
def test_retired_post_is_told_nothing(desk, what):
    desk.open()
    row = desk.post if what == "post" else desk.post.team
    type(row).objects.filter(pk=row.pk).update(is_active=False)

    shift_messages.tell(now=START - 5 * MINUTE)

    assert told() == []


def test_shift_whose_message_fails_holds_up_no_other(desk, caplog):
    nowhere = factories.post(factories.team(time_zone="Mars/Olympus"))
    broken = factories.assignment(factories.shift(nowhere, starts_at=START)).shift

    shift_messages.tell(now=SOON)

    assert told() == [("Bo", "start")]
    assert f"start of shift {broken.pk} failed" in caplog.text


def test_nothing_to_tell_is_one_query(desk, django_assert_num_queries):
    desk.open()
    shift_messages.tell(now=START - 5 * MINUTE)
    factories.assignment(factories.shift(factories.post(), starts_at=NOW))

    with django_assert_num_queries(1):
        told_again = shift_messages.tell(now=START - 5 * MINUTE)

    assert told_again == 0


def test_one_person_costs_as_many_queries_as_ten(desk):
    def count(now) -> int:
        with CaptureQueriesContext(connection) as captured:
            shift_messages.tell(now=now)
        return len(captured)

    urgent(desk, 5, "Li")
    one = count(SOON)
    Message.objects.all().delete()
    for _ in range(9):
        factories.assignment(desk.incoming)
    ten = count(SOON)

    assert (one, Message.objects.count()) == (ten, 10)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_tell_by_two_at_once_is_told_once(desk):
    desk.open()
    for _ in range(5):
        factories.assignment(desk.incoming)
        factories.assignment(desk.outgoing, checked_in=True)
    now = START - 5 * MINUTE

    refused = at_once(*[lambda: shift_messages.tell(now=now)] * 4)

    assert refused == []
    assert [key for _name, key in sorted(told(), key=lambda row: row[1])] == ["sign"] * 6 + ["start"] * 6
