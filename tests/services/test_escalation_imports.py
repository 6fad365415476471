"""Imported items: what is old is told once and in one sentence, what is new like any other."""

from datetime import timedelta

import pytest

from accounts.models import Team
from handover.models import Clock, Escalation, Message, Waits
from handover.services import escalation
from tests import factories
from tests.factories import NOW, Role
from tests.imports.files import sheet
from tests.imports.running import run

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def team() -> Team:
    made = factories.team(time_zone="Asia/Shanghai")
    factories.member(made, Role.SUPERVISOR, name="Dai")
    factories.administrator(name="Root")
    return made


def bring_in(team, count, *, as_of, promised) -> None:
    at = f"{promised:%Y-%m-%d %H:%M}"
    facts = {"类别": "紧急", "承诺时限": at, "关键时间": at}
    run(team, sheet(*({"客户编号": f"C{number}"} | facts for number in range(count))), as_of=as_of)


def told() -> list[tuple[int, str]]:
    found = Message.objects.select_related("recipient").order_by("at", "recipient__display_name")
    return [((message.at - NOW) // MINUTE, message.recipient.display_name) for message in found]


def test_a_hundred_old_items_are_one_sentence_for_each_who_is_told(team):
    bring_in(team, 100, as_of=NOW - 20 * DAY, promised=NOW - 10 * DAY)
    for minute in (0, 1, 60, 600):
        escalation.sweep(now=NOW + minute * MINUTE)

    assert told() == [(0, "Dai"), (0, "Root")]
    # The highest step of each, of taking and of the promise: they have been answered.
    assert Escalation.objects.count() == 2 * 100
    running = Clock.objects.filter(stopped_at__isnull=True, next_at__isnull=False)
    assert not running.exclude(kind=Waits.DONE).exists()


def test_an_item_imported_as_it_stands_now_goes_up_as_any_other(team):
    bring_in(team, 1, as_of=NOW, promised=NOW + DAY)
    for minute in (0, 9, 10, 20, 30):
        escalation.sweep(now=NOW + minute * MINUTE)

    assert told() == [(10, "Dai"), (20, "Dai"), (30, "Dai")]


def test_an_import_twice_starts_nothing_anew(team):
    for _time in range(2):
        bring_in(team, 1, as_of=NOW, promised=NOW + DAY)
        escalation.sweep(now=NOW + 10 * MINUTE)

    assert told() == [(10, "Dai")]
