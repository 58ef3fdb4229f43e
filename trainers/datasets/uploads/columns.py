"""The columns of an uploaded table on disk: numbers as float64, all else as texts with a zero behind each.

`column_writer` writes them, in a process that knows pyarrow; a training reads those that it needs.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets.columns import is_missing, is_number
from trainers.datasets.uploads.numerals import Decimal, plain_number, strict_number
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from trainers.datasets.base import Array
    from trainers.datasets.uploads.findings import ColumnFinding

_PIECE = 1 << 20  # bytes


def remove_columns(folder: Path) -> None:
    """Remove what an earlier reading, which may have broken off, has left."""
    for pattern in ("*.float64", "*.texts"):
        for path in folder.glob(pattern):
            path.unlink()


def read_numbers(
    folder: Path, number: int, finding: ColumnFinding, decimal: Decimal = ".", missing: Collection[str] = ()
) -> Array:
    """Return a column as float64 (n,), NaN for missing; DatasetInvalid where a value is no number.

    `missing` holds texts that mean missing beside those that always do in a column of numbers.
    """
    if finding.is_number:
        return _without(np.fromfile(numbers_file(folder, number), dtype=np.float64), missing)
    decimal = finding.decimal or decimal
    texts = read_texts(folder, number, finding)
    numbers = np.full(len(texts), np.nan)
    for row, text in enumerate(texts):
        if not text or text in missing:
            continue
        value = strict_number(text, decimal, finding.unit) if finding.decimal else plain_number(text, decimal)
        if value is None or not np.isfinite(value):
            raise DatasetInvalid(
                f"Row {row + 1}: {finding.name} must be a number, not {text[:80]!r}. Treat it as missing, "
                "use the column as a category, or set it to Not used."
            )
        numbers[row] = value
    return _without(numbers, missing)


def _without(numbers: Array, missing: Collection[str]) -> Array:
    """Return the numbers, NaN where one of them means missing."""
    marks = [float(text) for text in missing if is_number(text)]
    return np.where(np.isin(numbers, marks), np.nan, numbers) if marks else numbers


def read_texts(
    folder: Path, number: int, finding: ColumnFinding, missing: Collection[str] | None = None
) -> list[str]:
    """Return a column as n texts without spaces around them, "" for missing.

    `missing` holds the texts that mean missing; None: those that do in a column of numbers.
    """
    if finding.is_number:
        texts = _texts_of_numbers(folder, number, is_with_words=missing is not None)
    else:
        texts = (text.strip() for text in stored_texts(texts_file(folder, number)))
    if missing is None:
        return ["" if is_missing(text) else text for text in texts]
    return ["" if text in missing else text for text in texts]


def _texts_of_numbers(folder: Path, number: int, *, is_with_words: bool) -> Iterator[str]:
    """Yield the numbers as texts, and words where there is no number, if those were kept."""
    numbers = np.fromfile(numbers_file(folder, number), dtype=np.float64).tolist()
    path = texts_file(folder, number)
    words = stored_texts(path) if is_with_words and path.exists() else repeat("")
    for value, word in zip(numbers, words, strict=False):
        yield word.strip() if np.isnan(value) else f"{value:.15g}"


def stored_texts(path: Path) -> Iterator[str]:
    """Yield a column's texts as they stood in the file, a few at a time."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            *whole, rest = (rest + piece).split(b"\0")
            yield from (text.decode() for text in whole)


def numbers_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.float64"


def texts_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.texts"
