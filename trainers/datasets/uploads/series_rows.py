"""The rows of one series or several in the order of time: which series each belongs to, at even steps."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets.uploads.times import check_steps
from trainers.errors import DatasetInvalid
from trainers.portable.predict import SERIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trainers.datasets.base import Array, RawData


def series_labels(columns: Mapping[str, list[str]]) -> Array:
    """Return the name of each row's series (n,), of one column or several."""
    for name, texts in columns.items():
        if "" in texts:
            raise DatasetInvalid(
                f"Row {texts.index('') + 1}: {name} is empty, but it names the series. Fill it in."
            )
    return np.array(list(map(SERIES.join, zip(*columns.values(), strict=True))), dtype=np.str_)


def distinct_rows(times: Array, raw: RawData) -> Array:
    """Return the rows in the order of series and time, without those that equal the one before."""
    series = np.zeros(len(times), dtype=np.int64) if raw.series is None else raw.series
    order = np.lexsort((times, series))
    is_new = (np.diff(times[order]) != 0) | (np.diff(series[order]) != 0)
    for column in raw.x:
        before, after = column.values[order][:-1], column.values[order][1:]
        is_new |= (before != after) & ~((before != before) & (after != after))  # noqa: PLR0124, NaN
    kept: Array = order[np.concatenate([[True], is_new])]
    return kept


def check_all_steps(name: str, seconds: Array, texts: list[str], raw: RawData) -> None:
    """Raise DatasetInvalid unless each series has one row at each step; the last column names it."""
    if raw.series is None:
        check_steps(name, seconds, texts)
        return
    labels = raw.x[-1].values
    ends = np.flatnonzero(np.diff(raw.series)) + 1
    for first, last in pairwise([0, *ends.tolist(), len(seconds)]):
        check_steps(f"{name} of {labels[first]}", seconds[first:last], texts[first:last])
