import csv
import io
from datetime import timedelta

import pytest

from accounts.models import Team
from handover.imports.formulas import FORMULA_STARTS
from handover.models import Customer, PendingItem, Promise, SearchEntry
from tests import factories
from tests.factories import NOW
from tests.imports.files import SHEET_HEADER, SHEET_ROW, csv_file, sheet
from tests.imports.running import everything, item_of, run

pytestmark = pytest.mark.django_db

KINDS = "Urgent, 紧急, Follow-up, Follow up, 跟进, Reminder, 提醒"
Need = Customer.Need


@pytest.fixture
def team() -> Team:
    return factories.team(time_zone="Asia/Shanghai")


def test_a_sheet_becomes_items_with_customers_and_promises(team):
    report = run(
        team,
        sheet(
            {}, {"客户编号": "C1002", "特殊沟通需求": "", "承诺": "无", "承诺时限": ""}, encoding="gb18030"
        ),
    )

    assert (report.new, report.rejected_rows, report.new_posts) == (2, 0, {"售后"})
    known, unknown = PendingItem.objects.select_related("customer").order_by("pk")
    assert (known.customer.name, known.customer.need, known.unknown_facts) == ("王芳", Need.TEXT_ONLY, [])
    assert (unknown.customer.need, unknown.unknown_facts) == (Need.UNKNOWN, ["need"])
    promise = Promise.objects.get()
    assert (promise.item, promise.text, promise.state) == (known, "今日退款到账", "open")
    assert (known.next_clock, known.next_due_at) == ("promise", promise.due_at)


def test_a_row_of_a_sheet_that_changed_is_one_more_entry(team):
    run(team, sheet({}, {"客户编号": "C1002"}))

    report = run(
        team,
        sheet({"当前进展": "仓库已找到包裹，17:00 退款"}, {"客户编号": "C1002"}),
        now=NOW + timedelta(hours=1),
    )

    assert (report.changed, report.unchanged, report.entries) == (1, 1, 1)
    assert item_of("C1001 / 退款").progress == "仓库已找到包裹，17:00 退款"
    assert Promise.objects.count() == 2


def test_another_promise_moves_the_one_before_and_the_end_settles_it(team):
    run(team, sheet({}))
    run(team, sheet({"承诺时限": "2026-03-10 20:00"}))
    item = item_of("C1001 / 退款")
    moved = list(item.promises.order_by("pk").values_list("state", flat=True))
    run(team, sheet({"承诺时限": "2026-03-10 20:00", "当前进展": "已退款"}))
    closed = sheet({"当前进展": "已退款", "承诺时限": "2026-03-10 20:00"})
    text = closed.getvalue().decode().replace("岗位", "岗位,状态").replace("售后", "售后,已关闭")
    run(team, io.BytesIO(text.encode()))

    assert moved == ["moved", "open"]
    assert list(item.promises.order_by("pk").values_list("state", flat=True)) == ["moved", "kept"]
    assert (item_of("C1001 / 退款").stage, item.clocks.filter(stopped_at=None).count()) == ("closed", 0)


def test_known_customers_keep_their_need_and_an_unknown_one_is_filled_in(team):
    factories.customer(team, code="C1001", need=Need.NONE)
    factories.customer(team, code="C1002", need=Need.UNKNOWN)

    report = run(team, sheet({}, {"客户编号": "C1002"}))

    assert dict(Customer.objects.values_list("code", "need")) == {"C1001": "none", "C1002": "text_only"}
    assert report.notices == [
        (
            "The file says “Hard of hearing: text only” of customer C1001; here it stays “No special need”. "
            "Please check."
        )
    ]


def test_bad_rows_are_told_and_the_others_imported(team):
    report = run(team, sheet({}, {"类别": "?!"}, {}, {"客户编号": "C1002"}))

    assert (report.new, report.rejected_rows) == (2, 2)
    assert [(problem.row, problem.column, problem.sentence) for problem in report.problems] == [
        (3, "类别", f"“?!” is not known here; known are: {KINDS}."),
        (4, "", "It is the same matter as row 2: “C1001 / 退款”."),
    ]


def test_all_or_nothing_imports_nothing_where_a_row_is_bad(team):
    before = everything()

    report = run(team, sheet({}, {"类别": "?!"}), strict=True)

    assert (report.refused, report.new) == (True, 0)
    assert everything() == before


def test_all_or_nothing_imports_all_where_no_row_is_bad(team):
    assert (run(team, sheet({}), strict=True).new, PendingItem.objects.count()) == (1, 1)


def test_rejected_rows_can_be_mended_and_imported(team):
    rejected = io.StringIO()
    run(team, sheet({"类别": "普通"}), rejected=rejected)

    _header, row = csv.reader(io.StringIO(rejected.getvalue()))
    assert (row[2], row[-2]) == ("'+86 13800000001", "2")
    assert row[-1].startswith("Row 2, column “类别”: “普通” is not known here")
    report = run(team, io.BytesIO(rejected.getvalue().replace("普通", "紧急").encode()))
    assert (report.new, Customer.objects.get().phone) == (1, "+8613800000001")


def test_no_cell_of_the_rejected_rows_is_a_formula(team):
    rejected = io.StringIO()
    bad = SHEET_ROW | {"类别": "普通"}

    run(team, csv_file([*bad, "=1+1"], [*bad.values(), "@SUM(A1)"]), rejected=rejected)

    header, row = csv.reader(io.StringIO(rejected.getvalue()))
    assert (header[len(SHEET_HEADER)], row[len(SHEET_HEADER)]) == ("'=1+1", "'@SUM(A1)")
    assert [cell for cell in header + row if cell.startswith(FORMULA_STARTS)] == []


def test_imported_items_are_found_by_the_search(team):
    run(team, sheet({}))

    assert "c1001" in SearchEntry.objects.get(item=item_of("C1001 / 退款")).text


def test_a_report_holds_the_first_notes_and_counts_the_others(team):
    codes = [f"C{number}" for number in range(22)]
    for code in codes:
        factories.customer(team, code=code, need=Need.NONE)

    report = run(team, sheet(*({"客户编号": code} for code in codes)))

    assert (report.new, len(report.notices), report.more_notices) == (22, 20, 2)
