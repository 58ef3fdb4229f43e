"""Columns that only number or name the rows: in a sorted file they give the answer away, elsewhere noise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.uploads.findings import ColumnFinding

_FEWEST = 10  # rows: 1, 2, 3 may be anything
_ALONE = frozenset({
    "id", "ids", "index", "idx", "row", "row index", "row number", "row no", "row num", "row nr", "rownum",
    "rowid", "rownumber", "record number", "recordid", "pk", "oid", "fid", "objectid", "serial no",
    "serial number", "serial", "sno", "s no", "slno", "sl no",
})  # fmt: skip
# a number under such a name is often a measurement: it has to be another one in every row
_OFTEN = frozenset({"no", "nr", "num", "number", "nummer", "key", "record", "case", "sample", "code"})
_LAST = frozenset({"id", "uuid", "guid", "uid"})
_ORDERS = frozenset({
    "t", "time", "times", "timestamp", "date", "datetime", "day", "days", "week", "month", "quarter", "year",
    "years", "hour", "minute", "second", "seconds", "step", "epoch", "period",
})  # fmt: skip


def numbers_rows(values: Array) -> bool:
    """Say whether values (n,) are whole numbers that follow each other, in whatever order they are."""
    n = len(values)
    if n < _FEWEST:
        return False
    low = float(values.min())
    if not (np.isfinite(low) and low % 1 == 0 and float(values.max()) - low == n - 1):
        return False
    places = values - low
    if np.any(places % 1):
        return False
    is_taken = np.zeros(n, dtype=bool)
    is_taken[places.astype(np.int64)] = True
    return bool(is_taken.all())


def index_reason(column: ColumnFinding, n_rows: int) -> str:
    """Return why a column says which row it is, and nothing about it; "" where it may say more."""
    words = words_of(column.name)
    if column.is_index and not orders_rows(column):
        return "It contains row numbers."
    name = " ".join(words)
    n_there = n_rows - column.n_missing
    is_own = n_there >= _FEWEST and column.n_distinct >= min(n_there, 1_000)
    if (
        name in _ALONE
        or words[:1] == ["unnamed"]
        or (words[-1:] and words[-1] in _LAST)
        or (name in _OFTEN and is_own)
    ):
        return "Its name suggests that it identifies the row."
    return ""


def orders_rows(column: ColumnFinding) -> bool:
    """Say whether a name is one of time, so that numbers which rise may be steps."""
    return not _ORDERS.isdisjoint(words_of(column.name))


def words_of(name: str) -> list[str]:
    """Return the words of a name, in small letters: PassengerId and passenger_id are two each."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", parted.lower()) if word and not word.isdigit()] or [
        name.strip().lower()
    ]
