"""Gaps of a series: times without a row, and rows without a value to predict."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.wording import count_noun, thousands
from trainers.datasets.uploads.series_rows import check_own_times, in_order
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trainers.datasets.base import Array, RawData
    from trainers.datasets.uploads.recipe import Recipe

_MOST = 0.1  # of the rows: with more, a forecaster would learn to repeat


def without_gaps(seconds: Array, raw: RawData, recipe: Recipe) -> tuple[Array, RawData]:
    """Return times and rows of a series: gaps repeat what is before them, or are passed over.

    DatasetInvalid where two rows have one time, or more than a tenth of the series would be made up.
    """
    check_own_times(" and ".join(recipe.columns_as("time")), seconds, raw.series)
    if recipe.series_gaps == "repeat":
        rows, seconds = with_steps(seconds, raw.series)
        n_new, raw = len(rows) - len(raw.y), in_order(raw, rows)
        raw = _filled(raw, n_new, recipe.target)
    known = np.flatnonzero(np.isfinite(raw.y))
    return seconds[known], in_order(raw, known)


def _filled(raw: RawData, n_new: int, name: str) -> RawData:
    """Return the rows with a value each; `n_new` were made for steps without a row."""
    n, n_filled = len(raw.y), n_new + int(np.isnan(raw.y).sum())
    share = f"{thousands(n_filled)} of {count_noun(n, 'row')}"
    if n_filled > _MOST * n:
        raise DatasetInvalid(
            f"{share} of the series have no {name} of their own; the last value is repeated for at most a "
            "tenth. Take the rows as they follow each other instead."
        )
    y = repeated(raw.y, raw.series)
    note = (f"{share} have no {name} of their own and repeat the value before",) * bool(n_filled)
    return replace(raw, x=(replace(raw.x[0], values=y), *raw.x[1:]), y=y, notes=(*raw.notes, *note))


def with_steps(seconds: Array, series: Array | None) -> tuple[Array, Array]:
    """Return a row for each step, as the row before it in the same series, and the times of all of these.

    `seconds` (n,) rise in each of the `series` (n,), which lie one after the other. A step is the usual one
    of its series.
    """
    rows, times = [], []
    for first, last in _ends(series, len(seconds)):
        steps = np.diff(seconds[first:last])
        usual = float(np.median(steps)) if len(steps) else 1.0
        # months and hours at the change of clocks are no even steps
        counts = np.append(np.maximum(1, np.round(steps / usual)).astype(np.int64), 1)
        copied = np.repeat(np.arange(first, last), counts)
        ahead = np.arange(len(copied)) - np.repeat(np.cumsum(counts) - counts, counts)
        share = np.append(steps, usual) / counts
        rows.append(copied)
        times.append(seconds[copied] + ahead * share[copied - first])
    return np.concatenate(rows), np.concatenate(times)


def repeated(values: Array, series: Array | None) -> Array:
    """Return values (n,) with the last one before it in place of each NaN; NaN where a series begins so."""
    places = np.arange(len(values))
    for first, last in _ends(series, len(values)):
        known = np.where(np.isnan(values[first:last]), first, places[first:last])
        places[first:last] = np.maximum.accumulate(known)
    filled: Array = values[places]
    return filled


def _ends(series: Array | None, n: int) -> Iterator[tuple[int, int]]:
    inner = [] if series is None else (np.flatnonzero(np.diff(series)) + 1).tolist()
    return pairwise([0, *inner, n])
