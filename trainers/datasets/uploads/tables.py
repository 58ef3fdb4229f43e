"""Tables of separated values of any size: split into columns row by row, and strictly."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import chain, islice
from typing import IO, TYPE_CHECKING

from trainers.datasets.uploads.columns import ColumnWriter, remove_columns
from trainers.datasets.uploads.findings import Findings
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_COLUMNS = 2_000
N_PREVIEW = 10
_PIECE_ROWS, _PIECE_CHARACTERS = 20_000, 8_000_000
_DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_TRIAL_ROWS = 20
_SHOWN = 120  # characters of a field in the preview


def read_table(path: Path, folder: Path, *, has_header: bool = True) -> Findings:
    """Write the columns of a UTF-8 file into `folder`; DatasetInvalid names a wrong line.

    The delimiter is the one that splits the first rows into the same number of fields, and into most. Fields
    may be in quotes; where tabs stand between them, quotes that do not fit are taken as they are.
    """
    try:
        delimiter = _delimiter(path)
        try:
            return _read(path, folder, delimiter, csv.QUOTE_MINIMAL, has_header=has_header)
        except QuotesBroken:
            if delimiter != "\t":
                raise
            return _read(path, folder, delimiter, csv.QUOTE_NONE, has_header=has_header)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise DatasetInvalid(
            f"The file is not UTF-8: it holds the byte 0x{byte:02X}. Save it as UTF-8 and upload it again."
        ) from error


class QuotesBroken(DatasetInvalid):
    """A quote that does not fit, or a field without an end."""


def _read(path: Path, folder: Path, delimiter: str, quoting: int, *, has_header: bool) -> Findings:
    remove_columns(folder)
    n_rows = 0
    preview: list[list[str]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = _rows(file, delimiter, quoting)
        first = next(rows, None)
        names = _names(first[1] if first else [], has_header=has_header)
        writers = [ColumnWriter(name, folder, number) for number, name in enumerate(names)]
        for piece in _pieces(rows if has_header or first is None else chain([first], rows), len(names)):
            preview += piece[: N_PREVIEW - len(preview)]
            n_rows += len(piece)
            for writer, texts in zip(writers, zip(*piece, strict=True), strict=True):
                writer.add(texts)
    if not n_rows:
        raise DatasetInvalid("The file has no rows below its header.")
    return Findings(
        form="table",
        n_rows=n_rows,
        columns=tuple(writer.finish() for writer in writers),
        preview=tuple(tuple(text.strip()[:_SHOWN] for text in row) for row in preview),
    )


def _rows(file: IO[str], delimiter: str, quoting: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the line on which each ends; empty lines are left out."""
    reader = csv.reader(file, delimiter=delimiter, quoting=quoting, strict=True)  # type: ignore[arg-type]
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise QuotesBroken(f"Line {reader.line_num}: {error}.") from error


def _pieces(rows: Iterator[tuple[int, list[str]]], n_columns: int) -> Iterator[list[list[str]]]:
    """Yield the rows in lists that fit into memory."""
    piece: list[list[str]] = []
    n_characters = 0
    for line, row in rows:
        if len(row) != n_columns:
            raise DatasetInvalid(f"Line {line} has {len(row):,} fields, and the header has {n_columns:,}.")
        text = "".join(row)
        if "\0" in text:
            raise DatasetInvalid(f"Line {line} holds a zero byte: this is no text file.")
        piece.append(row)
        n_characters += len(text)
        if len(piece) >= _PIECE_ROWS or n_characters >= _PIECE_CHARACTERS:
            yield piece
            piece, n_characters = [], 0
    if piece:
        yield piece


def _names(header: list[str], *, has_header: bool) -> list[str]:
    if not header:
        raise DatasetInvalid("The file is empty.")
    if len(header) > MAX_COLUMNS:
        raise DatasetInvalid(f"The file has {len(header):,} columns; at most {MAX_COLUMNS:,} are read.")
    if len(header) == 1:
        known = ", ".join(_DELIMITERS.values())
        raise DatasetInvalid(f"The file has one column only. What stands between columns may be {known}.")
    if not has_header:
        return [f"column {number}" for number in range(1, len(header) + 1)]
    names = [name.strip()[:_SHOWN] or f"column {number}" for number, name in enumerate(header, 1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DatasetInvalid(f"Two columns are named {twice[0]!r}; rename one and upload the file again.")
    if any("\0" in name for name in names):
        raise DatasetInvalid("The header holds a zero byte: this is no text file.")
    return names


def _delimiter(path: Path) -> str:
    """Return what splits the first rows evenly and most often; a comma where nothing does."""
    counts = {}
    for delimiter in _DELIMITERS:
        with path.open(encoding="utf-8-sig", newline="") as file:
            counts[delimiter] = _even_fields(file, delimiter)
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] > 1 else ","


def _even_fields(file: IO[str], delimiter: str) -> int:
    """Return the number of fields in each of the first rows, 0 where they differ."""
    numbers = set()
    try:
        for _, row in islice(_rows(file, delimiter, csv.QUOTE_MINIMAL), _TRIAL_ROWS):
            numbers.add(len(row))
    except QuotesBroken:
        return 0
    return numbers.pop() if len(numbers) == 1 else 0
