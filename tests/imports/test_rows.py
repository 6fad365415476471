from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.imports import mapping
from handover.imports.rows import BadColumns, RowReader, SourceRow, instant
from handover.imports.tables import open_table
from tests.imports.files import SHEET_HEADER, SHEET_ROW, sample

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHEET = mapping.load("items_sheet")
NOT_A_TIME = "“%s” is not a date and time as this mapping expects it, such as 2026-12-31 17:30."
KINDS = "Urgent, 紧急, Follow-up, Follow up, 跟进, Reminder, 提醒"


def read_sheet(**changes: str) -> SourceRow | list[str]:
    values = SHEET_ROW | changes
    row = RowReader(SHEET, SHEET_HEADER, SHANGHAI).read(7, [values[name] for name in SHEET_HEADER])
    return row if isinstance(row, SourceRow) else [str(problem) for problem in row]


def facts(**changes: str):
    row = read_sheet(**changes)
    assert isinstance(row, SourceRow), row
    return row.facts


def test_a_row_of_the_sheet_states_its_facts():
    found = facts()

    assert (found.customer_code, found.customer_name, found.phone) == ("C1001", "王芳", "+86 13800000001")
    assert (found.need, found.kind, found.stage, found.post) == (
        "text_only",
        "follow_up",
        "in_progress",
        "售后",
    )
    assert found.key_at == datetime(2026, 3, 10, 8, tzinfo=UTC)
    assert (found.promise, found.promise_due_at) == ("今日退款到账", datetime(2026, 3, 10, 10, tzinfo=UTC))


def test_a_row_of_the_log_states_its_facts():
    table = open_table(sample("INC0000361"))
    reader = RowReader(mapping.load("servicenow_incident_log"), table.header, ZoneInfo("UTC"))
    row = [reader.read(number, cells) for number, cells in table.rows][3]

    assert isinstance(row, SourceRow)
    assert (row.number, row.reference, row.at, row.order) == (
        5,
        "INC0000361",
        datetime(2016, 3, 1, 17, 53, tzinfo=UTC),
        3,
    )
    stated = {name: value for name, value in vars(row.facts).items() if value}
    assert stated == {
        "post": "Group 53",
        "issue_type": "Category not known",
        "customer_code": "Caller 742",
        "kind": "follow_up",
        "stage": "waiting",
        "waiting_for": "User Info",
        "stage_word": "Awaiting User Info",
        "channel": "phone",
        "order_ref": "INC0000361",
        "assigned_to": "Resolver 121",
        "by": "Updated by 450",
        "target_met": True,
        "created_at": datetime(2016, 2, 29, 15, 38, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"客户编号": ""}, ["Row 7, column “客户编号”: This must be filled in."]),
        ({"当前进展": "？"}, ["Row 7, column “当前进展”: This must be filled in."]),
        ({"岗位": ""}, ["Row 7, column “岗位”: This must be filled in."]),
        (
            {"类别": "normal"},
            [
                f"Row 7, column “类别”: “normal” is not known here; known are: {KINDS}.",
            ],
        ),
        (
            {"关键时间": "明天"},
            [
                "Row 7, column “关键时间”: " + NOT_A_TIME % "明天",
            ],
        ),
        (
            {"关键时间": "0226-03-10 16:00", "姓名": "王\x00芳"},
            [
                "Row 7, column “姓名”: The cell holds a character that cannot be stored.",
                "Row 7, column “关键时间”: " + NOT_A_TIME % "0226-03-10 16:00",
            ],
        ),
        (
            {"客户编号": "C" * 41},
            ["Row 7, column “客户编号”: The text has 41 characters; at most 40 are possible."],
        ),
        (
            {"承诺时限": ""},
            ["Row 7, column “承诺”: A promise needs its text and the time by which it was promised."],
        ),
    ],
)
def test_a_bad_row_says_what_is_wrong_in_which_column(changes, problems):
    assert read_sheet(**changes) == problems


def test_a_row_with_more_cells_than_the_header_is_bad():
    reader = RowReader(SHEET, SHEET_HEADER, SHANGHAI)
    problems = reader.read(7, [*SHEET_ROW.values(), "", "more"])

    assert list(map(str, problems)) == ["Row 7: It has 13 cells, but the header has 11."]


def test_need_and_promise_can_be_answered_with_none_or_not_at_all():
    none = facts(特殊沟通需求="无", 承诺="无", 承诺时限="")
    unknown = facts(特殊沟通需求="", 承诺="", 承诺时限="")

    assert (none.need, none.promise, none.no_promise) == ("none", "", True)
    assert (unknown.need, unknown.promise, unknown.no_promise) == ("", "", False)


def test_a_need_in_other_words_is_kept_word_by_word():
    found = facts(特殊沟通需求="怕吵，请发短信")

    assert (found.need, found.need_note) == ("other", "怕吵，请发短信")


def test_without_a_reference_the_customer_and_the_issue_name_the_matter():
    row = read_sheet()

    assert isinstance(row, SourceRow)
    assert (row.reference, row.facts.order_ref) == ("C1001 / 退款", "")


def test_a_missing_column_is_named_with_those_that_there_are():
    with pytest.raises(BadColumns) as error:
        RowReader(SHEET, ["客户编号", "问题类型"], SHANGHAI)

    assert error.value.sentence == (
        "The file has no column “Progress / Current progress / 当前进展 / 进展”. It has: 客户编号, 问题类型."
    )


def test_a_post_for_all_rows_replaces_its_column():
    header = [name for name in SHEET_HEADER if name != "岗位"]
    with pytest.raises(BadColumns, match="Post / 岗位"):
        RowReader(SHEET, header, SHANGHAI)

    row = RowReader(SHEET, header, SHANGHAI, post="售后").read(2, list(SHEET_ROW.values())[:-1])

    assert isinstance(row, SourceRow)
    assert row.facts.post == "售后"


def test_a_column_that_comes_twice_is_refused():
    with pytest.raises(BadColumns, match="Two columns are called “岗位”"):
        RowReader(SHEET, [*SHEET_HEADER, "岗位"], SHANGHAI)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-03-29 02:30", "Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # skipped by the clocks
        ("2026-10-25 02:30", "Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # shown twice
        ("2026-03-10", "Asia/Shanghai", datetime(2026, 3, 10, 15, 59, tzinfo=UTC)),
        ("2026-02-30 10:00", "UTC", None),
        ("3026-02-03 10:00", "UTC", None),
    ],
)
def test_instants_are_read_on_the_clocks_of_the_zone(text, zone, expected):
    assert instant(text, ("%Y-%m-%d %H:%M",), ZoneInfo(zone), end_of_day=True) == expected


@settings(deadline=None, max_examples=200)
@given(cells=st.lists(st.text(max_size=12), max_size=len(SHEET_HEADER) + 1))
def test_any_cells_give_a_row_or_clear_problems(cells: list[str]):
    result = RowReader(SHEET, SHEET_HEADER, SHANGHAI).read(2, cells)

    assert isinstance(result, SourceRow) or all(str(problem).startswith("Row 2") for problem in result)
