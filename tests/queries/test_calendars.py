"""What a calendar program reads: parsed back, on nights when the clocks change too."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from accounts.models import Membership
from handover.models import CalendarFeed
from handover.queries import calendars
from handover.services import shifts
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def amy(desk):
    return factories.member(desk.team, name="Amy")


def feed(owner, post=None):
    return CalendarFeed.objects.create(owner=owner, post=post, sha256=f"{owner.pk}", made_at=NOW)


def read(calendar, now=NOW):
    """The events, as another program understands them."""
    parsed = Calendar.from_ical(calendars.text(calendar, now))
    assert parsed.errors == []
    return [
        {
            "uid": str(event["uid"]),
            "times": (event.decoded("dtstart"), event.decoded("dtend")),
            "sequence": event["sequence"],
            "summary": str(event["summary"]),
            "description": str(event["description"]),
        }
        for event in parsed.walk("VEVENT")
    ]


def test_calendar_of_a_person_holds_their_shifts_with_who_is_there(desk, amy, settings):
    settings.SITE_URL = "https://handover.example.org"
    shift = factories.shift(desk, name="Early, long; \\ 早班", starts_at=NOW + DAY)
    factories.assignment(shift, amy, is_duty_supervisor=True)
    factories.assignment(shift, factories.member(desk.team, name="Bob\nLee"))
    factories.assignment(factories.shift(desk, starts_at=NOW + 2 * DAY))  # of somebody else

    events = read(feed(amy))
    text = calendars.text(feed(factories.user()), NOW).decode()

    assert events == [
        {
            "uid": f"shift-{shift.pk}-person-{amy.pk}@handover.example.org",
            "times": (shift.starts_at, shift.ends_at),
            "sequence": 0,
            "summary": "Early, long; \\ 早班 at Front",
            "description": "You are the duty supervisor.\nWith Bob\nLee",
        }
    ]
    assert "METHOD:PUBLISH\r\n" in text
    assert "BEGIN:VEVENT" not in text


def test_calendar_of_a_post_holds_everybody(desk, amy):
    chief = factories.member(desk.team, Role.SUPERVISOR, name="Chief")
    shift = factories.shift(desk, name="Early", starts_at=NOW + DAY)
    factories.assignment(shift, amy)
    factories.assignment(shift, chief, is_duty_supervisor=True)
    factories.shift(desk, name="Late", starts_at=NOW + 2 * DAY)
    factories.shift(factories.post(desk.team), starts_at=NOW + DAY)

    events = read(feed(chief, desk))

    assert [(event["summary"], event["description"]) for event in events] == [
        ("Early at Front", "Chief (duty supervisor), Amy"),
        ("Late at Front", "Nobody yet"),
    ]


def test_calendar_is_one_whatever_a_post_is_called():
    post = factories.post(name="Front, \r\nATTENDEE:x\rX-EVIL:y")
    chief = factories.member(post.team, leads=post)

    text = calendars.text(feed(chief, post), NOW)

    assert b"\r\nX-WR-CALNAME:Shifts: Front\\, \\nATTENDEE:x\\nX-EVIL:y\r\n" in text


def test_calendar_speaks_the_language_of_its_owner(desk):
    amy = factories.member(desk.team)
    amy.language = "zh-hans"
    amy.save(update_fields=["language"])
    shift = factories.shift(desk, starts_at=NOW + DAY)
    factories.assignment(shift, amy, is_duty_supervisor=True)
    factories.assignment(shift, factories.member(desk.team, name="Bob"), is_duty_supervisor=True)

    assert "值班主管" in read(feed(amy))[0]["description"]


@pytest.mark.parametrize(
    ("day", "length"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9)], ids=["spring", "autumn"]
)
def test_calendar_is_right_on_nights_when_the_clocks_change(day, length):
    team = factories.team(time_zone="Europe/Berlin")
    desk = factories.post(team)
    amy = factories.member(team)
    starts = datetime.combine(day, time(22), team.zone)
    ends = datetime.combine(day + DAY, time(6), team.zone)
    shift = factories.shift(desk, starts_at=starts.astimezone(UTC), hours=length)
    factories.assignment(shift, amy)

    start, end = read(feed(amy), now=shift.starts_at)[0]["times"]

    assert (start.astimezone(team.zone), end.astimezone(team.zone)) == (starts, ends)
    assert (start.utcoffset(), end - start) == (timedelta(0), length * HOUR)


def test_calendar_reaches_from_14_days_ago_to_60_days_ahead(desk, amy):
    edges = [
        NOW - 14 * DAY - 8 * HOUR,
        NOW - 14 * DAY - 7 * HOUR,
        NOW + 60 * DAY - HOUR,
        NOW + 60 * DAY,
    ]
    for starts_at in edges:
        factories.assignment(factories.shift(desk, starts_at=starts_at), amy)

    assert [event["times"][0] for event in read(feed(amy))] == edges[1:3]


def test_calendar_keeps_its_size(desk, amy, monkeypatch):
    monkeypatch.setattr(calendars, "MOST", 3)
    for number in range(5):
        factories.assignment(factories.shift(desk, starts_at=NOW + number * DAY), amy)

    assert len(read(feed(amy))) == 3


def test_calendar_names_a_change_of_times_under_the_same_name(desk, amy):
    shift = factories.assignment(factories.shift(desk, starts_at=NOW + DAY), amy).shift
    calendar = feed(amy)
    before = read(calendar)[0]
    later = shift.starts_at + HOUR
    shifts.edit(shift=shift, name="Day", starts_at=later, ends_at=later + HOUR, actor=amy, now=NOW)

    after = read(calendar)[0]

    assert (before["uid"], before["sequence"]) == (after["uid"], after["sequence"] - 1)
    assert after["times"] == (later, later + HOUR)


def test_calendar_leaves_out_whose_place_a_substitute_has(desk, amy):
    place = factories.assignment(factories.shift(desk, starts_at=NOW + DAY), amy)
    bob = factories.member(desk.team, name="Bob")
    factories.assignment(place.shift, bob, substitutes=place)

    assert [len(read(feed(person))) for person in (amy, bob)] == [0, 1]


def test_calendar_shows_no_team_that_its_owner_has_left(desk, amy):
    factories.assignment(factories.shift(desk, starts_at=NOW + DAY), amy)
    own, ours = feed(amy), CalendarFeed.objects.create(owner=amy, post=desk, sha256="post", made_at=NOW)
    Membership.objects.all().delete()

    assert (read(own), calendars.text(ours, NOW)) == ([], None)


@pytest.mark.parametrize("count", [1, 30])
def test_calendar_needs_the_same_queries_for_few_and_many(desk, amy, count, django_assert_num_queries):
    for number in range(count):
        factories.assignment(factories.shift(desk, starts_at=NOW + number * HOUR), amy)
    calendar = feed(amy)

    with django_assert_num_queries(4):
        calendars.text(calendar, NOW)
