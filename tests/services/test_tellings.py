"""How a step reaches a person: in their language and the team's time, once, by what they chose."""

from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from handover.ladders import ADMINISTRATORS, DUTY_SUPERVISOR, POST, SUPERVISORS, Step, dump
from handover.models import About, Delivery, Kind, Message, MessageChoice, Waits
from handover.services import clocks, escalation
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Desk:
    """A post with an agent, and a duty supervisor who works at it too."""

    def __init__(self):
        self.post = factories.post(factories.team(time_zone="Asia/Shanghai"))
        self.team = self.post.team
        self.shift = factories.shift(self.post, hours=80)
        self.ada = factories.member(self.team, name="Ada")
        self.dai = factories.member(self.team, Role.SUPERVISOR, name="Dai")
        factories.assignment(self.shift, self.ada, checked_in=True)
        factories.assignment(self.shift, self.dai, checked_in=True, is_duty_supervisor=True)
        self.root = factories.administrator(name="Root")
        User.objects.update(email="somebody@example.com")

    def item(self, **fields):
        return factories.item(self.post, **{"kind": Kind.URGENT} | fields)

    def ladder(self, clock, *steps, **fields):
        return factories.ladder(self.team, clock=clock, steps=dump(steps), made_by=self.dai, **fields)


@pytest.fixture
def desk():
    return Desk()


def inbox(person) -> list[str]:
    return list(Message.objects.filter(recipient=person).order_by("pk").values_list("text", flat=True))


def emails() -> list[str]:
    found = Delivery.objects.filter(message__isnull=False).order_by("pk")
    return list(found.values_list("message__recipient__display_name", flat=True))


def arm(now=NOW):
    escalation.sweep(now=now)


# --- Several at once --------------------------------------------------------------------------------
def test_a_later_step_in_the_inbox_alone_takes_no_email_from_the_one_before_it(desk):
    desk.ladder(Waits.TAKEN, Step(10, (DUTY_SUPERVISOR,), ("email",)), Step(20, (POST,)))
    desk.ladder(Waits.RESPONSE, Step(20, (POST,)))
    desk.item()
    arm()
    escalation.sweep(now=NOW + 25 * MINUTE)

    assert [len(inbox(person)) for person in (desk.ada, desk.dai)] == [1, 1]
    assert emails() == ["Dai"]


def test_a_day_late_the_highest_step_that_still_has_something_to_tell_is_told(desk):
    first, last = Step(5, (SUPERVISORS,)), Step(30, (ADMINISTRATORS,), only_untaken=True)
    desk.ladder(Waits.RESPONSE, first, last)
    item = desk.item(holder=desk.ada)
    arm()
    escalation.sweep(now=NOW + 2 * DAY)

    assert list(item.clocks.get(kind=Waits.RESPONSE).escalations.values_list("step", flat=True)) == [0]
    assert len(inbox(desk.dai)) == 1


@pytest.mark.parametrize(("count", "messages"), [(3, 3), (4, 1)])
def test_more_than_three_late_matters_are_one_sentence(desk, count, messages):
    desk.ladder(Waits.RESPONSE, Step(5, (ADMINISTRATORS,)))
    for _number in range(count):
        desk.item(holder=desk.ada)
    arm()
    escalation.sweep(now=NOW + 2 * DAY)

    texts = inbox(desk.root)
    assert len(texts) == messages
    assert all(("4 matters came due" in text) == (count > 3) for text in texts)


def test_late_matters_in_one_sentence_go_by_the_most_urgent_of_them(desk):
    desk.ladder(Waits.DONE, Step(0, (ADMINISTRATORS,)))
    desk.ladder(Waits.RESPONSE, Step(5, (ADMINISTRATORS,), ("email",)))
    MessageChoice.objects.create(user=desk.root, about=About.DUE, in_app=False, email=False)
    for _number in range(4):
        desk.item(kind=Kind.REMINDER, due_at=NOW + MINUTE)
    item = desk.item(holder=desk.ada, due_at=NOW + DAY * 9)
    arm()
    escalation.sweep(now=NOW + 2 * DAY)

    message = Message.objects.get(recipient=desk.root)
    assert (message.about, message.item, message.read_at) == (About.URGENT, item, None)
    assert emails() == ["Root"]


# --- To whom, in which words ------------------------------------------------------------------------
def test_each_reads_it_in_their_language_and_in_the_time_of_the_team(desk):
    User.objects.filter(pk=desk.ada.pk).update(language="zh-hans")
    item = desk.item(kind=Kind.FOLLOW_UP)
    clocks.start(item=item, kind=Waits.PROMISE, now=NOW, due_at=NOW + 30 * MINUTE)
    item.promises.create(text="退款", due_at=NOW + 30 * MINUTE, made_by=desk.ada, made_at=NOW)
    escalation.sweep(now=NOW + 15 * MINUTE)

    assert "14:30" in inbox(desk.dai)[0]
    assert "14:30" in inbox(desk.ada)[0]
    for person, language in ((desk.dai, "en"), (desk.ada, "zh-hans")):
        with translation.override(language):
            assert gettext("Nobody has it.") in inbox(person)[0]


def test_who_wants_it_not_in_the_application_finds_it_there_read(desk):
    MessageChoice.objects.create(user=desk.ada, about=About.DUE, in_app=False, email=True)
    desk.item(kind=Kind.REMINDER, holder=desk.ada, due_at=NOW + MINUTE)
    escalation.sweep(now=NOW + MINUTE)

    assert Message.objects.get(recipient=desk.ada).read_at == NOW + MINUTE


def test_the_disabled_are_told_nothing_and_the_next_in_the_chain_is(desk):
    User.objects.filter(pk__in=(desk.ada.pk, desk.dai.pk)).update(is_active=False)
    desk.item(holder=desk.ada)
    for minute in (20, 30):
        escalation.sweep(now=NOW + minute * MINUTE)

    assert set(Message.objects.values_list("recipient", flat=True)) == {desk.root.pk}
    assert Message.objects.count() == 2


def test_who_works_in_two_teams_is_told_of_the_one_where_they_are_in_charge(desk):
    elsewhere = factories.post()
    factories.membership(desk.dai, elsewhere.team)
    factories.item(elsewhere, kind=Kind.URGENT)
    escalation.sweep(now=NOW + 10 * MINUTE)
    assert inbox(desk.dai) == []

    desk.item(now=NOW + 10 * MINUTE)
    escalation.sweep(now=NOW + 20 * MINUTE)
    assert len(inbox(desk.dai)) == 1
