"""Reads CSV (UTF-8, with or without mark, or GB18030) and XLSX files row by row, as text."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.styles.numbers import is_datetime

from handover.errors import HandoverError

from .formulas import unquoted

ENCODINGS = ("utf-8-sig", "gb18030")
OTHER_UNICODE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DELIMITERS = ",;\t"
ZIP_MARK = b"PK\x03\x04"
CHUNK = 64 * 1024
LONGEST_LINE = 1024 * 1024
MOST_COLUMNS = 200
MOST_SHEET_ROWS = 1_048_576
# The texts of a workbook are held in memory all at once.
MOST_SHEET_TEXT = 64 * 1024 * 1024
MOST_SHEET_BYTES = 1024 * 1024 * 1024


class UnreadableFile(HandoverError):
    """The file as a whole cannot be read; the sentence says why and what to do."""


@dataclass(frozen=True)
class Table:
    """The header, and the rows below it with their numbers as a spreadsheet shows them."""

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


def open_table(file: BinaryIO) -> Table:
    """The table in `file`, which must be seekable. Raises UnreadableFile, also later while rows are read."""
    file.seek(0)
    start = file.read(4)
    if not start:
        raise UnreadableFile(_("The file is empty."))
    filled = (row for row in _numbered(file, start) if any(row[1]))
    first = next(filled, None)
    if first is None:
        raise UnreadableFile(_("The file holds no text at all."))
    return Table(header=[cell.strip() for cell in first[1]], rows=filled)


def _numbered(file: BinaryIO, start: bytes) -> Iterator[tuple[int, list[str]]]:
    rows = _xlsx_rows(file) if start == ZIP_MARK else _csv_rows(file)
    return enumerate(([unquoted(cell) for cell in row] for row in rows), start=1)


def _csv_rows(file: BinaryIO) -> Iterator[list[str]]:
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    row = 0
    try:
        lines = _lines(text)
        first = next(lines, "")
        delimiter = max(DELIMITERS, key=first.count)
        for cells in csv.reader(chain([first], lines), delimiter=delimiter, strict=True):
            row += 1
            yield cells
    except csv.Error as error:
        raise UnreadableFile(
            _("Row %(row)s is broken: a quotation mark does not close, or stands inside a cell. (%(error)s)")
            % {"row": row + 1, "error": error}
        ) from error
    finally:
        with suppress(ValueError):  # The file may have been closed before the rows were read to the end.
            text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise UnreadableFile(_("A line is longer than a million characters. Is this a table?"))
        yield line


def _encoding(file: BinaryIO) -> str:
    """The first encoding that the whole file obeys; nothing is guessed and nothing replaced."""
    file.seek(0)
    if file.read(4).startswith(OTHER_UNICODE):
        raise UnreadableFile(_("The file is in UTF-16 or UTF-32. Save it as “CSV UTF-8” and try again."))
    for encoding in ENCODINGS:
        if _decodes(file, encoding):
            return encoding
    raise UnreadableFile(
        _("The file is neither XLSX nor text in UTF-8 or GB18030. Save it as “CSV UTF-8” and try again.")
    )


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _xlsx_rows(file: BinaryIO) -> Iterator[list[str]]:
    try:
        _check_size(file)
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # Some programs write wrong ones.
        width = next((len(cells) for cells in _cells(sheet, MOST_COLUMNS) if cells), 0)
        yield from _cells(sheet, width)
    except UnreadableFile:
        raise
    except Exception as error:  # The library raises errors of any kind on a damaged file.
        raise UnreadableFile(
            _("The XLSX file is damaged or protected. Open it, save it again and try once more. (%(error)s)")
            % {"error": type(error).__name__}
        ) from error


def _cells(sheet: Any, width: int) -> Iterator[list[str]]:
    for number, cells in enumerate(sheet.iter_rows(max_col=width or None), start=1):
        if number > MOST_SHEET_ROWS:
            raise UnreadableFile(_("The sheet has more rows than a spreadsheet may have."))
        yield _trimmed([_text(cell) for cell in cells])


def _check_size(file: BinaryIO) -> None:
    """A small archive can unpack to any size."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    texts = sum(size for name, size in sizes.items() if name.endswith("sharedStrings.xml"))
    if texts > MOST_SHEET_TEXT or sum(sizes.values()) > MOST_SHEET_BYTES:
        raise UnreadableFile(_("The XLSX file is too large. Save it as CSV and try again."))


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(cell: Any) -> str:
    """The cell as a person would type it; a date as ISO text, with the time where the cell shows one."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and is_datetime(cell.number_format) == "date":
        return value.date().isoformat()
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
