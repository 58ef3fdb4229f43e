"""The columns of an uploaded table on disk: numbers as float64, all else as texts with a zero behind each.

A file is read once, row by row, so its size does not matter; a training then reads the columns that it needs.
"""

from __future__ import annotations

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
        """Append the next rows' texts."""
        there = [text for text in texts if not is_missing(text)]
        self._n += len(texts)
        self._n_missing += len(texts) - len(there)
        self._length += sum(map(len, there))
        if len(self._distinct) <= MANY:
            self._distinct.update(there)
        with _texts_file(self.folder, self.number).open("ab") as file:
            pack_texts(texts).tofile(file)
        if self._is_number and all(map(_is_plain_number, there)):
            self._add_numbers(texts)
        else:
            self._is_number = False

    def _add_numbers(self, texts: Sequence[str]) -> None:
        values = np.array([np.nan if is_missing(text) else float(text) for text in texts])
        if not np.isnan(values).all():
            self._low = min(self._low, float(np.nanmin(values)))
            self._high = max(self._high, float(np.nanmax(values)))
        with _numbers_file(self.folder, self.number).open("ab") as file:
            values.tofile(file)

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
            n_distinct=min(len(self._distinct), MANY + 1),
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


def _is_plain_number(text: str) -> bool:
    """Say whether a text is a finite number and no code such as 00739."""
    plain = text.strip()
    is_code = len(plain) > 1 and plain[0] == "0" and plain[1].isdigit()
    return not is_code and is_number(plain) and bool(np.isfinite(float(plain)))


def _numbers_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.float64"


def _texts_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.texts"
