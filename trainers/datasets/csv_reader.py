"""Text files of separated values, read strictly: a row that does not fit its header is never repaired."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.wording import count_noun, thousands
from trainers.errors import DatasetInvalid, DatasetMissing

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class CsvFormat:
    """How a file is written. `columns` names the columns of a file without a header."""

    delimiter: str = ","
    is_quoted: bool = True
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A file's rows as texts, and the line on which each of them ends."""

    name: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[str]:
        """Return a column's texts; DatasetInvalid where there is none of this name."""
        if name not in self.header:
            raise DatasetInvalid(
                f"{self.name} has no column {name!r}. Its columns are {', '.join(self.header)}."
            )
        number = self.header.index(name)
        return [row[number] for row in self.rows]

    def place(self, row: int) -> str:
        """Return where a row is, in words."""
        return f"{self.name}, line {self.lines[row]}"


def read_sheet(path: Path, form: CsvFormat) -> Sheet:
    """Read a UTF-8 file. DatasetMissing, or DatasetInvalid with the line that breaks a rule.

    Refused: another encoding, no rows, rows of another length than the header, a name twice, broken quotes.
    """
    text = _text(path)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=form.delimiter,
        quoting=csv.QUOTE_MINIMAL if form.is_quoted else csv.QUOTE_NONE,
        strict=True,  # or a quote that never ends would swallow the rest of the file
    )
    rows, lines = [], []
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DatasetInvalid(f"{path.name}, line {reader.line_num}: {error}.") from error
    header = tuple(form.columns or (name.strip() for name in (rows.pop(0) if rows else [])))
    lines = lines if form.columns else lines[1:]
    return _checked(Sheet(path.name, header, rows, lines))


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise DatasetMissing(f"{path} does not exist. Put {path.name} into {path.parent}.") from error
    except OSError as error:
        raise DatasetInvalid(f"{path} cannot be read: {error.strerror}.") from error
    if b"\0" in data:
        raise DatasetInvalid(f"{path.name} is not a text file: it contains zero bytes.")
    try:
        return data.decode("utf-8-sig")  # Excel writes a byte order mark
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DatasetInvalid(
            f"{path.name} is not UTF-8: byte 0x{data[error.start]:02X} in line {line}. Save it as UTF-8."
        ) from error


def _checked(sheet: Sheet) -> Sheet:
    twice = [name for name, count in Counter(sheet.header).items() if count > 1]
    if twice:
        raise DatasetInvalid(f"{sheet.name} has two columns named {twice[0]!r}. Rename one.")
    if not sheet.rows:
        raise DatasetInvalid(f"{sheet.name} has no rows{' below its header' if sheet.header else ''}.")
    for number, row in enumerate(sheet.rows):
        if len(row) != len(sheet.header):
            raise DatasetInvalid(
                f"{sheet.place(number)} has {count_noun(len(row), 'field')}, but the header has "
                f"{thousands(len(sheet.header))}."
            )
    return sheet
