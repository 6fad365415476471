import codecs
import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handover.imports.tables import UnreadableFile, open_table
from tests.imports.files import csv_file, xlsx_file

ROWS = [["编号", "进展"], ["C1", "已联系仓库，16:00 前回复"]]


def read_or_sentence(content: bytes) -> list[list[str]] | str:
    try:
        header, rows = read(io.BytesIO(content))
    except UnreadableFile as error:
        return error.sentence
    return [header, *(cells for _number, cells in rows)]


def is_readable(result: list[list[str]] | str) -> bool:
    """A sentence, or cells that are text."""
    return bool(result) and all(isinstance(cell, str) for cells in result for cell in cells)


def read(file: io.BytesIO) -> tuple[list[str], list[tuple[int, list[str]]]]:
    table = open_table(file)
    return table.header, list(table.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_every_encoding(encoding: str):
    assert read(csv_file(*ROWS, encoding=encoding)) == (ROWS[0], [(2, ROWS[1])])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_every_delimiter(delimiter: str):
    assert read(csv_file(*ROWS, delimiter=delimiter)) == (ROWS[0], [(2, ROWS[1])])


def test_a_character_of_gb18030_alone_at_the_end_of_a_long_file_is_read():
    rows = [["name"], *([["x" * 50]] * 3000), ["王芳"]]

    assert read(csv_file(*rows, encoding="gb18030"))[1][-1] == (3002, ["王芳"])


def test_rows_keep_the_numbers_of_a_spreadsheet_over_blank_lines_and_line_breaks_in_cells():
    file = io.BytesIO(b'\n a , b \n1,"two\nlines"\n\n,\n3,4\n')

    assert read(file) == (["a", "b"], [(3, ["1", "two\nlines"]), (6, ["3", "4"])])


def test_the_mark_before_a_formula_is_taken_off():
    assert read(io.BytesIO(b"a,b,c\n'+86 138,'quoted,'=1+1\n"))[1] == [(2, ["+86 138", "'quoted", "=1+1"])]


def test_xlsx_cells_are_read_as_a_person_would_type_them():
    moment = datetime(2026, 3, 10, 16, 5)  # noqa: DTZ001  a spreadsheet knows no zone
    file = xlsx_file(
        ["a", "b", "c", "d", "e", "f"], [], [1, 2.5, True, None, moment, date(2026, 3, 10)], ["x"]
    )

    assert read(file) == (
        ["a", "b", "c", "d", "e", "f"],
        [(3, ["1", "2.5", "TRUE", "", "2026-03-10 16:05", "2026-03-10"]), (4, ["x"])],
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n , \n", "The file holds no text at all."),
        (codecs.BOM_UTF16_LE + "a,b".encode("utf-16-le"), "The file is in UTF-16"),
        (b"a,b\n1,\xff\xff\n", "The file is neither XLSX nor text in UTF-8 or GB18030."),
        (b'a,b\n1,2\n"3,4\n', "Row 3 is broken"),
        (b'a,b\n1,"2"x\n', "Row 2 is broken"),
        (b"a,b\n" + b"1" * (1024 * 1024 + 1), "A line is longer than a million characters."),
        (b"PK\x03\x04 and no archive", "The XLSX file is damaged or protected."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, sentence: str):
    with pytest.raises(UnreadableFile) as error:
        read(io.BytesIO(content))

    assert error.value.sentence.startswith(sentence)


def test_an_archive_that_unpacks_to_more_than_it_may_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * (64 * 1024 * 1024 + 1))

    with pytest.raises(UnreadableFile, match="too large"):
        read(file)


def test_a_cut_off_workbook_says_that_it_is_damaged():
    content = xlsx_file(*ROWS).getvalue()

    with pytest.raises(UnreadableFile, match="damaged or protected"):
        read(io.BytesIO(content[: len(content) // 2]))


@settings(deadline=None, max_examples=300)
@given(content=st.binary(max_size=300) | st.text(alphabet='ab,;\t"\r\n\x00王', max_size=60).map(str.encode))
@example(content=b"PK\x03\x04")
@example(content=b"\xef\xbb\xbf")
@example(content=b'"')
def test_any_bytes_give_rows_of_text_or_a_clear_error(content: bytes):
    assert is_readable(read_or_sentence(content))


@settings(deadline=None, max_examples=60)
@given(place=st.integers(min_value=0), change=st.integers(1, 255))
def test_a_workbook_with_a_wrong_byte_gives_rows_or_a_clear_error(place: int, change: int):
    content = bytearray(xlsx_file(*ROWS).getvalue())
    content[place % len(content)] ^= change

    assert is_readable(read_or_sentence(bytes(content)))
