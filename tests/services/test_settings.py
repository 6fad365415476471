"""Teams, posts, patterns and issue types: what changes, what follows from it, what is refused."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from accounts.models import Team
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Event, IssueType, Post, ServiceHours, Shift, ShiftPattern
from handover.queries.hours import in_service_from
from handover.services import posts, teams
from handover.services.posts import Hours
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db

POST = {"name": "Front line", "early_minutes": 15, "first_day": None, "last_day": None, "is_active": True}
DAY = {"name": "Day", "starts_at": time(9), "ends_at": time(17), "weekdays": "0123456", "is_active": True}
TEAM = {"name": "North", "time_zone": "Asia/Shanghai", "day_ends_at": time(0), "is_active": True}


@pytest.fixture
def chief():
    return factories.administrator()


def trail():
    written = Event.objects.filter(verb="settings_changed").order_by("pk")
    return [(event.data["what"], event.data["changes"]) for event in written]


def facts_of(desk, **changes):
    return {name: getattr(desk, name) for name in POST} | changes


# --- Teams ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_team_create_brings_issue_types_in_its_language(chief, language):
    with translation.override(language):
        complaint = translation.gettext("Complaint")

    team = teams.create(facts=TEAM, language=language, actor=chief, now=NOW)

    types = IssueType.objects.filter(team=team)
    assert types.count() == len(teams.DEFAULT_ISSUE_TYPES)
    assert list(types.filter(is_complaint=True).values_list("name", flat=True)) == [complaint]
    assert trail() == [("team", {"created": True})]


def test_team_create_twice_is_a_conflict(chief):
    teams.create(facts=TEAM, language="en", actor=chief, now=NOW)

    with pytest.raises(Conflict):
        teams.create(facts=TEAM, language="en", actor=chief, now=NOW)

    assert Team.objects.count() == 1


def test_team_edit_of_the_zone_moves_empty_shifts(chief):
    team = factories.team("North")
    desk = factories.post(team)
    posts.add_patterns(post=desk, patterns=[DAY], actor=chief, now=NOW)

    teams.edit(team=team, facts=TEAM | {"time_zone": "Europe/Berlin"}, actor=chief, now=NOW)

    first = Shift.objects.filter(starts_at__gt=NOW).order_by("starts_at").first()
    assert first.starts_at == datetime(2026, 3, 11, 8, tzinfo=UTC)  # 09:00 in Berlin; today runs
    assert trail()[-1] == ("team", {"time_zone": ["Asia/Shanghai", "Europe/Berlin"]})


def test_team_edit_without_a_change_leaves_no_trace(chief):
    team = factories.team("North")

    teams.edit(team=team, facts=TEAM, actor=chief, now=NOW)

    assert not Event.objects.exists()


def test_issue_type_is_added_and_retired(chief):
    team = factories.team()
    facts = {"name": "Warranty", "is_complaint": False, "is_active": True}

    issue_type = teams.add_issue_type(team=team, facts=facts, actor=chief, now=NOW)
    teams.edit_issue_type(issue_type=issue_type, facts=facts | {"is_active": False}, actor=chief, now=NOW)

    assert list(IssueType.objects.values_list("name", "is_active")) == [("Warranty", False)]
    assert trail() == [
        ("issue_type", {"created": True}),
        ("issue_type", {"is_active": ["True", "False"]}),
    ]


def test_issue_type_of_a_taken_name_is_a_conflict(chief):
    present = factories.issue_type(name="Warranty")
    facts = {"name": "Warranty", "is_complaint": False, "is_active": True}

    with pytest.raises(Conflict):
        teams.add_issue_type(team=present.team, facts=facts, actor=chief, now=NOW)


# --- Posts ----------------------------------------------------------------------------------------
def test_post_create_with_hours_and_leaders(chief):
    team = factories.team()
    leader = factories.member(team, Role.LEADER)
    hours = [Hours(day, time(9), time(18)) for day in range(5)]

    desk = posts.create(team=team, facts=POST, hours=hours, leaders=[leader], actor=chief, now=NOW)

    assert ServiceHours.objects.filter(post=desk).count() == 5
    assert list(desk.leaders.all()) == [leader]
    saturday = datetime(2026, 3, 14, 6, tzinfo=UTC)
    assert in_service_from(desk, saturday) == datetime(2026, 3, 16, 1, tzinfo=UTC)


def test_post_create_refuses_a_leader_who_is_none(chief):
    team = factories.team()

    with pytest.raises(NotAllowed):
        posts.create(team=team, facts=POST, hours=[], leaders=[factories.member(team)], actor=chief, now=NOW)

    assert not Post.objects.exists()


def test_post_create_of_a_taken_name_is_a_conflict(chief):
    desk = factories.post(name="Front line")

    with pytest.raises(Conflict):
        posts.create(team=desk.team, facts=POST, hours=[], leaders=[], actor=chief, now=NOW)


def test_post_edit_replaces_hours_and_leaders_and_says_so(chief):
    desk = factories.post(name="Front line")
    former = factories.member(desk.team, name="Amy", leads=desk)
    leader = factories.member(desk.team, Role.LEADER, name="Bob")
    ServiceHours.objects.create(post=desk, weekday=0, opens_at=time(9), closes_at=time(18))

    posts.edit(
        post=desk,
        facts=facts_of(desk, early_minutes=10),
        hours=[Hours(0, time(8), time(18))],
        leaders=[leader],
        actor=chief,
        now=NOW,
    )

    assert list(desk.leaders.all()) == [leader] != [former]
    assert trail() == [
        (
            "post",
            {
                "early_minutes": ["15", "10"],
                "service_hours": ["1 09:00-18:00", "1 08:00-18:00"],
                "leaders": ["Amy", "Bob"],
            },
        )
    ]


def test_post_edit_of_the_last_day_removes_empty_shifts_after_it(chief):
    desk = factories.post(name="Front line")
    posts.add_patterns(post=desk, patterns=[DAY], actor=chief, now=NOW)

    posts.edit(
        post=desk,
        facts=facts_of(desk, last_day=date(2026, 3, 11)),
        hours=[],
        leaders=[],
        actor=chief,
        now=NOW,
    )

    assert Shift.objects.filter(post=desk).count() == 2


def test_post_with_open_items_cannot_be_retired(chief):
    desk = factories.post(name="Front line")
    factories.item(desk)

    with pytest.raises(InvalidMove, match="1 open item"):
        posts.edit(
            post=desk,
            facts=facts_of(desk, is_active=False),
            hours=[],
            leaders=[],
            actor=chief,
            now=NOW,
        )


# --- Patterns -------------------------------------------------------------------------------------
def test_patterns_bring_six_weeks_of_shifts(chief):
    desk = factories.post()

    posts.add_patterns(post=desk, patterns=[DAY], actor=chief, now=NOW)

    assert Shift.objects.filter(post=desk, ends_at__gt=NOW).count() == 43
    assert trail() == [("pattern", {"created": True})]


def test_patterns_are_all_there_or_none(chief):
    desk = factories.post()

    with pytest.raises(Conflict):
        posts.add_patterns(post=desk, patterns=[DAY, DAY], actor=chief, now=NOW)

    assert not ShiftPattern.objects.exists()
    assert not Shift.objects.exists()


def test_pattern_edit_moves_empty_shifts(chief):
    desk = factories.post()
    (rule,) = posts.add_patterns(post=desk, patterns=[DAY], actor=chief, now=NOW)

    posts.edit_pattern(pattern=rule, facts=DAY | {"starts_at": time(10)}, actor=chief, now=NOW)

    starts = Shift.objects.filter(starts_at__gt=NOW).values_list("starts_at", flat=True)
    assert {start.hour for start in starts} == {2}
    assert min(starts) == NOW.replace(hour=2) + timedelta(days=1)
