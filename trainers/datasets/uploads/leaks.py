"""Columns that give the target away: a model that reads them is good here and useless elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.columns import Column, Columns

_ROWS_PER_VALUE = 10  # with fewer, a value that has one class only is no wonder
_FEWEST = 5  # rows of a class, so that its own range of a number is no chance
_FEWEST_IN_ORDER = 20  # rows
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
    """Say whether each value comes with one class only, and the values are few; or each class has a range."""
    values, number = np.unique(column.values, return_inverse=True)
    if len(values) < 2:
        return False
    lowest, highest = np.full(len(values), np.iinfo(np.int64).max), np.full(len(values), -1)
    np.minimum.at(lowest, number, y)
    np.maximum.at(highest, number, y)
    if np.any(lowest != highest):
        return False
    if len(values) <= len(y) / _ROWS_PER_VALUE:
        return True
    # one threshold between each two classes tells them apart; with few rows that may be chance
    n_ranges = 1 + int(np.count_nonzero(np.diff(lowest)))
    counts = np.bincount(y)
    return (
        column.kind == "number"
        and n_ranges == np.count_nonzero(counts)
        and counts[counts > 0].min() >= _FEWEST
    )


def _tells_number(column: Column, y: Array) -> bool:
    """Say whether the column is the target, or rises or falls wherever it does."""
    if column.kind != "number":
        return False
    both = np.isfinite(column.values) & np.isfinite(y)
    x, target = column.values[both], y[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(target) == 0:
        return False
    is_straight = abs(np.corrcoef(x, target)[0, 1]) > _EQUAL
    return bool(is_straight) or (len(x) >= _FEWEST_IN_ORDER and _is_in_order(x, target))


def _is_in_order(x: Array, target: Array) -> bool:
    """Say whether the target is one value for each x, and never falls, or never rises, as x rises."""
    order = np.lexsort((target, x))
    steps, climbs = np.diff(x[order]), np.diff(target[order])
    return not np.any(climbs[steps == 0]) and bool(np.all(climbs >= 0) or np.all(climbs <= 0))
