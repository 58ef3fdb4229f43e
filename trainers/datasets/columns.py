"""Columns of a table: numbers or categories, with missing values. Read from text, types found by looking."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.csv_reader import Sheet

MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none"})


@dataclass(frozen=True)
class Notation:
    """The texts that mean missing, what stands before fractions, the unit beside numbers, the form of dates.

    A model takes it along: `portable/predict.py` reads rows as the training file was read.
    """

    missing: tuple[str, ...] = ()
    decimal: str = "."
    unit: str = ""
    dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One input: numbers (n,) float64 with NaN for missing, or texts (n,) with "" for missing.

    Texts of words, "text", are objects: the longest one would make all others as long.

    `is_ahead` says that a series knows the value before its day has come, as of a calendar. `notation` says
    how values were written, None: missing ones as in `MISSING`, and numbers plainly.
    """

    name: str
    kind: Literal["number", "category", "text"]
    values: Array
    is_ahead: bool = False
    notation: Notation | None = None


Columns = tuple[Column, ...]


def is_missing(text: str) -> bool:
    """Say whether a field holds no value."""
    return text.strip().lower() in MISSING


def number_column(name: str, values: Sequence[float] | Array, *, is_ahead: bool = False) -> Column:
    """Return a column of numbers, NaN for missing."""
    return Column(name, "number", np.asarray(values, dtype=np.float64), is_ahead)


def column_of(sheet: Sheet, name: str, *, is_category: bool = False, is_ahead: bool = False) -> Column:
    """Return a column of a sheet: numbers where every value that is there is one, else categories."""
    texts = sheet.column(name)
    if not is_category and all(is_missing(text) or is_number(text) for text in texts):
        return number_column(name, numbers_of(sheet, name), is_ahead=is_ahead)
    values = ["" if is_missing(text) else text.strip() for text in texts]
    return Column(name, "category", np.array(values, dtype=np.str_), is_ahead)


def numbers_of(sheet: Sheet, name: str) -> Array:
    """Return a column as float64, NaN for missing; DatasetInvalid for a text or an infinite number."""
    numbers = np.full(len(sheet), np.nan)
    for row, text in enumerate(sheet.column(name)):
        if is_missing(text):
            continue
        if not is_number(text):
            raise DatasetInvalid(f"{sheet.place(row)}: {name} must be a number, not {text!r}.")
        numbers[row] = float(text)
        if not math.isfinite(numbers[row]):
            raise DatasetInvalid(f"{sheet.place(row)}: {name} must be a finite number, not {text!r}.")
    return numbers


def is_number(text: str) -> bool:
    """Say whether a field is a number as others than Python write it."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text  # Python reads 1_000, nobody else does
