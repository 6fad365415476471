"""Holes in the coming roster, also against a slow model that looks at every minute."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from handover.models import Assignment, Post, ServiceHours, Shift
from handover.queries import holes
from handover.queries.holes import Hole, PostHoles
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
END = NOW + 7 * DAY


def of_post(desk, now=NOW) -> PostHoles | None:
    return next(iter(holes.of_posts([Post.objects.select_related("team").get(pk=desk.pk)], now)), None)


def nobody(desk, now=NOW) -> tuple[Hole, ...]:
    found = of_post(desk, now)
    return found.nobody if found else ()


def opened(desk, weekday: int, opens_at: time, closes_at: time) -> None:
    ServiceHours.objects.create(post=desk, weekday=weekday, opens_at=opens_at, closes_at=closes_at)


@pytest.fixture
def desk():
    """Round the clock, with a leader: what it may lack is people."""
    desk = factories.post()
    factories.member(desk.team, leads=desk)
    return desk


def test_shift_with_nobody_is_one_hole_with_what_lies_around_it(desk):
    factories.assignment(factories.shift(desk, starts_at=NOW - HOUR, hours=3))
    empty = factories.shift(desk, starts_at=NOW + 4 * HOUR, hours=8)
    factories.assignment(factories.shift(desk, starts_at=NOW + 20 * HOUR, hours=24 * 7))

    assert nobody(desk) == (Hole(NOW + 2 * HOUR, NOW + 20 * HOUR, empty.pk),)


def test_post_that_somebody_is_always_at_has_no_holes(desk):
    factories.assignment(factories.shift(desk, hours=24 * 4))
    factories.assignment(factories.shift(desk, starts_at=NOW - HOUR + 4 * DAY, hours=24 * 4))

    assert of_post(desk) is None


def test_hole_is_only_where_the_post_is_to_be_staffed(desk):
    opened(desk, 2, time(9), time(18))  # Wednesday, in Shanghai
    pattern_alone = factories.pattern(desk)

    assert pattern_alone.post == desk
    assert nobody(desk) == (Hole(NOW.replace(day=11, hour=1), NOW.replace(day=11, hour=10), None),)


def test_hole_ends_with_the_days_of_a_temporary_post(desk):
    Post.objects.filter(pk=desk.pk).update(last_day=date(2026, 3, 10))
    factories.pattern(desk)

    assert nobody(desk) == (Hole(NOW, NOW.replace(hour=16), None),)


@pytest.mark.parametrize(
    "fields",
    [
        {"is_active": False},
        {"last_day": date(2026, 3, 9)},
        {"first_day": date(2026, 3, 30), "last_day": date(2026, 4, 30)},
    ],
)
def test_post_that_is_not_in_use_has_no_holes(desk, fields):
    Post.objects.filter(pk=desk.pk).update(**fields)
    factories.pattern(desk)

    assert of_post(desk) is None


def test_post_with_neither_pattern_nor_shift_is_not_planned(desk):
    factories.pattern(desk, is_active=False)

    assert of_post(desk) == PostHoles(desk, is_planned=False)


def test_substitute_fills_the_place_and_who_is_away_does_not(desk):
    shift = factories.shift(desk, hours=24 * 9)
    away = factories.assignment(shift)
    assert nobody(desk) == ()

    factories.assignment(shift, substitutes=away)
    assert nobody(desk) == ()

    Assignment.objects.filter(substitutes=away).update(checked_in_at=NOW - HOUR, checked_out_at=NOW + HOUR)
    assert nobody(desk) == (Hole(NOW + HOUR, END, shift.pk),)


def test_who_left_the_team_fills_no_place(desk):
    shift = factories.shift(desk, hours=24 * 9)
    person = factories.assignment(shift).user
    person.memberships.all().delete()

    assert nobody(desk) == (Hole(NOW, END, shift.pk),)


def test_who_came_early_fills_the_place_of_who_left_early(desk):
    ends_at = NOW + 15 * MINUTE
    factories.assignment(
        factories.shift(desk, starts_at=ends_at - 8 * HOUR), checked_in=True, checked_out_at=NOW - MINUTE
    )
    place = factories.assignment(factories.shift(desk, starts_at=ends_at, hours=24 * 9))
    assert [hole[:2] for hole in nobody(desk)] == [(NOW, ends_at)]

    Assignment.objects.filter(pk=place.pk).update(checked_in_at=NOW - 5 * MINUTE)
    assert nobody(desk) == ()


def test_nobody_in_charge_where_no_duty_supervisor_covers_it():
    desk = factories.post()
    factories.administrator()
    led = factories.shift(desk, starts_at=NOW - HOUR, hours=4)
    other = factories.shift(desk, starts_at=NOW + 3 * HOUR, hours=24 * 8)
    factories.assignment(led, is_duty_supervisor=True)
    factories.assignment(other)

    assert of_post(desk) == PostHoles(desk, unled=(Hole(NOW + 3 * HOUR, END, other.pk),))


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.LEADER])
def test_somebody_in_charge_of_the_post_needs_no_roster(role):
    desk = factories.post()
    factories.assignment(factories.shift(desk, hours=24 * 9))
    factories.member(desk.team, role, leads=desk if role == Role.LEADER else None)

    assert of_post(desk) is None


@pytest.mark.parametrize("is_active", [False, True])
def test_supervisor_who_may_not_sign_in_is_nobody_in_charge(is_active):
    desk = factories.post()
    shift = factories.shift(desk, hours=24 * 9)
    factories.assignment(shift)
    chief = factories.member(desk.team, Role.SUPERVISOR)
    type(chief).objects.filter(pk=chief.pk).update(is_active=is_active)

    found = of_post(desk)

    assert found == (None if is_active else PostHoles(desk, unled=(Hole(NOW, END, shift.pk),)))


def test_holes_need_the_same_queries_for_one_post_and_many():
    def count(desks) -> int:
        with CaptureQueriesContext(connection) as captured:
            holes.of_posts(desks, NOW)
        return len(captured)

    team = factories.team()
    desks = [factories.post(team) for _ in range(10)]
    for desk in desks:
        factories.pattern(desk)
        opened(desk, 1, time(9), time(18))
        for day in range(5):
            factories.assignment(factories.shift(desk, starts_at=NOW + day * DAY))

    one = count(list(Post.objects.filter(pk=desks[0].pk).select_related("team")))
    ten = count(list(Post.objects.filter(team=team).select_related("team")))

    assert one == ten == 9


# --- every minute ----------------------------------------------------------------------------------

# A Friday or Saturday whose following week has a night when the clocks change, except the first.
WEEKS = st.sampled_from(
    [
        ("Asia/Shanghai", date(2026, 3, 6)),
        ("Europe/Berlin", date(2026, 3, 27)),
        ("Europe/Berlin", date(2026, 10, 23)),
        ("America/Havana", date(2026, 3, 6)),  # midnight does not exist
        ("America/Havana", date(2026, 10, 30)),  # midnight comes twice
        ("America/Santiago", date(2026, 4, 3)),  # 23:00 comes twice
        ("Australia/Lord_Howe", date(2026, 10, 2)),  # by half an hour
    ]
)
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 30, 59]))
HOURS = st.lists(
    st.tuples(st.integers(0, 6), TIMES, TIMES), max_size=6, unique_by=lambda row: (row[0], row[1])
)
WEEK = range(7 * 1440)
MINUTES = st.integers(-600, 600)
PEOPLE = st.fixed_dictionaries(
    {
        "leads": st.booleans(),
        "away": st.booleans(),  # somebody else takes the place
        "came": st.none() | MINUTES,  # minutes after the start of the shift
        "stayed": st.none() | st.integers(0, 900),
    }
)
SHIFTS = st.lists(
    st.tuples(st.integers(-1000, 11000), st.integers(1, 3000), st.lists(PEOPLE, max_size=2)),
    max_size=8,
    unique_by=lambda row: row[0],
)


class Model:
    """The same question, asked of every minute of a little more than the week, by the clock on the wall.

    Minutes are counted from now.
    """

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        self.first = -3 * 1440
        minutes = (now + n * MINUTE for n in range(self.first, 10 * 1440))
        self.walls = [minute.astimezone(zone).replace(tzinfo=None) for minute in minutes]

    def instant(self, day: date, at: time) -> int:
        """The first minute at which the wall shows that time, or a later one."""
        wanted = datetime.combine(day, at)
        return next(n for n, wall in enumerate(self.walls, self.first) if wall >= wanted)

    def service(self, hours) -> set[int]:
        if not hours:
            return set(WEEK)
        found = set()
        for day in sorted({wall.date() for wall in self.walls})[1:-2]:
            for weekday, opens_at, closes_at in hours:
                if day.weekday() == weekday:
                    ends_on = day + DAY if closes_at <= opens_at else day
                    found.update(range(self.instant(day, opens_at), self.instant(ends_on, closes_at)))
        return found & set(WEEK)


def minutes(now: datetime, start: datetime, end: datetime) -> range:
    return range((start - now) // MINUTE, (end - now) // MINUTE)


class EveryMinute(TestCase):
    @given(week=WEEKS, hours=HOURS, shifts=SHIFTS, clock=TIMES, has_leader=st.booleans())
    @settings(max_examples=40, deadline=None)
    def test_holes_are_the_minutes_that_lack_somebody(self, week, hours, shifts, clock, has_leader):
        zone, day = week
        now = datetime.combine(day, clock, tzinfo=UTC)
        desk = factories.post(factories.team(time_zone=zone))
        factories.pattern(desk)
        if has_leader:
            factories.member(desk.team, leads=desk)
        for row in hours:
            opened(desk, *row)
        empty = Model(ZoneInfo(zone), now).service(hours)
        unled = set() if has_leader else set(empty)
        for start, length, people in shifts:
            shift = factories.shift(desk, starts_at=now + start * MINUTE, hours=length / 60)
            for person in people:
                works, leads = place(shift, **person)
                empty.difference_update(minutes(now, *works))
                if person["leads"]:
                    unled.difference_update(minutes(now, *leads))

        found = of_post(desk, now) or PostHoles(desk)

        for rows, lacking in ((found.nobody, empty), (found.unled, unled)):
            assert [n for row in rows for n in minutes(now, *row[:2])] == sorted(lacking)
            assert all(one.ends_at < later.starts_at for one, later in pairwise(rows))
            assert [row.shift_id for row in rows] == [first_shift(desk, row) for row in rows]


def place(shift: Shift, *, leads, away, came, stayed):
    """Put somebody on the shift; answers from when until when they work, and lead."""
    fields = {"is_duty_supervisor": leads}
    came_at = left_at = None
    if came is not None:
        fields["checked_in_at"] = came_at = shift.starts_at + came * MINUTE
    if came_at and stayed is not None:
        fields["checked_out_at"] = left_at = came_at + stayed * MINUTE
    if away:
        fields["substitutes"] = factories.assignment(shift, is_duty_supervisor=True)
    factories.assignment(shift, **fields)
    end = min(shift.ends_at, left_at) if left_at else shift.ends_at
    start = min(shift.starts_at, came_at) if came_at else shift.starts_at
    return (start, end), (shift.starts_at, end)


def first_shift(desk, row: Hole) -> int | None:
    rows = Shift.objects.filter(post=desk, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at)
    return rows.order_by("starts_at").values_list("pk", flat=True).first()
