"""Datasets read from text files of separated values: what a file means, column by column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets.base import DatasetInfo, RawData, class_numbers
from trainers.datasets.columns import column_of, number_column, numbers_of
from trainers.datasets.csv_reader import CsvFormat, Sheet, read_sheet
from trainers.datasets.files import find_file, missing_words, required_file
from trainers.errors import DatasetInvalid
from trainers.portable.dates import YEAR

if TYPE_CHECKING:
    from trainers.datasets.base import Array

Reading = Callable[[DatasetInfo, Sheet], RawData]


@dataclass(frozen=True)
class CsvFile:
    """A file in the data directory and how its columns are read."""

    info: DatasetInfo
    file_name: str
    reading: Reading
    form: CsvFormat = field(default_factory=CsvFormat)
    origin: str = ""  # a sentence: where people get the file, and how it is written

    def problem(self, data_dir: str) -> str:
        """Return the sentence that says why the file cannot be used, "" where it is there."""
        path = find_file(data_dir, self.file_name)
        if path is None:
            return missing_words(data_dir, self.file_name, origin=self.origin)
        return "" if path.stat().st_size else f"{path} is empty. Replace it with a complete {self.file_name}."

    def version(self, data_dir: str) -> str:
        """Return the file's size and time of change."""
        status = required_file(data_dir, self.file_name, self.info.label).stat()
        return f"-{status.st_size}-{status.st_mtime_ns}"

    def read(self, data_dir: str) -> RawData:
        """Return all rows; DatasetMissing or DatasetInvalid."""
        sheet = read_sheet(required_file(data_dir, self.file_name, self.info.label), self.form)
        return self.reading(self.info, sheet)


@dataclass(frozen=True)
class TableReading:
    """Every column but the target, those in `dropped` and `group` is an input.

    A column of numbers that stand for categories is named in `categories`. Rows with the same value in the
    column `group` stay together in the split.
    """

    dropped: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    group: str = ""

    def __call__(self, info: DatasetInfo, sheet: Sheet) -> RawData:
        """Return the rows; DatasetInvalid where a column is missing or the target is not there."""
        y = _target(info, sheet)
        left_out = {info.target, self.group, *self.dropped}
        columns = tuple(
            column_of(sheet, name, is_category=name in self.categories)
            for name in sheet.header
            if name not in left_out
        )
        groups = np.unique(sheet.column(self.group), return_inverse=True)[1] if self.group else None
        return RawData(columns, y, groups=groups)


@dataclass(frozen=True)
class TextReading:
    """One column of texts; equal texts stay together in the split, or a model is measured on what it saw."""

    text: str

    def __call__(self, info: DatasetInfo, sheet: Sheet) -> RawData:
        """Return the texts; DatasetInvalid where one is empty."""
        texts = [text.strip() for text in sheet.column(self.text)]
        if "" in texts:
            raise DatasetInvalid(f"{sheet.place(texts.index(''))}: {self.text} is empty. Remove the row.")
        return RawData(texts, _target(info, sheet), groups=np.unique(texts, return_inverse=True)[1])


@dataclass(frozen=True)
class SeriesReading:
    """One row a day.

    The columns named in `known_ahead`, and the time of the year, are known before their day has come.
    Rows that repeat another one are left out, whatever their order was.
    """

    day: str
    day_format: str
    known_ahead: frozenset[str] = frozenset()

    def __call__(self, info: DatasetInfo, sheet: Sheet) -> RawData:
        """Return the days in order; DatasetInvalid where one is missing, twice or no date."""
        by_day = sorted(self._days(sheet).items())
        for (before, _), (day, row) in pairwise(by_day):
            if day - before != timedelta(days=1):
                raise DatasetInvalid(
                    f"{sheet.place(row)}: there is no row between {before:%Y-%m-%d} and {day:%Y-%m-%d}."
                )
        rows = [row for _, row in by_day]
        ordered = Sheet(
            sheet.name, sheet.header, [sheet.rows[r] for r in rows], [sheet.lines[r] for r in rows]
        )
        y = _target(info, ordered)
        columns = [
            column_of(ordered, name, is_ahead=name in self.known_ahead)
            for name in ordered.header
            if name not in {self.day, info.target}
        ]
        turn = np.array([day.replace(tzinfo=UTC).timestamp() for day, _ in by_day]) * (2 * np.pi / YEAR)
        seasons = [
            number_column("season, sine", np.sin(turn), is_ahead=True),
            number_column("season, cosine", np.cos(turn), is_ahead=True),
        ]
        return RawData((number_column(info.target, y), *columns, *seasons), y, is_ordered=True)

    def _days(self, sheet: Sheet) -> dict[datetime, int]:
        """Return the row of each day."""
        days: dict[datetime, int] = {}
        for row, text in enumerate(sheet.column(self.day)):
            try:
                day = datetime.strptime(text.strip(), self.day_format)  # noqa: DTZ007, a day has no zone
            except ValueError as error:
                raise DatasetInvalid(
                    f"{sheet.place(row)}: {self.day} must be a date in the format "
                    f"{self.day_format}, not {text!r}."
                ) from error
            first = days.setdefault(day, row)
            if sheet.rows[first] != sheet.rows[row]:
                raise DatasetInvalid(
                    f"{sheet.place(row)}: {text} is already in line {sheet.lines[first]}, with other values."
                )
        return days


def _target(info: DatasetInfo, sheet: Sheet) -> Array:
    """Return class numbers or numbers to predict; a number may still be missing, a class may not."""
    if not info.class_names:
        return numbers_of(sheet, info.target)
    labels = [label.strip() for label in sheet.column(info.target)]
    for row, label in enumerate(labels):
        if label in info.class_names:
            continue
        known = ", ".join(info.class_names)
        value = repr(label) if label else "empty"
        raise DatasetInvalid(f"{sheet.place(row)}: {info.target} must be one of {known}, not {value}.")
    return class_numbers(info.class_names, labels)
