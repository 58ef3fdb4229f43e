"""How a table of separated values is written, found out from its first rows.

Neither pyarrow nor polars looks for this by itself.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from trainers.datasets.uploads.numerals import Decimal, find_decimal
from trainers.datasets.uploads.readers.text_files import lines_of, open_text
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_TRIAL_ROWS, _NUMBER_ROWS = 20, 200


@dataclass(frozen=True)
class Dialect:
    """Where fields end, whether they may be in quotes, and how their numbers are written."""

    encoding: str
    delimiter: str
    is_quoted: bool = True
    decimal: Decimal = "."


class QuotesBroken(DatasetInvalid):
    """A quote that does not fit, or a field without an end."""


def find_dialect(path: Path, encoding: str) -> Dialect:
    """Return the delimiter that splits the first rows evenly and most often; a comma where none does."""
    counts = {delimiter: _even_fields(path, Dialect(encoding, delimiter)) for delimiter in DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    found = Dialect(encoding, best if counts[best] > 1 else ",")
    with open_text(path, encoding) as file:
        fields = (field for _, row in islice(_until_broken(file, found), _NUMBER_ROWS) for field in row)
        return replace(found, decimal=find_decimal(fields, found.delimiter))


def strict_rows(file: io.TextIOBase, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the line on which each ends; empty lines are left out. Slow, but knows the line."""
    reader = csv.reader(
        lines_of(file),
        delimiter=dialect.delimiter,
        quoting=csv.QUOTE_MINIMAL if dialect.is_quoted else csv.QUOTE_NONE,
        strict=True,
    )
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise QuotesBroken(f"Line {reader.line_num}: {error}.") from error


def first_row(path: Path, dialect: Dialect) -> list[str]:
    """Return the first row, empty where there is none."""
    with open_text(path, dialect.encoding) as file:
        return next(strict_rows(file, dialect), (0, []))[1]


def _even_fields(path: Path, dialect: Dialect) -> int:
    """Return the number of fields in each of the first rows, 0 where they differ."""
    with open_text(path, dialect.encoding) as file:
        try:
            numbers = {len(row) for _, row in islice(strict_rows(file, dialect), _TRIAL_ROWS)}
        except QuotesBroken:
            return 0
    return numbers.pop() if len(numbers) == 1 else 0


def _until_broken(file: io.TextIOBase, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from strict_rows(file, dialect)
    except QuotesBroken:
        return
