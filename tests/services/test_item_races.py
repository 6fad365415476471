"""Two people at the same item at once: one wins, the other is told, and nothing is written twice."""

from datetime import timedelta

import pytest

from handover.errors import Conflict, InvalidMove
from handover.models import Clock, Event, Kind, Message, PendingItem, Promise, Stage
from handover.services import endings, holding, items, promises
from tests import factories
from tests.factories import NOW
from tests.items import NOTE, verbs
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

BY = NOW + timedelta(hours=1)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def people(desk):
    return factories.agent_on_duty(desk), factories.agent_on_duty(desk)


def seen(item) -> PendingItem:
    return PendingItem.objects.get(pk=item.pk)


CHANGES = {
    "take": lambda item, actor: holding.take(item=item, actor=actor, now=NOW),
    "transfer": lambda item, actor: holding.transfer(
        item=item, to=actor, reason="Mine", actor=actor, now=NOW
    ),
    "edit": lambda item, actor: items.edit(item=item, actor=actor, now=NOW, plan=actor.display_name),
    "set kind": lambda item, actor: items.set_kind(item=item, kind=Kind.REMINDER, actor=actor, now=NOW),
    "progress": lambda item, actor: items.progress(
        item=item, text=NOTE, stage=Stage.IN_PROGRESS, key_at=BY, actor=actor, now=NOW
    ),
    "resolve": lambda item, actor: endings.resolve(
        item=item, result="Sent again", customer_told=True, actor=actor, now=NOW
    ),
    "close": lambda item, actor: endings.close(item=item, result="Withdrawn", actor=actor, now=NOW),
    "cancel": lambda item, actor: endings.cancel(item=item, reason="Twice", actor=actor, now=NOW),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_two_at_once_is_made_once(desk, people, change):
    item = factories.item(desk, kind=Kind.URGENT, first_contact=factories.user())
    views = [(seen(item), person) for person in people]

    refused = at_once(*(lambda view=view: CHANGES[change](*view) for view in views))

    assert refused == [Conflict]
    assert len(verbs(item)) == 1
    assert Message.objects.count() == (change in {"resolve", "close", "cancel"})


def test_a_form_sent_twice_at_once_makes_one_item(desk, people):
    actor, customer, issue = people[0], factories.customer(desk.team), factories.issue_type(desk.team)
    facts = {"customer": customer, "issue_type": issue, "progress": NOTE, "key_at": BY, "kind": Kind.URGENT}

    refused = at_once(*[lambda: items.create(post=desk, actor=actor, now=NOW, form_key="ab12", **facts)] * 2)

    assert (refused, PendingItem.objects.count(), Event.objects.count()) == ([], 1, 1)


def test_release_by_two_at_once_is_made_once(desk, people):
    item = factories.item(desk, kind=Kind.URGENT, holder=people[0])
    views = [(seen(item), person) for person in people]

    refused = at_once(*(lambda v=v: holding.release(item=v[0], actor=v[1], now=NOW) for v in views))

    assert (refused, verbs(item)) == ([Conflict], [Event.Verb.RELEASED])
    assert Clock.objects.filter(item=item, kind="taken", stopped_at__isnull=True).count() == 1


def test_reopen_by_two_at_once_is_made_once(desk, people):
    item = factories.item(desk)
    endings.cancel(item=item, reason="Twice", actor=people[0], now=NOW)
    views = [(seen(item), person) for person in people]

    refused = at_once(
        *(lambda v=v: endings.reopen(item=v[0], reason="No", actor=v[1], now=NOW) for v in views)
    )

    assert (refused, verbs(item)) == ([Conflict], [Event.Verb.CANCELLED, Event.Verb.REOPENED])


def test_calls_by_two_at_once_both_count(desk, people):
    item = factories.item(desk)
    views = [(seen(item), person) for person in people]

    refused = at_once(
        *(lambda v=v: items.call_again(item=v[0], text="Again", actor=v[1], now=NOW) for v in views)
    )

    item.refresh_from_db()
    assert (refused, item.repeat_count, len(verbs(item))) == ([], 2, 2)


def test_promises_by_two_at_once_leave_one(desk, people):
    item = factories.item(desk)
    views = [(seen(item), person) for person in people]

    refused = at_once(
        *(lambda v=v: promises.make(item=v[0], text="Refund", due_at=BY, actor=v[1], now=NOW) for v in views)
    )

    assert (refused, Promise.objects.count(), len(verbs(item))) == ([InvalidMove], 1, 1)


@pytest.mark.parametrize("settle", ["keep", "break_"])
def test_a_promise_settled_by_two_at_once_is_settled_once(desk, people, settle):
    item = factories.item(desk)
    made = promises.make(item=item, text="Refund", due_at=BY, actor=people[0], now=NOW)
    views = [(Promise.objects.get(pk=made.pk), person) for person in people]

    refused = at_once(
        *(lambda v=v: getattr(promises, settle)(promise=v[0], actor=v[1], now=NOW) for v in views)
    )

    assert (refused, len(verbs(item))) == ([Conflict], 2)


def test_a_promise_moved_by_two_at_once_is_moved_once(desk, people):
    item = factories.item(desk)
    made = promises.make(item=item, text="Refund", due_at=BY, actor=people[0], now=NOW)
    views = [(Promise.objects.get(pk=made.pk), person) for person in people]

    refused = at_once(
        *(
            lambda v=v: promises.move(promise=v[0], due_at=BY, reason="Bank", actor=v[1], now=NOW)
            for v in views
        )
    )

    item.refresh_from_db()
    assert (refused, item.promise_moves, Promise.objects.count()) == ([Conflict], 1, 2)


def test_take_and_close_at_once_leave_one_of_them(desk, people):
    item = factories.item(desk, kind=Kind.URGENT)
    taker, closer = people

    refused = at_once(
        lambda: holding.take(item=seen(item), actor=taker, now=NOW),
        lambda: endings.close(item=seen(item), result="Withdrawn", actor=closer, now=NOW),
    )

    item.refresh_from_db()
    running = Clock.objects.filter(item=item, stopped_at__isnull=True).exists()
    assert running == item.is_open
    assert len(verbs(item)) + len(refused) == 2
