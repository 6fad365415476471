"""The search entry of an item follows whatever changes it, in the same transaction."""

from datetime import timedelta

import pytest
from django.db import transaction

from handover.models import Kind, SearchEntry, Stage
from handover.queries import duty
from handover.queries import search as queries
from handover.services import customers, endings, holding, items, promises, search
from handover.services.customers import CustomerFacts
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def agent(desk):
    return factories.agent_on_duty(desk)


@pytest.fixture
def item(desk, agent):
    return items.create(
        post=desk,
        actor=agent,
        now=NOW,
        kind=Kind.FOLLOW_UP,
        customer=factories.customer(desk.team, "王秀英", code="C-77", phone="+8613800138000"),
        issue_type=factories.issue_type(desk.team, "Damaged goods"),
        progress="已联系仓库",
        key_at=NOW + timedelta(hours=1),
        order_ref="WO88213",
    )


def tokens(item) -> set[str]:
    return set(SearchEntry.objects.get(item=item).text.split())


def found_by(person, text: str) -> list[int]:
    return queries.find(duty.access(person, NOW), text).items

    return duty.access(person, NOW)


def progress(item, agent, text: str) -> None:
    key_at = NOW + timedelta(hours=2)
    items.progress(item=item, text=text, stage=Stage.IN_PROGRESS, key_at=key_at, actor=agent, now=NOW)


def test_a_new_item_is_found_by_customer_order_issue_and_words(item):
    assert tokens(item) == {
        *("王秀", "秀英", "c", "77", "8613800138000", "8000", "damaged", "goods", "wo88213", "8213"),
        *("已联", "联系", "系仓", "仓库"),
    }


def test_progress_adds_its_words_and_keeps_the_earlier_ones(item, agent):
    progress(item, agent, "质检说可以换货")

    assert {"质检", "换货", "仓库"} <= tokens(item)


def test_correction_takes_the_wrong_word_out(item, agent):
    items.edit(item=item, actor=agent, now=NOW, order_ref="WO99000")

    assert tokens(item) & {"wo99000", "wo88213"} == {"wo99000"}


def test_promise_and_result_are_found(item, agent):
    due_at = NOW + timedelta(hours=1)
    made = promises.make(item=item, text="voucher by post", due_at=due_at, actor=agent, now=NOW)
    promises.keep(promise=made, actor=agent, now=NOW)
    item.refresh_from_db()
    endings.resolve(item=item, result="exchanged", customer_told=True, actor=agent, now=NOW)

    assert {"voucher", "exchanged"} <= tokens(item)


def test_a_customer_changed_is_found_by_the_new_facts_alone(item, agent):
    customer = item.customer
    facts = {name: getattr(customer, name) for name in customer.FACTS}
    facts |= {"name": "李秀英", "code": "D-88", "phone": "13900139111"}

    customers.edit(
        customer=customer, facts=CustomerFacts(**facts), version=customer.version, actor=agent, now=NOW
    )

    assert tokens(item) & {"李秀", "d", "88", "13900139111", "9111"} == {
        "李秀",
        "d",
        "88",
        "13900139111",
        "9111",
    }
    assert tokens(item) & {"王秀", "c", "77", "8613800138000", "8000"} == set()


def test_an_item_passed_to_another_team_is_found_there_alone(item, agent):
    other = factories.post()
    colleague = factories.agent_on_duty(other)
    item.holder = agent

    holding.transfer(item=item, to=other, reason="their parcel", actor=agent, now=NOW)

    assert [found_by(person, "仓库") for person in (agent, colleague)] == [[], [item.pk]]


def test_indexing_twice_changes_nothing(item):
    before = tokens(item)

    search.index_item(item=item)

    assert tokens(item) == before
    assert SearchEntry.objects.count() == 1


def test_a_long_history_keeps_its_newest_words(item, agent):
    progress(item, agent, "first " + "x" * 3900)
    for turn in range(5):
        progress(item, agent, f"{turn} " + "仓" * 3988)
    progress(item, agent, "newest")

    assert tokens(item) & {"newest", "first"} == {"newest"}


def test_what_is_rolled_back_is_not_found(item, agent):
    with transaction.atomic():
        progress(item, agent, "vanished")
        transaction.set_rollback(True)

    assert found_by(agent, "vanished") == []


def test_an_item_that_is_gone_is_not_found(desk, agent):
    matter = factories.item(desk, progress="orphan")
    search.index_item(item=matter)
    assert found_by(agent, "orphan") == [matter.pk]
    matter.clocks.all().delete()

    matter.delete()

    assert found_by(agent, "orphan") == []
