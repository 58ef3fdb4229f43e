"""The parameters with few values: their levels, and how kernels spread over them.

Every array has one column per level, table after table, so that one operation serves all tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from optimizer.samplers.axes import Table
    from optimizer.values import FloatArray, IntArray

TINY: Final = 1e-300  # stands for a mass that underflowed, where a logarithm is taken


class Levels:
    """The levels of all tables side by side, one column each.

    ``starts`` and ``counts`` hold the first column and the number of levels of each table, shape (n_tables,).
    ``table`` says which table a column belongs to; ``prior``, ``middles`` and model ``coordinates`` have
    shape (n_columns,). ``edges`` are those of all tables, one after the other: column k lies between number
    k + table[k] and the next. The level at a coordinate is the number of its table's ``cuts`` up to it.
    """

    def __init__(self, tables: Sequence[Table]) -> None:
        every = [np.arange(len(table.prior), dtype=np.int64) for table in tables]
        self.counts = np.array([len(k) for k in every], dtype=np.int64)
        self.starts = np.cumsum(self.counts) - self.counts
        self.table = np.repeat(np.arange(len(tables)), self.counts)
        self.is_nominal = np.array([table.is_nominal for table in tables], dtype=np.bool_)
        self.prior = _joined(table.prior for table in tables)
        self.middles = _joined(table.middles for table in tables)
        self.coordinates = _joined(t.coordinates_of(k) for t, k in zip(tables, every, strict=True))
        self.edges = _joined(table.edges for table in tables)
        self.edge_table = np.repeat(np.arange(len(tables)), self.counts + 1)
        self.cuts = _joined(
            k[1:] if t.is_choice else t.edges[1:-1] for t, k in zip(tables, every, strict=True)
        )
        self.cut_starts = np.cumsum(self.counts - 1) - (self.counts - 1)
        self.cut_table = np.repeat(np.arange(len(tables)), self.counts - 1)
        self.nominal_columns = np.flatnonzero(self.is_nominal[self.table])

    @property
    def n_columns(self) -> int:
        """How many levels all tables have."""
        return len(self.table)


def level_rows(levels: Levels, at: IntArray, widths: FloatArray, n_trials: int) -> FloatArray:
    """Log(mass / prior) of every level under n kernels, shape (n, n_columns).

    ``at`` holds the kernels' own levels and ``widths`` their bandwidths, both of shape (n, n_tables). Nominal
    kernels are the narrower, the more trials there are.
    """
    if levels.is_nominal.all():
        rows = np.zeros((len(at), levels.n_columns))
    else:
        rows = _cell_rows(levels, at, widths)
    if levels.is_nominal.any():
        _fill_nominal_rows(rows, levels, at, n_trials)
    return rows


def _cell_rows(levels: Levels, at: IntArray, widths: FloatArray) -> FloatArray:
    """Log(mass / prior) of each cell under Gaussians at the middles of the cells ``at``, truncated to [0, 1].

    ``at`` and ``widths`` have shape (n, n_tables). No kernel is narrower than half its own cell.
    """
    own = levels.starts + at
    widths = np.maximum(widths, 0.5 * levels.prior[own])
    z = (levels.edges - levels.middles[own][:, levels.edge_table]) / widths[:, levels.edge_table]
    below, above = ndtr(z), ndtr(-z)  # differences are taken in the tail that has digits left
    low = np.arange(levels.n_columns) + levels.table
    mass = np.where(z[:, low] > 0, above[:, low] - above[:, low + 1], below[:, low + 1] - below[:, low])
    first = levels.starts + np.arange(len(levels.starts))
    inside = below[:, first + levels.counts] - below[:, first]
    rows: FloatArray = np.log(np.maximum(mass, TINY) / (inside[:, levels.table] * levels.prior))
    return rows


def _fill_nominal_rows(rows: FloatArray, levels: Levels, at: IntArray, n: int) -> None:
    """Log(mass / prior) of nominal levels, mass = (prior · a + [same level]) / (a + 1) with a = K / (n +
    1).
    """
    columns = levels.nominal_columns
    pseudo = levels.counts[levels.table] / (n + 1)
    rows[:, columns] = np.log(pseudo / (1 + pseudo))[columns]
    hit = np.log((pseudo + 1 / levels.prior) / (1 + pseudo))
    same = (levels.starts + at)[:, levels.is_nominal]
    rows[np.arange(len(rows))[:, None], same] = hit[same]


def _joined(parts: Iterable[FloatArray | IntArray]) -> FloatArray:
    return np.concatenate([np.zeros(0), *parts])
