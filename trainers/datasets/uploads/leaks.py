"""Columns that give the target away: a model that reads them is good here and useless elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.columns import Column, Columns

_ROWS_PER_VALUE = 10  # with fewer, a value that has one class only is no wonder
_EQUAL = 1 - 1e-9  # a correlation from which on two columns are the same


def leaks_of(columns: Columns, y: Array, *, is_classes: bool) -> list[str]:
    """Return a sentence for each column from which the target, shape (n,), follows in every row."""
    found = _tells_class if is_classes else _tells_number
    return [
        f"{column.name} gives away the target in every row. Use it only if it is known before the target."
        for column in columns
        if found(column, y)
    ]


def _tells_class(column: Column, y: Array) -> bool:
    """Say whether each value comes with one class only, and the values are few."""
    values, number = np.unique(column.values, return_inverse=True)
    if not 1 < len(values) <= len(y) / _ROWS_PER_VALUE:
        return False
    lowest, highest = np.full(len(values), np.iinfo(np.int64).max), np.full(len(values), -1)
    np.minimum.at(lowest, number, y)
    np.maximum.at(highest, number, y)
    return bool(np.all(lowest == highest))


def _tells_number(column: Column, y: Array) -> bool:
    """Say whether the column is the target, or runs straight with it."""
    if column.kind != "number":
        return False
    both = np.isfinite(column.values) & np.isfinite(y)
    x, target = column.values[both], y[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(target) == 0:
        return False
    return bool(abs(np.corrcoef(x, target)[0, 1]) > _EQUAL)
