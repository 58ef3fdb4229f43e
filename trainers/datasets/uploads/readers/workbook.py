"""Excel workbooks (.xlsx), row by row: the first sheet that is shown, with the values saved in it."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import openpyxl

from optimizer.wording import count_noun, file_size, thousands
from trainers.datasets.uploads.readers.rows import MAX_COLUMNS, TableRows, checked_names, pieces_of
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

ZIP_MAGIC = b"PK\x03\x04"
MAX_ROWS = 1_048_576  # of Excel itself
# Unpacked. A sheet is read on the way; texts that many cells use, styles and the like are kept in memory.
MAX_SHEET_BYTES, MAX_TEXT_BYTES, MAX_OTHER_BYTES = 4 * 10**9, 50 * 10**6, 20 * 10**6
_SHEETS, _TEXTS, _PICTURES = "xl/worksheets/", "xl/sharedstrings.xml", "xl/media/"
_ERRORS = frozenset({"#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"})
# a cell with a formula and without a value; one whose value is an empty text says so by its type
_UNSAVED = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"(?:(?! t=")[^>])*>\s*'
    rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
_CELL = 10_000  # bytes; a formula has 8,192 letters at most

Row = tuple[Any, ...]


def open_workbook(path: Path, *, has_header: bool) -> TableRows:
    """Return the rows; DatasetInvalid where the file is damaged, too large, or holds no table.

    Empty rows are left out. What a cell shows as an error is missing.
    """
    with _guarded():
        _check_archive(path)
        sheets = _sheets(path)
        _check_formulas(path, sheets[0])
        rows = _filled_rows(sheets[0])
        number, first = next(rows, (0, ()))
        header = [_text(value) for value in first]
        while header and not header[-1]:
            header.pop()
        if not header:
            raise DatasetInvalid(f"The sheet {sheets[0].title} is empty.")
        if len(header) > MAX_COLUMNS:
            raise DatasetInvalid(
                f"The sheet has more than {thousands(MAX_COLUMNS)} columns, which is the limit."
            )
        names = checked_names(header, has_header=has_header)
    below = rows if has_header else chain([(number, first)], rows)
    note = (
        f"The workbook has {count_noun(len(sheets), 'sheet')}. Only the first one, "
        f"{sheets[0].title}, was read."
    )
    pieces = pieces_of(_texts(below, len(names)), len(names))
    return TableRows(names, pieces, notes=(note,) * (len(sheets) > 1))


@contextmanager
def _guarded() -> Iterator[None]:
    """Say in one sentence that a workbook is damaged: each part of openpyxl has errors of its own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DatasetInvalid, MemoryError):
        raise
    except Exception as error:
        raise DatasetInvalid(
            "The workbook cannot be read: it is damaged, has a password, or is not an .xlsx file. Open it in "
            "a spreadsheet program, save it as .xlsx or .csv, and upload that."
        ) from error


def _check_archive(path: Path) -> None:
    """Raise DatasetInvalid for another zip file, and for parts that are too large unpacked."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    if not any(entry.filename.startswith("xl/") for entry in entries):
        raise DatasetInvalid("This is a zip file, not an .xlsx workbook.")
    for entry in entries:
        name = entry.filename.lower()
        if name.startswith(_PICTURES):
            continue
        most = MAX_SHEET_BYTES if name.startswith(_SHEETS) else MAX_OTHER_BYTES
        most = MAX_TEXT_BYTES if name == _TEXTS else most
        if entry.file_size > most:
            raise DatasetInvalid(
                f"{entry.filename[:100]} in the workbook takes {file_size(entry.file_size)} unpacked; the "
                f"limit is {file_size(most)}. Save the sheet as .csv and upload that."
            )


def _check_formulas(path: Path, sheet: Any) -> None:
    """Raise DatasetInvalid for a formula whose value was not saved: only a spreadsheet program knows it.

    openpyxl tells such a cell from an empty one only in a reading of its own, which takes as long again.
    """
    last = b""
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as file:  # noqa: SLF001
        while piece := file.read(1 << 20):
            if found := _UNSAVED.search(last + piece):
                raise DatasetInvalid(
                    f"The formula in {found[1].decode()} has no value in the file. Open it in a spreadsheet "
                    "program, save it, and upload it again."
                )
            last = piece[-_CELL:]


def _sheets(path: Path) -> list[Any]:
    """Return the sheets that are shown."""
    file = path.open(
        "rb"
    )  # by its name openpyxl would refuse it: the ending is gone. Open as long as the sheet
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise DatasetInvalid("The workbook has no sheet with rows.")
    return sheets


def _all_rows(sheet: Any) -> Iterator[tuple[int, Row]]:
    """Yield the rows with their numbers, each up to its last cell: what stands far out is not overlooked."""
    sheet.reset_dimensions()  # what the file says of its size need not be true
    with _guarded():
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > MAX_ROWS:
                raise DatasetInvalid(
                    f"The sheet has more than {thousands(MAX_ROWS)} rows, the limit of Excel."
                )
            yield number, row


def _filled_rows(sheet: Any) -> Iterator[tuple[int, Row]]:
    return ((number, row) for number, row in _all_rows(sheet) if row.count(None) < len(row))


def _texts(rows: Iterator[tuple[int, Row]], n_columns: int) -> Iterator[list[str]]:
    """Yield the rows as texts; DatasetInvalid for a value outside of the columns."""
    for number, row in rows:
        beside = row[n_columns:]
        if beside.count(None) < len(beside):
            raise DatasetInvalid(
                f"Row {number} has a value outside the {count_noun(n_columns, 'column')} "
                "named in the first row. Name "
                "its column, or remove the value."
            )
        texts = [_text(value) for value in row[:n_columns]]
        yield texts + [""] * (n_columns - len(texts))


def _text(value: Any) -> str:
    """Return what a cell holds as it would stand in a file of texts."""
    match value:
        case None:
            return ""
        case str():
            return "" if value in _ERRORS else value
        case bool():
            return str(value).lower()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return str(value.date() if value.time() == time() else value)
        case timedelta():
            return str(value.total_seconds())
        case date() | time() | int():
            return str(value)
    return str(value)
