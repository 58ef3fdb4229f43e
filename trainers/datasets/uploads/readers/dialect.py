"""How a table of separated values is written, found out from its first rows.

Neither pyarrow nor polars looks for this by itself.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from trainers.datasets.uploads.numerals import Decimal, find_decimal, has_number
from trainers.datasets.uploads.readers.preamble import Preamble, find_preamble, is_header
from trainers.datasets.uploads.readers.text_files import lines_of, open_text
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Rows = Sequence[Sequence[str]]

SPACES = " "  # one or more spaces and tabs
DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar", SPACES: "spaces"}
_TRIAL_ROWS, _NUMBER_ROWS = 20, 200
_MOSTLY = 0.7  # of the first rows: the others are wrong, and are named with their lines
_FEWEST = 3  # rows that can be wrong in one of them
_PLAIN_FIELD = re.compile(r"[^ \t\r\n]+")
_FIELD = re.compile(r'"(?:[^"]|"")*"(?=[ \t\r\n]|$)|[^ \t\r\n]+')


@dataclass(frozen=True)
class Dialect:
    """Where fields end, whether they may be in quotes, how their numbers are written, what stands above.

    `header` are the names of the columns where a comment holds them. `may_be_spaced`: where the tabs do not
    go on evenly, two may stand for one.
    """

    encoding: str
    delimiter: str
    is_quoted: bool = True
    decimal: Decimal = "."
    preamble: Preamble = field(default_factory=Preamble)
    header: tuple[str, ...] = ()
    may_be_spaced: bool = False


class QuotesBroken(DatasetInvalid):
    """A quote that does not fit, or a field without an end."""


def find_dialect(path: Path, encoding: str) -> Dialect:
    """Return the delimiter that splits the first rows evenly and most often; a comma where none does."""
    base = Dialect(encoding, ",", preamble=find_preamble(path, encoding))
    known = [base.preamble.delimiter] if base.preamble.delimiter else DELIMITERS
    trials = {delimiter: _trial(path, replace(base, delimiter=delimiter)) for delimiter in known}
    best = base.preamble.delimiter or _best(trials)
    may_be_spaced = best == "\t" and trials[best] == trials.get(SPACES) and _has_numbers(trials[best])
    found = replace(base, delimiter=best, may_be_spaced=may_be_spaced)
    names = next(_parsed([base.preamble.comment], found), (0, []))[1]
    if trials[best] and is_header(names, trials[best][0]):
        found = replace(found, header=tuple(names))
    with open_text(path, encoding) as file:
        fields = (text for _, row in islice(_until_broken(file, found), _NUMBER_ROWS) for text in row)
        return replace(found, decimal=find_decimal(fields, found.delimiter))


def strict_rows(file: io.TextIOBase, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the line on which each ends; empty lines are left out. Slow, but knows the line."""
    return _parsed(islice(lines_of(file), dialect.preamble.n_lines, None), dialect)


def first_row(path: Path, dialect: Dialect) -> list[str]:
    """Return the first row, empty where there is none."""
    with open_text(path, dialect.encoding) as file:
        return next(strict_rows(file, dialect), (0, []))[1]


def _parsed(lines: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    n_above, delimiter = dialect.preamble.n_lines, dialect.delimiter
    if delimiter == SPACES:
        lines, delimiter = map(partial(_tabbed, is_quoted=dialect.is_quoted), lines), "\t"
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if dialect.is_quoted else csv.QUOTE_NONE,
        strict=True,
    )
    try:
        for row in reader:
            if row:
                yield n_above + reader.line_num, row
    except csv.Error as error:
        raise QuotesBroken(f"Line {n_above + reader.line_num}: {error}.") from error


def _tabbed(line: str, *, is_quoted: bool) -> str:
    """Return a line with one tab for each run of spaces and tabs between its fields."""
    pattern = _FIELD if is_quoted and '"' in line else _PLAIN_FIELD
    return "\t".join(pattern.findall(line)) + "\n"


def _trial(path: Path, dialect: Dialect) -> list[list[str]]:
    """Return the first rows, none where quotes do not fit."""
    with open_text(path, dialect.encoding) as file:
        try:
            return [row for _, row in islice(strict_rows(file, dialect), _TRIAL_ROWS)]
        except QuotesBroken:
            return []


def _best(trials: Mapping[str, Rows]) -> str:
    """Return the delimiter with the most fields in every row, or else in most rows."""
    shares = {delimiter: _usual_width(rows) for delimiter, rows in trials.items()}
    for share in (1.0, _MOSTLY):
        able = [delimiter for delimiter, (width, part) in shares.items() if width > 1 and part >= share]
        marks = [delimiter for delimiter in able if delimiter != SPACES]
        best = max(marks, key=lambda delimiter: shares[delimiter][0], default="")
        # words of a text are no columns
        if SPACES in able and _has_numbers(trials[SPACES]) and _is_spaced(best, trials):
            return SPACES
        if best:
            return best
    return ","


def _usual_width(rows: Rows) -> tuple[int, float]:
    """Return how many fields most rows have, and the share of these rows."""
    width, n = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    is_clear = n == len(rows) or len(rows) >= _FEWEST
    return (width, n / len(rows)) if rows and is_clear else (0, 0.0)


def _has_numbers(rows: Rows) -> bool:
    return all(any(map(has_number, row)) for row in rows[1:] or rows)


def _is_spaced(best: str, trials: Mapping[str, Rows]) -> bool:
    """Say whether spaces part columns though another delimiter does so, too.

    Only tabs may stand among them: behind numbers with spaces between, or two at once.
    """
    rows = trials.get(best, ())
    return not best or (best == "\t" and all(any(map(_are_numbers, row)) for row in rows[1:] or rows))


def _are_numbers(text: str) -> bool:
    """Say whether a field holds several numbers, and is none in any notation, such as 1 234."""
    parts = text.split()
    return len(parts) > 1 and all(map(has_number, parts)) and not has_number(text)


def _until_broken(file: io.TextIOBase, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from strict_rows(file, dialect)
    except QuotesBroken:
        return
