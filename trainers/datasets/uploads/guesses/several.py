"""Several series in one file: times that repeat, and columns that name the series, such as store and item."""

from __future__ import annotations

from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

from trainers.datasets.uploads.findings import MANY
from trainers.datasets.uploads.guesses.index import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trainers.datasets.uploads.findings import ColumnFinding, Findings
    from trainers.datasets.uploads.guesses.roles import ColumnGuess

_FEWEST = 10  # times
_LEAST, _MOST = 0.9, 1.02  # rows, of one for each time of each series
_NAMES = frozenset({
    "store", "shop", "outlet", "branch", "sensor", "station", "device", "meter", "machine", "site", "family",
    "location", "item", "product", "sku", "article", "series", "symbol", "ticker", "region", "country",
    "state", "city", "building", "line", "route",
})  # fmt: skip


def series_columns(findings: Findings, guesses: Mapping[str, ColumnGuess], time: ColumnFinding) -> list[str]:
    """Return the columns, one or two, that name a series such that each has a row at nearly every time.

    With more times than are counted, a name has to say so, and the first rows must not contradict.
    """
    able = [column for column in findings.columns if column.name in guesses and _may_name(column, guesses)]
    able.sort(key=lambda column: not _is_named(column))
    for columns in [*((column,) for column in able), *combinations(able, 2)]:
        if _is_own(findings, (time, *columns)) and _fits(findings, columns, time):
            return [column.name for column in findings.columns if column in columns]
    return []


def _may_name(column: ColumnFinding, guesses: Mapping[str, ColumnGuess]) -> bool:
    role = guesses[column.name].role
    if not 2 <= column.n_distinct <= MANY or column.n_missing or role in {"time", "text"}:
        return False
    return not column.is_number or _is_named(column)


def _is_named(column: ColumnFinding) -> bool:
    return not _NAMES.isdisjoint(words_of(column.name))


def _fits(findings: Findings, columns: tuple[ColumnFinding, ...], time: ColumnFinding) -> bool:
    n_series = prod(column.n_distinct for column in columns)
    if time.n_distinct > MANY:
        return all(map(_is_named, columns)) and findings.n_rows / n_series > MANY / 2
    n_full = n_series * time.n_distinct
    return time.n_distinct >= _FEWEST and _LEAST * n_full <= findings.n_rows <= _MOST * n_full


def _is_own(findings: Findings, columns: tuple[ColumnFinding, ...]) -> bool:
    """Say whether each of the first rows has another time, or is of another series."""
    places = [findings.columns.index(column) for column in columns]
    keys = [tuple(row[place] for place in places) for row in findings.preview]
    return len(set(keys)) == len(keys)
