"""Warnings of holes in the roster, a day ahead."""

from datetime import timedelta

import pytest

from handover.models import Assignment, Message, ServiceHours, Shift
from handover.services import holes
from tests import factories
from tests.factories import NOW, Role
from tests.threads import at_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
HOLE = NOW + 24 * HOUR  # Wednesday, 14:00 in Shanghai


class Desk:
    """A post with somebody for a day, nobody for two hours, and somebody again; Lee leads it."""

    def __init__(self):
        self.post = factories.post(name="Front line")
        self.before = factories.shift(self.post, starts_at=NOW - HOUR, hours=25)
        after = factories.shift(self.post, starts_at=HOLE + 2 * HOUR, hours=24 * 10)
        for shift in (self.before, after):
            factories.assignment(shift)
        self.lee = factories.member(self.post.team, leads=self.post, name="Lee")
        self.dai = factories.member(self.post.team, Role.SUPERVISOR, name="Dai")
        self.root = factories.administrator("Root")


@pytest.fixture
def desk():
    return Desk()


def told() -> list[tuple[str, str]]:
    rows = Message.objects.order_by("at", "recipient__display_name")
    return [(name, key) for name, key in rows.values_list("recipient__display_name", "key")]


def test_hole_is_told_once_from_a_day_ahead(desk):
    for hours in (-1, 0, 1, 20):
        holes.warn(now=NOW + hours * HOUR)

    message = Message.objects.get()
    assert (message.recipient, message.at, message.about) == (desk.lee, NOW, "shift")
    assert message.key == f"hole.{desk.post.pk}.20260311T060000Z"
    assert message.text == (
        "Nobody is on the roster of Front line: Wed 11 Mar, 14:00 to 16:00. Please put somebody on it; if "
        "nobody has to be there, change the service hours of the post."
    )


def test_hole_that_has_begun_is_not_told_any_more(desk):
    holes.warn(now=HOLE)

    assert told() == []


def test_hole_that_is_filled_is_not_told(desk):
    factories.assignment(factories.shift(desk.post, starts_at=HOLE, hours=2))

    holes.warn(now=NOW)

    assert told() == []


def test_hole_is_told_again_when_it_begins_at_another_instant_alone(desk):
    holes.warn(now=NOW)
    shift = factories.shift(desk.post, starts_at=HOLE + HOUR, hours=1)
    factories.assignment(shift)
    holes.warn(now=NOW + MINUTE)  # it ends sooner
    Shift.objects.filter(pk=shift.pk).update(starts_at=HOLE, ends_at=HOLE + HOUR)
    holes.warn(now=NOW + 2 * MINUTE)  # it begins later
    holes.warn(now=NOW + 2 * HOUR)

    assert told() == [
        ("Lee", f"hole.{desk.post.pk}.20260311T060000Z"),
        ("Lee", f"hole.{desk.post.pk}.20260311T070000Z"),
    ]


@pytest.mark.parametrize(("gone", "names"), [([], ["Lee"]), (["lee"], ["Dai"]), (["lee", "dai"], ["Root"])])
def test_hole_is_told_to_who_may_fill_it_and_not_to_the_duty_supervisor(desk, gone, names):
    factories.assignment(desk.before, is_duty_supervisor=True, checked_in=True)
    for name in gone:
        getattr(desk, name).memberships.all().delete()

    holes.warn(now=NOW)

    assert [name for name, _key in told()] == names


def test_hole_is_told_in_the_language_of_the_person(desk):
    type(desk.lee).objects.filter(pk=desk.lee.pk).update(language="zh-hans")

    holes.warn(now=NOW)

    assert "3月11日" in Message.objects.get().text


def test_hole_outside_the_service_hours_is_none(desk):
    ServiceHours.objects.create(post=desk.post, weekday=2, opens_at="00:00", closes_at="14:00")
    ServiceHours.objects.create(post=desk.post, weekday=2, opens_at="16:00", closes_at="00:00")

    holes.warn(now=NOW)

    assert told() == []


@pytest.mark.parametrize("what", ["post", "team"])
def test_hole_of_a_retired_post_is_not_told(desk, what):
    row = desk.post if what == "post" else desk.post.team
    type(row).objects.filter(pk=row.pk).update(is_active=False)

    holes.warn(now=NOW)

    assert told() == []


def test_post_that_nobody_plans_is_not_told(desk):
    Assignment.objects.all().delete()
    Shift.objects.all().delete()

    holes.warn(now=NOW)

    assert told() == []


def test_hole_left_by_a_check_out_just_now_is_not_told(desk):
    Assignment.objects.filter(shift=desk.before).update(checked_in_at=NOW - HOUR, checked_out_at=NOW)

    holes.warn(now=NOW + MINUTE)

    assert told() == []


def test_holes_of_two_posts_are_told_to_the_leader_of_each(desk):
    other = factories.post(desk.post.team, "Back office")
    factories.assignment(factories.shift(other, starts_at=NOW - HOUR, hours=3))
    factories.member(desk.post.team, leads=other, name="Mia")

    holes.warn(now=NOW)

    assert [name for name, _key in told()] == ["Lee", "Mia"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_hole_seen_by_two_at_once_is_told_once(desk):
    refused = at_once(*[lambda: holes.warn(now=NOW)] * 4)

    assert refused == []
    assert [name for name, _key in told()] == ["Lee"]
