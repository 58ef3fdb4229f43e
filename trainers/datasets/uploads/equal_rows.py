"""Rows that are there twice: they stay in one part, or a model is measured on rows that it was trained on."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from optimizer.wording import thousands

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trainers.datasets.base import Array, RawData

    Keys = npt.NDArray[np.uint64]

_PRIME, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


def keep_equal_together(raw: RawData, noun: str = "rows") -> RawData:
    """Return the rows with those of equal inputs in one group, and notes that say how many there are.

    Rows in time keep their order, official test rows their part. Where fewer than half of the rows differ,
    as in a table of two yes-or-no columns, equal rows are no copies and are dealt out like others.
    """
    keys = np.unique(_keys(raw.x), return_inverse=True)[1]
    n_rows, n_distinct = len(keys), int(keys.max(initial=-1)) + 1
    if n_distinct == n_rows:
        return raw
    repeated = (
        f"{thousands(n_rows - n_distinct)} of {thousands(n_rows)} {noun} repeat the inputs of another one"
    )
    if raw.is_ordered:
        return _noted(raw, f"{repeated}; in a split by time, equal ones can be in different sets")
    if raw.groups is None and n_distinct < n_rows / 2:
        return _noted(raw, f"{repeated}; so few differ that equal ones are in all sets")
    notes = [f"{repeated}; equal ones are kept in the same set"]
    if raw.n_official_test:
        notes = _official_notes(keys, raw.n_official_test, noun)
    groups = keys if raw.groups is None else _joined(keys, raw.groups)
    return _noted(replace(raw, groups=groups), *notes)


def _official_notes(keys: Array, n_test: int, noun: str) -> list[str]:
    """Return what is to be said where the test part is the person's own."""
    free, test = keys[:-n_test], keys[-n_test:]
    n_seen, n_repeated = int(np.isin(test, free).sum()), len(free) - len(np.unique(free))
    notes = []
    if n_repeated:
        notes.append(
            f"{thousands(n_repeated)} of {thousands(len(free))} {noun} outside the test set repeat the "
            "inputs of another one; equal ones are kept in the same set"
        )
    if n_seen:
        notes.append(
            f"{thousands(n_seen)} of {thousands(n_test)} test {noun} have the same inputs as training "
            f"{noun}: results on the test set may be too good"
        )
    return notes


def _keys(x: Any) -> Array:
    """Return a number for each row that equal inputs share."""
    if isinstance(x, list):
        return np.unique(x, return_inverse=True)[1]
    if isinstance(x, np.ndarray):
        return np.fromiter((_digest(row) for row in x), dtype=np.uint64, count=len(x))
    return _mixed(column.values for column in x)


def _digest(row: Array) -> int:
    return int.from_bytes(hashlib.blake2b(np.ascontiguousarray(row).data, digest_size=8).digest())


def _mixed(columns: Iterable[Array]) -> Keys:
    """Return a hash of each row of columns, 64 bits: two that differ share one in about no file."""
    mixed = np.zeros(1, dtype=np.uint64)
    for values in columns:
        if values.dtype.kind == "f":
            # 0 and -0 are equal, and so are two missing values
            plain = np.where(np.isnan(values), np.nan, values + 0.0)
            codes = np.ascontiguousarray(plain, dtype=np.float64).view(np.uint64)
        else:
            codes = np.unique(values, return_inverse=True)[1].astype(np.uint64)
        mixed = (mixed ^ codes) * _PRIME
        mixed ^= mixed >> _SHIFT
        mixed *= _PRIME
        mixed ^= mixed >> _SHIFT
    return mixed


def _joined(keys: Array, groups: Array) -> Array:
    """Return the groups, those that share a row joined into one."""
    from scipy.sparse import coo_array  # noqa: PLC0415, the web process must not load it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    n = int(groups.max()) + 1
    size = n + int(keys.max()) + 1
    links = coo_array((np.ones(len(keys)), (groups, n + keys)), shape=(size, size))
    joined: Array = connected_components(links, directed=False)[1]
    return joined[groups]


def _noted(raw: RawData, *notes: str) -> RawData:
    return replace(raw, notes=(*raw.notes, *notes))
