"""Each measure of items by a small history worked out by hand; days and weeks too."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from handover.models import Fact, Kind, Measure, PendingItem
from handover.queries import item_facts
from handover.services import endings, escalation, figures, holding, items, promises
from tests import factories
from tests.factories import NOW
from tests.figures import counted, sums_of_facts, sums_of_rollups
from tests.items import note, register

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def ada(desk):
    return factories.agent_on_duty(desk, name="Ada")


def urgent(desk, ada, **facts):
    return register(desk, ada, kind=Kind.URGENT, holder=None, **facts)


def test_urgent_item_taken_in_time_is_a_hit_of_who_took_it_at_that_instant(desk, ada):
    item = urgent(desk, ada)
    holding.take(item=item, actor=ada, now=NOW + 7 * MINUTE)

    fields = ("at", "hit", "value", "person", "shift_name", "post", "week")
    taken = counted(Measure.TAKEN, now=NOW + 8 * MINUTE, fields=fields)

    assert taken == [(NOW + 7 * MINUTE, True, 7, ada.pk, "Day", desk.pk, date(2026, 3, 9))]


def test_urgent_item_taken_too_late_is_nobodys_miss_at_the_instant_its_time_ran_out(desk, ada):
    item = urgent(desk, ada)
    holding.take(item=item, actor=ada, now=NOW + 13 * MINUTE)

    taken = counted(Measure.TAKEN, now=LATER, fields=("at", "hit", "value", "person"))

    assert taken == [(NOW + 10 * MINUTE, False, 13, None)]


def test_urgent_item_that_waits_is_counted_when_its_time_has_run_out_and_not_before(desk, ada):
    urgent(desk, ada)

    assert counted(Measure.TAKEN, now=NOW + 10 * MINUTE) == []
    assert counted(Measure.TAKEN, now=NOW + 11 * MINUTE) == [(False, None)]


def test_urgent_item_that_waited_too_long_and_is_taken_then_stays_one_miss(desk, ada):
    item = urgent(desk, ada)
    figures.run(now=NOW + 12 * MINUTE)
    holding.take(item=item, actor=ada, now=NOW + 13 * MINUTE)

    assert counted(Measure.TAKEN, now=NOW + 14 * MINUTE) == [(False, 13)]
    assert sums_of_rollups() == sums_of_facts()


def test_urgent_item_answered_counts_from_when_it_became_urgent(desk, ada):
    in_time, late = urgent(desk, ada), urgent(desk, ada)
    note(in_time, ada, now=NOW + 20 * MINUTE)
    note(late, ada, now=NOW + 40 * MINUTE)

    answered = counted(Measure.ANSWERED, now=LATER, fields=("item", "hit", "value", "person"))

    assert answered == [(in_time.pk, True, 20, ada.pk), (late.pk, False, 40, None)]


def test_clock_that_was_no_longer_needed_is_not_counted(desk, ada):
    item = urgent(desk, ada)
    items.set_kind(item=item, kind=Kind.FOLLOW_UP, actor=ada, now=NOW + MINUTE)

    assert counted(Measure.ANSWERED, now=LATER) == []


NAMES = ("kept", "late", "broken", "moved", "open", "forgotten")


def test_promises_count_as_kept_by_their_time_alone(desk, ada):
    promised = {
        name: register(desk, ada) for name in ("kept", "late", "broken", "moved", "open", "forgotten")
    }
    due_at = NOW + 60 * MINUTE
    made = {
        name: promises.make(item=item, text=name, due_at=due_at, actor=ada, now=NOW)
        for name, item in promised.items()
    }
    moved = promises.move(
        promise=made["moved"], due_at=NOW + 90 * MINUTE, reason="later", actor=ada, now=NOW + 50 * MINUTE
    )
    promises.keep(promise=made["kept"], actor=ada, now=NOW + 30 * MINUTE)
    promises.break_(promise=made["broken"], actor=ada, now=NOW + 40 * MINUTE)
    promises.keep(promise=made["late"], actor=ada, now=NOW + 70 * MINUTE)
    promises.keep(promise=moved, actor=ada, now=NOW + 80 * MINUTE)
    promises.move(promise=made["open"], due_at=LATER, reason="later", actor=ada, now=NOW + 55 * MINUTE)

    found = counted(Measure.PROMISE, now=NOW + 100 * MINUTE, fields=("thing", "at", "hit"))

    assert found == [
        (made["kept"].pk, NOW + 30 * MINUTE, True),
        (made["broken"].pk, NOW + 40 * MINUTE, False),
        (made["late"].pk, due_at, False),
        (made["forgotten"].pk, due_at, False),
        (moved.pk, NOW + 80 * MINUTE, True),
    ]


def test_follow_up_closed_on_its_day_is_a_hit_and_other_kinds_are_not_counted(desk, ada):
    in_time, late = register(desk, ada), register(desk, ada)
    done = [(in_time, NOW + 2 * timedelta(hours=1)), (late, NOW + timedelta(days=1))]
    done.append((register(desk, ada, kind=Kind.REMINDER), NOW + MINUTE))
    for item, at in done:
        endings.close(item=item, result="Done.", actor=ada, now=at)

    assert counted(Measure.SAME_DAY, now=LATER, fields=("item", "hit")) == [
        (in_time.pk, True),
        (late.pk, False),
    ]


def test_follow_up_opened_again_counts_anew(desk, ada):
    item = register(desk, ada)
    endings.close(item=item, result="Done.", actor=ada, now=NOW + MINUTE)
    closed = counted(Measure.SAME_DAY, now=NOW + 2 * MINUTE)
    item.refresh_from_db()
    endings.reopen(item=item, reason="It came back.", actor=ada, now=NOW + 3 * MINUTE)
    reopened = counted(Measure.SAME_DAY, now=NOW + 4 * MINUTE)
    reopened_sums = sums_of_rollups()

    assert (closed, reopened) == ([(True, 1)], [])
    assert reopened_sums == sums_of_facts()
    assert counted(Measure.SAME_DAY, now=NOW + timedelta(days=2)) == [(False, None)]


def test_contacts_are_those_a_customer_began_and_calling_again_is_the_hit(desk, ada):
    item = register(desk, ada)
    note(item, ada, now=NOW + MINUTE)
    items.call_again(item=item, text="Where is it?", actor=ada, now=NOW + 2 * MINUTE)

    assert counted(Measure.CONTACT, now=LATER, fields=("at", "hit")) == [
        (NOW, False),
        (NOW + 2 * MINUTE, True),
    ]


def test_escalations_count_by_step_and_by_the_hour_of_the_team(desk, ada):
    factories.member(desk.team, factories.Role.SUPERVISOR)
    urgent(desk, ada)
    escalation.sweep(now=NOW + 11 * MINUTE)

    assert counted(Measure.ESCALATION, now=NOW + 12 * MINUTE, fields=("at", "bucket")) == [
        (NOW + 11 * MINUTE, 1)
    ]
    assert counted(Measure.ESCALATION_HOUR, now=NOW + 12 * MINUTE, fields=("bucket",)) == [14]


def test_what_was_decided_stays_at_its_post_when_the_item_moves_on(desk, ada):
    other = factories.post(desk.team)
    item = urgent(desk, ada)
    holding.take(item=item, actor=ada, now=NOW + MINUTE)
    figures.run(now=NOW + 2 * MINUTE)
    PendingItem.objects.filter(pk=item.pk).update(post=other)
    item.refresh_from_db()
    note(item, ada, now=NOW + 3 * MINUTE)
    figures.run(now=NOW + 4 * MINUTE)

    places = Fact.objects.filter(item=item).order_by("at", "measure").values_list("measure", "post")
    assert list(places) == [("contact", desk.pk), ("taken", desk.pk), ("answered", other.pk)]
    assert sums_of_rollups() == sums_of_facts()


@pytest.mark.parametrize(
    ("zone", "day_ends_at", "at", "week"),
    [
        # Sunday 23:59 and Monday 00:00 in Shanghai, which are Sunday 15:59 and 16:00 in UTC.
        ("Asia/Shanghai", time(0), datetime(2026, 3, 15, 15, 59, tzinfo=UTC), date(2026, 3, 9)),
        ("Asia/Shanghai", time(0), datetime(2026, 3, 15, 16, 0, tzinfo=UTC), date(2026, 3, 16)),
        # The Sunday of a night team ends on Monday at 04:00.
        ("Asia/Shanghai", time(4), datetime(2026, 3, 15, 19, 59, tzinfo=UTC), date(2026, 3, 9)),
        ("Asia/Shanghai", time(4), datetime(2026, 3, 15, 20, 0, tzinfo=UTC), date(2026, 3, 16)),
        # A day that ends at 18:00 has the date on which it ends.
        ("Asia/Shanghai", time(18), datetime(2026, 3, 15, 10, 0, tzinfo=UTC), date(2026, 3, 16)),
        # In Berlin the clocks go back at 03:00 on this Sunday; it ends 23:00 UTC, not 22:00.
        ("Europe/Berlin", time(0), datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 19)),
        ("Europe/Berlin", time(0), datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_week_is_that_of_the_business_day_in_the_zone_of_the_team(zone, day_ends_at, at, week):
    team = factories.team(time_zone=zone, day_ends_at=day_ends_at)

    assert team.business_week(at) == week


def test_fact_stands_in_the_week_of_its_own_team():
    at = datetime(2026, 3, 15, 15, 59, tzinfo=UTC)  # Sunday evening in Shanghai, Monday in Auckland
    teams = [factories.team(time_zone=zone) for zone in ("Asia/Shanghai", "Pacific/Auckland")]
    for team in teams:
        desk = factories.post(team)
        register(desk, factories.agent_on_duty(desk, now=at), now=at)

    weeks = counted(Measure.CONTACT, now=at + MINUTE, fields=("team", "week"))

    assert weeks == [(teams[0].pk, date(2026, 3, 9)), (teams[1].pk, date(2026, 3, 16))]


def test_minutes_of_the_night_in_which_the_clocks_change_are_real_ones():
    before, after = datetime(2026, 10, 25, 0, 50, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)

    assert item_facts.minutes(before, after) == 20
