"""Writes a table's columns to disk piece by piece, and learns what is in them: numbers, words, gaps."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import compute

from trainers.datasets.columns import MISSING, is_missing
from trainers.datasets.uploads.columns import numbers_file, stored_texts, texts_file
from trainers.datasets.uploads.findings import MANY, MANY_TIMES, ColumnFinding
from trainers.datasets.uploads.guesses.gaps import markers_at_the_ends
from trainers.datasets.uploads.guesses.index import numbers_rows
from trainers.datasets.uploads.guesses.notation import Survey, likely_notation
from trainers.datasets.uploads.numerals import GROUPING, Decimal, parted, pattern, strict_number
from trainers.datasets.uploads.times import are_ambiguous, are_times, is_numeric_time

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.datasets.base import Array

_SURVEY_ROWS = 20_000
_EXAMPLES = 20


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
    _words: Counter[str] = field(default_factory=Counter)

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
            _append(numbers_file(self.folder, self.number), numbers)

    def _add_values(self, texts: pa.Array) -> Array | None:
        """Look at each value once; return the rows as numbers, NaN for missing, None where some are none."""
        encoded = texts.dictionary_encode()
        rows = encoded.indices.to_numpy()
        counts = np.bincount(rows, minlength=len(encoded.dictionary))
        values = compute.utf8_trim_whitespace(encoded.dictionary)
        is_gap = compute.is_in(compute.utf8_lower(values), value_set=pa.array(sorted(MISSING)))
        is_there = ~is_gap.to_numpy(zero_copy_only=False)
        self._n_missing += int(counts[~is_there].sum())
        for place in np.flatnonzero(~is_there).tolist():
            if word := values[place].as_py():
                self._words[word] += int(counts[place])
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

    def finish(self) -> ColumnFinding:
        """Keep the numbers or the texts, or both where words stand among numbers, and say what was found."""
        n_there = self._n - self._n_missing
        survey = None if self.is_number or not n_there else self._survey()
        self.is_number = n_there > 0 and (self.is_number or (survey is not None and not survey.n_strange))
        if survey and not self.is_number and not survey.is_mostly_numbers:
            survey = None
        if not self.is_number:
            numbers_file(self.folder, self.number).unlink(missing_ok=True)
        elif not self._words:
            texts_file(self.folder, self.number).unlink(missing_ok=True)
        n_words = 0 if self.is_number else self._words.total()
        finding = ColumnFinding(
            name=self.name,
            is_number=self.is_number,
            n_missing=self._n_missing - n_words,
            n_distinct=min(sum(not self._is_gap(text) for text in self._distinct), MANY + 1),
            mean_length=self._length / max(1, n_there),
            words=tuple(self._words.most_common()),
            strange=tuple(survey.strange.most_common()) if survey else (),
            decimal=survey.notation.decimal if survey else None,
            unit=survey.notation.unit if survey else "",
            is_ambiguous_date=not self.is_number and are_ambiguous(self._there()),
        )
        finding = self._with_numbers(finding) if self.is_number else finding
        return replace(finding, n_repeated=self._n_repeated(finding))

    def _n_repeated(self, finding: ColumnFinding) -> int:
        """Count rows whose time an earlier one has: the different values are counted no further than MANY."""
        if finding.n_distinct <= MANY:
            return 0
        if finding.is_number:
            if not is_numeric_time(finding.low, finding.high):
                return 0
            path = numbers_file(self.folder, self.number)
            times = np.fromfile(path, dtype=np.float64, count=MANY_TIMES)
            return len(times) - len(np.unique(times))
        if not are_times(self._there()[:_EXAMPLES]):
            return 0
        texts = list(islice(stored_texts(texts_file(self.folder, self.number)), MANY_TIMES))
        return len(texts) - len(set(texts))

    def _there(self) -> list[str]:
        """Return the different values that were kept."""
        return [text for text in map(str.strip, self._distinct) if text]

    def _is_gap(self, text: str) -> bool:
        return is_missing(text) if self.is_number else not text.strip()

    def _with_numbers(self, finding: ColumnFinding) -> ColumnFinding:
        numbers = np.memmap(numbers_file(self.folder, self.number), dtype=np.float64, mode="r")
        return replace(
            finding,
            low=float(np.nanmin(numbers)),
            high=float(np.nanmax(numbers)),
            is_index=not finding.n_missing and numbers_rows(numbers),
            ends=markers_at_the_ends(numbers),
        )

    def _survey(self) -> Survey | None:
        """Read the texts again as numbers in the notation that fits most, and keep these; None for words."""
        notation = likely_notation(self._distinct, self.decimal)
        if notation is None:
            return None
        survey = Survey(notation)
        path = numbers_file(self.folder, self.number)
        path.unlink(missing_ok=True)
        texts = stored_texts(texts_file(self.folder, self.number))
        while piece := list(islice(texts, _SURVEY_ROWS)):
            _append(path, survey.read(piece))
            if survey.n_strange * 2 > survey.n_there:
                return None
        self.is_grouped = self.is_grouped or any(
            re.search(GROUPING[notation.decimal] + "[0-9]{3}", parted(text.strip())[0])
            for text in self._distinct
        )
        return survey


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
        number = strict_number(text, decimal)
        if number is None:
            return None
        numbers.append(number)
    return np.array(numbers, dtype=np.float64)
