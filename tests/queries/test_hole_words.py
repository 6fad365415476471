"""Holes of the coming roster as its page and the live board say them."""

from datetime import timedelta

import pytest
from django.utils import translation

from handover.models import Post
from handover.queries import hole_words
from handover.queries.hole_words import Gap, PostGaps
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    return factories.post(factories.team(name="Shop"), "Front line")


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR)


def listing(team):
    return hole_words.listing(list(Post.objects.filter(team=team).select_related("team").order_by("pk")), NOW)


def staffed(desk, *hours):
    """Somebody is there from one hour after now until another, pair by pair."""
    for start, end in hours:
        factories.assignment(factories.shift(desk, starts_at=NOW + start * HOUR, hours=end - start))


def test_gaps_say_when_and_lead_to_where_they_are_filled(desk, chief):
    staffed(desk, (2, 9), (11, 30), (60, 160))
    night = factories.shift(desk, starts_at=NOW + 30 * HOUR, hours=8)

    found = listing(desk.team)

    create = f"/posts/{desk.pk}/shifts/new/"
    assert found == [
        PostGaps(
            post_id=desk.pk,
            name="Front line",
            is_planned=True,
            gaps=(
                Gap("nobody", "now to 16:00", f"{create}?day=2026-03-10&starts=14%3A00&ends=16%3A00"),
                Gap(
                    "nobody",
                    "Tue 10 Mar, 23:00 to Wed 11 Mar, 01:00",
                    f"{create}?day=2026-03-10&starts=23%3A00&ends=01%3A00",
                ),
                Gap("nobody", "Wed 11 Mar, 20:00 to Fri 13 Mar, 02:00", f"/shifts/{night.pk}/"),
                Gap(
                    "nobody",
                    "from Tue 17 Mar, 06:00 on",
                    f"{create}?day=2026-03-17&starts=06%3A00",
                ),
            ),
            more=0,
            url=create,
        )
    ]


def test_gap_longer_than_a_day_leaves_the_end_open(desk, chief):
    staffed(desk, (0, 1), (48, 200))

    assert [gap.url for gap in listing(desk.team)[0].gaps] == [
        f"/posts/{desk.pk}/shifts/new/?day=2026-03-10&starts=15%3A00"
    ]


def test_gaps_without_anybody_in_charge_come_after_those_with_nobody(desk):
    staffed(desk, (0, 1), (2, 200))

    assert [(gap.kind, gap.text) for gap in listing(desk.team)[0].gaps] == [
        ("nobody", "Tue 10 Mar, 15:00 to 16:00"),
        ("no_supervisor", "from now on"),
    ]


def test_more_gaps_than_are_shown_are_counted(desk, chief):
    staffed(desk, *[(2 * n, 2 * n + 1) for n in range(9)], (18, 200))

    (found,) = listing(desk.team)

    assert (len(found.gaps), found.more) == (4, 5)


def test_post_that_nobody_plans_is_one_sentence(desk, chief):
    staffed(factories.post(desk.team, "Back office"), (0, 200))

    assert [(post.name, post.is_planned, post.gaps) for post in listing(desk.team)] == [
        ("Front line", False, ())
    ]


def test_day_of_a_gap_is_said_in_the_language_of_the_reader(desk, chief):
    staffed(desk, (0, 24), (25, 200))

    with translation.override("zh-hans"):
        text = listing(desk.team)[0].gaps[0].text

    assert text.startswith("3月11日")
