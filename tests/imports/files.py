"""Small table files for the tests of the import."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "incident_sample.csv"
SHEET_HEADER = [
    "客户编号",
    "姓名",
    "电话",
    "特殊沟通需求",
    "问题类型",
    "类别",
    "当前进展",
    "关键时间",
    "承诺",
    "承诺时限",
    "岗位",
]
SHEET_ROW = {
    "客户编号": "C1001",
    "姓名": "王芳",
    "电话": "+86 13800000001",
    "特殊沟通需求": "听力障碍",
    "问题类型": "退款",
    "类别": "跟进",
    "当前进展": "14:20 已联系仓库核对退货单号，仓库 16:00 前回复",
    "关键时间": "2026-03-10 16:00",
    "承诺": "今日退款到账",
    "承诺时限": "2026-03-10 18:00",
    "岗位": "售后",
}


def csv_file(*rows: Sequence[str], encoding: str = "utf-8", delimiter: str = ",") -> io.BytesIO:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return io.BytesIO(text.getvalue().encode(encoding))


def sheet(*changes: dict[str, str], encoding: str = "utf-8") -> io.BytesIO:
    """A service team's sheet: its usual row, once for each of the changes."""
    rows = [[(SHEET_ROW | change)[name] for name in SHEET_HEADER] for change in changes]
    return csv_file(SHEET_HEADER, *rows, encoding=encoding)


def sample(*references: str) -> io.BytesIO:
    """The sample log, or the rows of these incidents alone."""
    header, *rows = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if not references or row.split(",")[0] in references]
    return io.BytesIO("".join([header, *kept]).encode())


def xlsx_file(*rows: Sequence[Any]) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cell in (cell for cells in sheet.iter_rows() for cell in cells):
        if isinstance(cell.value, date) and not isinstance(cell.value, datetime):
            cell.number_format = "yyyy-mm-dd"
    file = io.BytesIO()
    book.save(file)
    return file
