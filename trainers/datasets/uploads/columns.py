"""The columns of an uploaded table on disk: numbers as float64, all else as texts with a zero behind each.

`column_writer` writes them, in a process that knows pyarrow; a training reads those that it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets.columns import is_missing
from trainers.datasets.texts import unpack_texts
from trainers.datasets.uploads.numerals import Decimal, plain_number
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.datasets.base import Array
    from trainers.datasets.uploads.findings import ColumnFinding


def remove_columns(folder: Path) -> None:
    """Remove what an earlier reading, which may have broken off, has left."""
    for pattern in ("*.float64", "*.texts"):
        for path in folder.glob(pattern):
            path.unlink()


def read_numbers(folder: Path, number: int, finding: ColumnFinding, decimal: Decimal = ".") -> Array:
    """Return a column as float64 (n,), NaN for missing; DatasetInvalid where a value is no number."""
    if finding.is_number:
        return np.fromfile(numbers_file(folder, number), dtype=np.float64)
    texts = read_texts(folder, number, finding)
    numbers = [plain_number(text, decimal) if text else np.nan for text in texts]
    for row, (text, number_there) in enumerate(zip(texts, numbers, strict=True), 1):
        if text and (number_there is None or not np.isfinite(number_there)):
            raise DatasetInvalid(
                f"Row {row}: {finding.name} must be a number, not {text[:80]!r}. Use the column as a "
                "category, or set it to Not used."
            )
    return np.array(numbers, dtype=np.float64)


def read_texts(folder: Path, number: int, finding: ColumnFinding) -> list[str]:
    """Return a column as n texts without spaces around them, "" for missing."""
    if finding.is_number:
        numbers = np.fromfile(numbers_file(folder, number), dtype=np.float64)
        return ["" if np.isnan(value) else f"{value:.15g}" for value in numbers.tolist()]
    texts = unpack_texts(np.fromfile(texts_file(folder, number), dtype=np.uint8))
    return ["" if is_missing(text) else text.strip() for text in texts]


def numbers_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.float64"


def texts_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.texts"
