"""Tables of separated values, of any size and read strictly: with pyarrow where it can, else with csv.

pyarrow takes a fifth of the time, but takes some broken quotes as they are, and knows no lines. Blocks of
whole rows go to it as long as every quote stands where it should. At the first doubt, Python's csv reads the
file from the start: it reads what is right as pyarrow would have, and names the line of what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
from pyarrow import compute
from pyarrow import csv as arrow_csv

from optimizer.wording import count_noun, thousands
from trainers.datasets.uploads.readers.dialect import (
    DELIMITERS,
    SPACES,
    Dialect,
    QuotesBroken,
    find_dialect,
    first_row,
    strict_rows,
)
from trainers.datasets.uploads.readers.rows import TableRows, check_width, checked_names, pieces_of
from trainers.datasets.uploads.readers.text_files import MAX_LINE, lines_of, open_text
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    import io
    from pathlib import Path

_BLOCK = 1 << 20  # characters
_MAX_FIELD = 131_072  # characters, the limit of csv
_SPACES_NOTE = "Columns are separated by spaces or tabs, one or more."
_COMMA_NOTE = "Numbers use a decimal comma: 1,5 is read as 1.5."

Result = TypeVar("Result")


class WidthBroken(DatasetInvalid):
    """A row with another number of fields than the header."""


def read_separated(
    path: Path, encoding: str, use: Callable[[TableRows], Result], *, has_header: bool
) -> Result:
    """Return what `use` makes of the rows. DatasetInvalid names a wrong line.

    `use` may be called more than once: a file that does not go on as it began is read in another way. Fields
    may be in quotes; with tabs or spaces between them, quotes that do not fit are taken as they are.
    """
    source = _Source(path, find_dialect(path, encoding), has_header)
    try:
        return _read(source, use)
    except QuotesBroken:
        if source.dialect.delimiter not in {"\t", SPACES}:
            raise
        return _read(source.changed(is_quoted=False), use)
    except WidthBroken as error:
        if not source.dialect.may_be_spaced:
            raise
        try:
            return _read(source.changed(delimiter=SPACES), use)
        except DatasetInvalid:
            raise error from None


@dataclass(frozen=True)
class _Source:
    path: Path
    dialect: Dialect
    has_header: bool

    def changed(self, **changes: Any) -> _Source:
        """Return it with another dialect."""
        return replace(self, dialect=replace(self.dialect, **changes))

    @property
    def has_names(self) -> bool:
        """Say whether the file names its columns."""
        return self.has_header or bool(self.dialect.header)

    @property
    def is_header_row(self) -> bool:
        """Say whether the first row names the columns."""
        return self.has_header and not self.dialect.header

    @property
    def notes(self) -> tuple[str, ...]:
        """Return how the file was read where there were several ways."""
        dialect = self.dialect
        return (
            *dialect.preamble.notes(is_header=bool(dialect.header)),
            *(_SPACES_NOTE,) * (dialect.delimiter == SPACES),
            *(_COMMA_NOTE,) * (dialect.decimal == ","),
        )


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
    names = checked_names(source.dialect.header or first, has_header=source.has_names)
    strict = TableRows(
        names, pieces_of(_strict_rows(source, len(names)), len(names)), source.dialect.decimal, source.notes
    )
    if source.dialect.delimiter == SPACES:
        return use(strict)
    try:
        return use(replace(strict, pieces=_quick_pieces(source, len(names))))
    except (_Doubt, pa.ArrowInvalid):
        return use(strict)


def _strict_rows(source: _Source, n_columns: int) -> Iterator[list[str]]:
    """Yield the rows below the header; DatasetInvalid for the first line that breaks a rule."""
    with open_text(source.path, source.dialect.encoding) as file:
        rows = strict_rows(file, source.dialect)
        for line, row in islice(rows, int(source.is_header_row), None):
            if len(row) != n_columns:
                raise WidthBroken(
                    f"Line {line} has {count_noun(len(row), 'field')}, but "
                    f"{'the header' if source.has_names else 'the first row'} has {thousands(n_columns)}."
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
    n_skipped = int(source.is_header_row)
    with open_text(source.path, source.dialect.encoding) as file:
        for _ in islice(lines_of(file), source.dialect.preamble.n_lines):
            pass
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
