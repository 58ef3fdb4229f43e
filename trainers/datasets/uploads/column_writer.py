"""Writes a table's columns to disk piece by piece, and learns what is in them: numbers, words, gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import compute

from trainers.datasets.columns import MISSING, is_missing
from trainers.datasets.uploads.columns import numbers_file, texts_file
from trainers.datasets.uploads.findings import MANY, ColumnFinding
from trainers.datasets.uploads.guesses.index import numbers_rows
from trainers.datasets.uploads.numerals import GROUPING, Decimal, is_code, pattern, plain_number

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.datasets.base import Array


@dataclass
class ColumnWriter:
    """Takes a column piece by piece and learns what is in it. `is_grouped`: something parts thousands."""

    name: str
    folder: Path
    number: int
    decimal: Decimal = "."
    is_number: bool = True
    is_grouped: bool = False
    _n: int = 0
    _n_missing: int = 0
    _length: int = 0
    _distinct: set[str] = field(default_factory=set)
    _low: float = np.inf
    _high: float = -np.inf

    def add(self, texts: pa.Array) -> None:
        """Append the next rows' texts, none of them null."""
        _append(texts_file(self.folder, self.number), _packed(texts))
        self._n += len(texts)
        if len(self._distinct) <= MANY:
            self._distinct.update(compute.unique(texts).to_pylist())
        numbers = _plain_numbers(texts, self.decimal) if self.is_number else None
        if numbers is None:
            numbers = self._add_values(texts)
        else:
            self._length += compute.sum(compute.utf8_length(texts)).as_py() or 0
        self.is_number = numbers is not None
        if numbers is not None:
            self._add_numbers(numbers)

    def _add_values(self, texts: pa.Array) -> Array | None:
        """Look at each value once; return the rows as numbers, NaN for missing, None where some are none."""
        encoded = texts.dictionary_encode()
        rows = encoded.indices.to_numpy()
        counts = np.bincount(rows, minlength=len(encoded.dictionary))
        values = compute.utf8_trim_whitespace(encoded.dictionary)
        is_gap = compute.is_in(compute.utf8_lower(values), value_set=pa.array(sorted(MISSING)))
        is_there = ~is_gap.to_numpy(zero_copy_only=False)
        self._n_missing += int(counts[~is_there].sum())
        self._length += int((compute.utf8_length(encoded.dictionary).to_numpy() * counts)[is_there].sum())
        found = self._numbers_in(values.filter(pa.array(is_there))) if self.is_number else None
        if found is None:
            return None
        numbers = np.full(len(values), np.nan)
        numbers[is_there] = found
        of_rows: Array = numbers[rows]
        return of_rows

    def _numbers_in(self, values: pa.Array) -> Array | None:
        """Return values as finite numbers; None where one is none, or a code."""
        numbers = _plain_numbers(values, self.decimal)
        if (
            numbers is None
            and compute.all(compute.match_substring_regex(values, pattern(self.decimal))).as_py()
        ):
            bare = compute.replace_substring_regex(values, GROUPING[self.decimal], "")
            self.is_grouped = self.is_grouped or bare != values
            numbers = _plain_numbers(compute.replace_substring(bare, ",", "."), ".")
        # slow: what Python takes for a number and pyarrow does not, such as digits of other scripts
        return _each_number(values.to_pylist(), self.decimal) if numbers is None else numbers

    def _add_numbers(self, numbers: Array) -> None:
        if not np.isnan(numbers).all():
            self._low = min(self._low, float(np.nanmin(numbers)))
            self._high = max(self._high, float(np.nanmax(numbers)))
        _append(numbers_file(self.folder, self.number), numbers)

    def finish(self) -> ColumnFinding:
        """Keep the numbers or the texts, and say what was found."""
        n_there = self._n - self._n_missing
        is_number = self.is_number and n_there > 0
        unwanted = texts_file if is_number else numbers_file
        unwanted(self.folder, self.number).unlink(missing_ok=True)
        is_index = is_number and not self._n_missing and numbers_rows(self._kept_numbers())
        return ColumnFinding(
            name=self.name,
            is_number=is_number,
            n_missing=self._n_missing,
            n_distinct=min(sum(not is_missing(text) for text in self._distinct), MANY + 1),
            mean_length=self._length / max(1, n_there),
            low=self._low if is_number else None,
            high=self._high if is_number else None,
            is_index=is_index,
        )

    def _kept_numbers(self) -> Array:
        return np.memmap(numbers_file(self.folder, self.number), dtype=np.float64, mode="r")


def _append(path: Path, data: Array) -> None:
    with path.open("ab") as file:
        data.tofile(file)


def _packed(texts: pa.Array) -> Array:
    """Return the texts as `pack_texts` does, without making Python's strings of them."""
    ended = compute.binary_join_element_wise(texts, "", "\0")
    _, offsets, data = ended.buffers()
    end = np.frombuffer(offsets, dtype=np.int32)[len(ended)]
    return np.frombuffer(data, dtype=np.uint8)[:end]


def _plain_numbers(texts: pa.Array, decimal: Decimal) -> Array | None:
    """Return texts that are finite numbers, all of them and no codes, as numbers; None for others. Quick."""
    if decimal == "," and compute.any(compute.match_substring(texts, ".")).as_py():
        return None  # the point stands between thousands
    try:
        numbers = compute.cast(texts, pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        return None
    return numbers if np.isfinite(numbers).all() and not _has_code(texts) else None


def _has_code(texts: pa.Array) -> bool:
    """Say whether one of these numbers begins with a zero before another digit."""
    _, offsets, data = texts.buffers()
    starts = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, dtype=np.uint8)
    long = starts[:-1][np.diff(starts) > 1]
    return bool(
        np.any(
            (letters[long] == ord("0")) & (letters[long + 1] >= ord("0")) & (letters[long + 1] <= ord("9"))
        )
    )


def _each_number(texts: list[str], decimal: Decimal) -> Array | None:
    numbers = []
    for text in texts:
        number = None if is_code(text) else plain_number(text, decimal)
        if number is None or not math.isfinite(number):
            return None
        numbers.append(number)
    return np.array(numbers, dtype=np.float64)
