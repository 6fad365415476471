"""Finding items by words, names and numbers, inside the border of who may see them."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handover.models import Stage
from handover.queries import duty, search
from handover.queries.search import Found
from handover.services.search import index_item
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
NOTHING = Found([], [], "")


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def access(desk):
    return duty.access(factories.agent_on_duty(desk), NOW)


def written(desk, progress: str = "note", *, age: int = 0, **facts) -> int:
    """An item that the search knows, last changed so many minutes ago."""
    item = factories.item(desk, progress=progress, changed_at=NOW - timedelta(minutes=age), **facts)
    index_item(item=item)
    return item.pk


@pytest.mark.parametrize(
    "text",
    "退款|退款申请|仓库|王|王秀英|王秀英 退款|ＷＯ88213|wo882|WO88213|88213|8213|13800138000"
    "|138 0013-8000|+8613800138000|8000|王 8000|861|86138|8613800|Okafor|okaf|label|2026-11-22|11".split("|"),
)
def test_item_is_found_by(desk, access, text):
    progress = "仓库已提交退款申请,new label for Ms Okafor on 2026-11-22"
    customer = factories.customer(desk.team, "王秀英", code="C-77", phone="+8613800138000")
    item = written(desk, progress, customer=customer, order_ref="WO88213")
    written(desk, "别的事")

    found = search.find(access, text)

    assert {*found.exact, *found.items} == {item}


@pytest.mark.parametrize(
    "text", ["款申退", "换货", "王英", "la", "abel", "882", "0013", "label voucher", "12345678000"]
)
def test_item_is_not_found_by(desk, access, text):
    written(desk, "仓库已提交退款申请,new label", order_ref="WO88213")

    assert search.find(access, text) == NOTHING


@pytest.mark.parametrize("text", ["", "  ", "。,!", "'", '"', "' | 'x", "\\", "*", "#"])
def test_text_without_words_finds_nothing(desk, access, text):
    written(desk, "note")

    assert search.find(access, text) == NOTHING


def test_newest_change_comes_first(desk, access):
    old, new, middle = (written(desk, "仓库", age=age) for age in (30, 0, 10))

    assert search.find(access, "仓库") == Found([], [new, middle, old], "")


def test_pages_follow_one_another_without_gap_or_double(desk, access):
    items = [written(desk, "仓库", age=age // 2) for age in range(7)]

    pages = [search.find(access, "仓库", limit=3)]
    while pages[-1].after:
        pages.append(search.find(access, "仓库", limit=3, before=pages[-1].after))

    assert [len(page.items) for page in pages] == [3, 3, 1]
    assert sorted(pk for page in pages for pk in page.items) == items


def test_common_word_is_walked_newest_first_page_by_page(desk, access, monkeypatch):
    monkeypatch.setattr(search, "MATCHES", 3)
    monkeypatch.setattr(search, "BATCH", 2)
    monkeypatch.setattr(search, "ROW_BUDGET", 6)
    items = [written(desk, "别的" if age == 1 else "仓库", age=age) for age in range(9)]
    items.remove(items[1])

    first = search.find(access, "仓库", limit=2)
    second = search.find(access, "仓库", limit=6, before=first.after)
    third = search.find(access, "仓库", limit=6, before=second.after)

    assert (first.items, second.items, third) == (items[:2], items[2:8], Found([], [], ""))


def test_walk_ends_at_the_row_budget_and_goes_on_from_there(desk, access, monkeypatch):
    monkeypatch.setattr(search, "MATCHES", 1)
    monkeypatch.setattr(search, "BATCH", 2)
    monkeypatch.setattr(search, "ROW_BUDGET", 4)
    for age in range(4):
        written(desk, "别的", age=age)
    older = [written(desk, "仓库", age=age) for age in (10, 11)]

    first = search.find(access, "仓库")
    second = search.find(access, "仓库", before=first.after)

    assert (first.items, bool(first.after), second.items, second.after) == ([], True, older, "")


def test_common_number_is_walked_by_all_its_digits(desk, access, monkeypatch):
    monkeypatch.setattr(search, "MATCHES", 1)
    item = written(desk, order_ref="112026")
    written(desk, order_ref="222026")

    assert search.find(access, "112026").items == [item]


def test_item_number_is_exact(desk, access):
    item = written(desk, "仓库")
    other = written(desk, f"see {item}")

    assert search.find(access, f"#{item}") == Found([item], [other], "")
    assert search.find(access, "#99999999") == NOTHING


def test_item_number_without_its_mark_comes_first(desk, access):
    item = written(desk, "仓库")
    other = written(desk, order_ref=str(item))

    assert search.find(access, str(item)) == Found([item, other], [], "")


@pytest.mark.parametrize("text", ["C-77", "c-77", "13800138000", "138 0013 8000"])
def test_customer_named_exactly_comes_first_open_items_before_closed(desk, access, text):
    wang = factories.customer(desk.team, code="C-77", phone="+8613800138000")
    done = {"stage": Stage.CLOSED, "is_open": False}
    closed = written(desk, customer=wang, age=0, **done)
    older, newer = (written(desk, customer=wang, age=age) for age in (9, 5))
    mention = written(desk, "told C-77 and 13800138000", age=1)

    assert search.find(access, text) == Found([newer, older, closed], [mention], "")


def test_order_number_is_exact(desk, access):
    item = written(desk, order_ref="WO88213", age=5)
    mention = written(desk, "same as WO88213")

    assert search.find(access, "wo88213") == Found([item], [mention], "")


def test_exact_customer_is_first_where_the_words_are_common(desk, access, monkeypatch):
    monkeypatch.setattr(search, "MATCHES", 1)
    item = written(desk, customer=factories.customer(desk.team, code="VIP"), age=9)
    mention = written(desk, "VIP")

    assert search.find(access, "vip") == Found([item], [mention], "")


def test_exact_items_stand_on_the_first_page_alone(desk, access):
    item = written(desk, order_ref="WO88213", age=1)
    mentions = [written(desk, "WO88213", age=age) for age in (0, 2)]

    first = search.find(access, "WO88213", limit=1)

    assert (first.exact, first.items) == ([item], mentions[:1])
    assert search.find(access, "WO88213", limit=1, before=first.after) == Found([], mentions[1:], "")


@pytest.mark.parametrize("matches", [2000, 0])
def test_another_team_finds_nothing(desk, access, monkeypatch, matches):
    monkeypatch.setattr(search, "MATCHES", matches)
    customer = factories.customer(desk.team, "王秀英", code="C-77", phone="13800138000")
    item = written(desk, "仓库", customer=customer, order_ref="WO88213")
    stranger = duty.access(factories.agent_on_duty(factories.post()), NOW)

    for text in ("仓库", "王秀英", "C-77", "13800138000", "WO88213", f"#{item}"):
        assert search.find(stranger, text) == NOTHING


def test_off_duty_an_agent_finds_what_they_hold(desk):
    person = factories.member(desk.team)
    held = written(desk, "仓库", holder=person)
    written(desk, "仓库")

    assert search.find(duty.access(person, NOW), "仓库").items == [held]


def test_held_items_of_another_own_team_are_found_while_on_duty_elsewhere(desk, access):
    other = factories.post()
    factories.membership(access.user, other.team)
    here, held = written(desk, "仓库"), written(other, "仓库", age=1, holder=access.user)
    written(other, "仓库")

    assert search.find(duty.access(access.user, NOW), "仓库").items == [here, held]


def test_leader_and_administrator_find_all_they_may_see(desk):
    other = factories.post()
    items = [written(desk, "仓库"), written(other, "仓库", age=1)]
    supervisor = factories.member(desk.team, Role.SUPERVISOR)

    assert search.find(duty.access(supervisor, NOW), "仓库").items == items[:1]
    assert search.find(duty.access(factories.administrator(), NOW), "仓库").items == items


def test_page_has_rows_in_the_order_found(desk, access):
    item = written(desk, order_ref="WO88213", age=1)
    old, new = (written(desk, "WO88213", age=age) for age in (9, 0))

    page = search.page(access, "WO88213")

    assert [[row["id"] for row in rows] for rows in (page.exact, page.rows)] == [[item], [new, old]]
    assert page.after == ""


@pytest.mark.parametrize("matches", [2000, 0])
@pytest.mark.parametrize("text", ["仓库", "C0001 label", "13800138000"])
def test_queries_do_not_grow_with_the_rows(
    desk, access, django_assert_max_num_queries, monkeypatch, text, matches
):
    monkeypatch.setattr(search, "MATCHES", matches)
    for number in range(30):
        written(desk, "仓库 C0001 label 13800138000", age=number)

    with django_assert_max_num_queries(6):
        assert len(search.find(access, text, limit=40).items) == 30


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=120))
def test_any_text_is_asked_without_an_error(access, text):
    assert search.find(access, text, before=text).items == []
