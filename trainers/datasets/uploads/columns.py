"""The columns of an uploaded table on disk: numbers as float64, all else as texts with a zero behind each.

A file is read once, row by row, so its size does not matter; a training then reads the columns that it needs.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets.columns import is_missing, is_number
from trainers.datasets.texts import pack_texts, unpack_texts
from trainers.datasets.uploads.findings import MANY, ColumnFinding
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trainers.datasets.base import Array

# Codes that begin with zeros, and what only Python takes for a number.
_ODD = re.compile(r"(?:^|\0)\s*0\d|_")


@dataclass
class ColumnWriter:
    """Takes a column piece by piece and learns what is in it."""

    name: str
    folder: Path
    number: int
    _is_number: bool = True
    _n: int = 0
    _n_missing: int = 0
    _length: int = 0
    _distinct: set[str] = field(default_factory=set)
    _low: float = np.inf
    _high: float = -np.inf

    def add(self, texts: Sequence[str]) -> None:
        """Append the next rows' texts; values that repeat themselves are looked at once."""
        with _texts_file(self.folder, self.number).open("ab") as file:
            pack_texts(texts).tofile(file)
        self._n += len(texts)
        if len(self._distinct) <= MANY:
            self._distinct.update(texts)
        numbers = _plain_numbers(texts) if self._is_number else None
        if numbers is None:
            counts = Counter(texts)
            there = [text for text in counts if not is_missing(text)]
            n_there = sum(counts[text] for text in there)
            self._n_missing += len(texts) - n_there
            self._length += sum(len(text) * counts[text] for text in there)
            self._is_number = self._is_number and all(map(_is_plain_number, there))
            values = {text: float(text) for text in there} if self._is_number else {}
            numbers = np.array([values.get(text, np.nan) for text in texts]) if self._is_number else None
        else:
            self._length += sum(map(len, texts))
        if numbers is not None:
            self._add_numbers(numbers)

    def _add_numbers(self, numbers: Array) -> None:
        if not np.isnan(numbers).all():
            self._low = min(self._low, float(np.nanmin(numbers)))
            self._high = max(self._high, float(np.nanmax(numbers)))
        with _numbers_file(self.folder, self.number).open("ab") as file:
            numbers.tofile(file)

    def finish(self) -> ColumnFinding:
        """Keep the numbers or the texts, and say what was found."""
        n_there = self._n - self._n_missing
        is_number = self._is_number and n_there > 0
        unwanted = _texts_file if is_number else _numbers_file
        unwanted(self.folder, self.number).unlink(missing_ok=True)
        return ColumnFinding(
            name=self.name,
            is_number=is_number,
            n_missing=self._n_missing,
            n_distinct=min(sum(not is_missing(text) for text in self._distinct), MANY + 1),
            mean_length=self._length / max(1, n_there),
            low=self._low if is_number else None,
            high=self._high if is_number else None,
        )


def remove_columns(folder: Path) -> None:
    """Remove what an earlier reading, which may have broken off, has left."""
    for pattern in ("*.float64", "*.texts"):
        for path in folder.glob(pattern):
            path.unlink()


def read_numbers(folder: Path, number: int, finding: ColumnFinding) -> Array:
    """Return a column as float64 (n,), NaN for missing; DatasetInvalid where a value is no number."""
    if finding.is_number:
        return np.fromfile(_numbers_file(folder, number), dtype=np.float64)
    texts = read_texts(folder, number, finding)
    for row, text in enumerate(texts, 1):
        if text and not (is_number(text) and np.isfinite(float(text))):
            raise DatasetInvalid(
                f"Row {row}: {finding.name} must be a number, not {text[:80]!r}. Take the column as a "
                "category, or leave it out."
            )
    return np.array([float(text) if text else np.nan for text in texts])


def read_texts(folder: Path, number: int, finding: ColumnFinding) -> list[str]:
    """Return a column as n texts without spaces around them, "" for missing."""
    if finding.is_number:
        numbers = np.fromfile(_numbers_file(folder, number), dtype=np.float64)
        return ["" if np.isnan(value) else f"{value:.15g}" for value in numbers.tolist()]
    texts = unpack_texts(np.fromfile(_texts_file(folder, number), dtype=np.uint8))
    return ["" if is_missing(text) else text.strip() for text in texts]


def _plain_numbers(texts: Sequence[str]) -> Array | None:
    """Return texts that are finite numbers, all of them and no codes, as numbers; None for others. Quick."""
    try:
        numbers = np.array(list(map(float, texts)))
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() and not _ODD.search("\0".join(texts)) else None


def _is_plain_number(text: str) -> bool:
    """Say whether a text is a finite number and no code such as 00739."""
    plain = text.strip()
    return not _ODD.search(plain) and is_number(plain) and math.isfinite(float(plain))


def _numbers_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.float64"


def _texts_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.texts"
