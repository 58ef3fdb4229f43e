"""Tables of separated values, of any size and read strictly: with pyarrow where it can, else with csv.

pyarrow takes a fifth of the time, but takes some broken quotes as they are, and knows no lines. Blocks of
whole rows go to it as long as every quote stands where it should. At the first doubt, Python's csv reads the
file from the start: it reads what is right as pyarrow would have, and names the line of what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
from pyarrow import compute
from pyarrow import csv as arrow_csv

from optimizer.wording import count_noun, thousands
from trainers.datasets.uploads.readers.dialect import (
    DELIMITERS,
    Dialect,
    QuotesBroken,
    find_dialect,
    first_row,
    strict_rows,
)
from trainers.datasets.uploads.readers.rows import TableRows, check_width, checked_names, pieces_of
from trainers.datasets.uploads.readers.text_files import (
    MAX_LINE,
    WESTERN,
    check_unpacked,
    check_western,
    encoding_of,
    open_text,
)
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    import io
    from pathlib import Path

_BLOCK = 1 << 20  # characters
_MAX_FIELD = 131_072  # characters, the limit of csv
_WESTERN_NOTE = (
    "The file is not UTF-8 and was read as Windows-1252. Check for wrong characters in names and values."
)
_COMMA_NOTE = "Numbers use a decimal comma: 1,5 is read as 1.5."

Result = TypeVar("Result")


def read_separated(path: Path, use: Callable[[TableRows], Result], *, has_header: bool) -> Result:
    """Return what `use` makes of the rows. DatasetInvalid names a wrong line.

    `use` may be called more than once: a file that does not go on as it began is read in another way.
    """
    check_unpacked(path)
    encoding = encoding_of(path)
    try:
        return _read_encoded(path, encoding, use, has_header=has_header)
    except UnicodeDecodeError as error:
        check_western(path, error)
    try:
        return _read_encoded(path, WESTERN, use, has_header=has_header)
    except UnicodeDecodeError as error:
        raise DatasetInvalid(
            "The file is neither UTF-8 nor Windows-1252: it contains the byte "
            f"0x{error.object[error.start]:02X}. Save it as UTF-8 and upload it again."
        ) from error


def _read_encoded(
    path: Path, encoding: str, use: Callable[[TableRows], Result], *, has_header: bool
) -> Result:
    """Fields may be in quotes; with tabs between them, quotes that do not fit are taken as they are."""
    source = _Source(path, find_dialect(path, encoding), has_header)
    try:
        return _read(source, use)
    except QuotesBroken:
        if source.dialect.delimiter != "\t":
            raise
        return _read(replace(source, dialect=replace(source.dialect, is_quoted=False)), use)


@dataclass(frozen=True)
class _Source:
    path: Path
    dialect: Dialect
    has_header: bool

    @property
    def notes(self) -> tuple[str, ...]:
        is_western, has_commas = self.dialect.encoding == WESTERN, self.dialect.decimal == ","
        return (_WESTERN_NOTE,) * is_western + (_COMMA_NOTE,) * has_commas


class _Doubt(Exception):  # noqa: N818 (says what happened)
    """Something that csv has to judge."""


def _read(source: _Source, use: Callable[[TableRows], Result]) -> Result:
    first = first_row(source.path, source.dialect)
    if not first:
        raise DatasetInvalid("The file is empty.")
    check_width(len(first))
    if len(first) == 1:
        known = ", ".join(DELIMITERS.values())
        raise DatasetInvalid(f"The file has only one column. Supported delimiters: {known}.")
    names = checked_names(first, has_header=source.has_header)
    rows = TableRows(names, _quick_pieces(source, len(names)), source.dialect.decimal, source.notes)
    try:
        return use(rows)
    except (_Doubt, pa.ArrowInvalid):
        return use(replace(rows, pieces=pieces_of(_strict_rows(source, len(names)), len(names))))


def _strict_rows(source: _Source, n_columns: int) -> Iterator[list[str]]:
    """Yield the rows below the header; DatasetInvalid for the first line that breaks a rule."""
    with open_text(source.path, source.dialect.encoding) as file:
        rows = strict_rows(file, source.dialect)
        for line, row in islice(rows, int(source.has_header), None):
            if len(row) != n_columns:
                raise DatasetInvalid(
                    f"Line {line} has {count_noun(len(row), 'field')}, but the header has "
                    f"{thousands(n_columns)}."
                )
            if "\0" in "".join(row):
                raise DatasetInvalid(f"Line {line} contains a zero byte, so this is not a text file.")
            yield row


def _quick_pieces(source: _Source, n_columns: int) -> Iterator[pa.RecordBatch]:
    parsing = arrow_csv.ParseOptions(
        delimiter=source.dialect.delimiter,
        quote_char='"' if source.dialect.is_quoted else False,
        newlines_in_values=source.dialect.is_quoted,
    )
    names = [str(number) for number in range(n_columns)]
    converting = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
    )
    n_skipped = int(source.has_header)
    with open_text(source.path, source.dialect.encoding) as file:
        for block in _blocks(file, source.dialect):
            # pyarrow gets bytes, not the file: its threads and Python's lock can wait for each other for ever
            table = arrow_csv.read_csv(
                pa.BufferReader(block),
                arrow_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
                parsing,
                converting,
            )
            if table.num_rows and any(map(_is_long, table.columns)):
                raise _Doubt
            yield from table.slice(n_skipped).to_batches()
            n_skipped = max(0, n_skipped - table.num_rows)


def _is_long(texts: pa.ChunkedArray) -> bool:
    """Say whether a text may be longer than csv allows."""
    return texts.nbytes > _MAX_FIELD and bool(compute.max(compute.binary_length(texts)).as_py() > _MAX_FIELD)


def _blocks(file: io.TextIOBase, dialect: Dialect) -> Iterator[bytes]:
    """Yield whole rows in UTF-8; _Doubt for zero bytes, quotes in odd places, and rows of great length."""
    waiting = b""
    while text := file.read(_BLOCK):
        waiting += text.encode()
        end = _end_of_rows(waiting, dialect)
        if end:
            yield waiting[:end]
        waiting = waiting[end:]
        if len(waiting) > MAX_LINE:
            raise _Doubt
    if waiting:
        waiting += b"\n"
        if _end_of_rows(waiting, dialect) != len(waiting):
            raise _Doubt
        yield waiting


def _end_of_rows(data: bytes, dialect: Dialect) -> int:
    """Return where the last whole row of bytes that begin with a row ends.

    A quote opens a field behind a delimiter or a line end, closes it before one, or is doubled. Where all
    quotes are like that, csv and pyarrow read the same.
    """
    if b"\0" in data:
        raise _Doubt
    if not dialect.is_quoted or b'"' not in data:
        return data.rfind(b"\n") + 1
    codes = np.frombuffer(b"\n" + data + b"\n", dtype=np.uint8)
    places = np.flatnonzero(codes == ord('"'))
    neighbours = codes[np.where(np.arange(len(places)) % 2 == 0, places - 1, places + 1)]
    if not np.isin(neighbours, [*f'{dialect.delimiter}\r\n"'.encode()]).all():
        raise _Doubt
    line_ends = np.flatnonzero(codes[:-1] == ord("\n"))
    outside = line_ends[np.searchsorted(places, line_ends) % 2 == 0]
    return int(outside[-1])
