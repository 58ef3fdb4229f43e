"""The parameters with few values: discrete axes, side by side.

Every array has one column per level, axis after axis, so that one operation serves all discrete axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.values import FloatArray, IntArray

TINY: Final = 1e-300  # stands for a mass that underflowed, where a logarithm is taken


@dataclass(frozen=True)
class DiscreteAxis:
    """A parameter with few values. ``edges`` are its levels' cells in [0, 1], shape (n_levels + 1,)."""

    column: int
    edges: FloatArray
    is_nominal: bool
    is_choice: bool

    @property
    def prior(self) -> FloatArray:
        """Prior mass of each level, shape (n_levels,); positive even where a normal's tail underflows."""
        return np.maximum(np.diff(self.edges), TINY)

    @property
    def middles(self) -> FloatArray:
        """Middle of each level's cell, shape (n_levels,)."""
        return (self.edges[1:] + self.edges[:-1]) / 2

    def levels_at(self, coordinates: FloatArray) -> IntArray:
        """Levels, shape (n,), of model coordinates, shape (n,)."""
        if self.is_choice:
            return coordinates.astype(np.int64)
        return self.level_of(coordinates)

    def level_of(self, u: FloatArray) -> IntArray:
        """Levels whose cells hold unit coordinates, both (n,); what lies outside gets the nearest."""
        return np.searchsorted(self.edges[1:-1], u, side="right").astype(np.int64)

    def coordinates_of(self, levels: IntArray) -> FloatArray:
        """The inverse of ``levels_at``."""
        return levels.astype(np.float64) if self.is_choice else self.middles[levels]


class Levels:
    """The levels of all discrete axes side by side, one column each.

    ``starts`` and ``counts`` hold the first column and number of levels of each axis, shape (n_discrete,).
    ``axis`` says which axis a column belongs to; ``prior``, ``middles`` and model ``coordinates`` have shape
    (n_columns,). ``edges`` are those of all axes, one after the other: column k lies between number
    k + axis[k] and the next. The level at a coordinate is the number of its axis's ``cuts`` up to it.
    """

    def __init__(self, discrete: Sequence[DiscreteAxis]) -> None:
        every = [np.arange(len(axis.prior), dtype=np.int64) for axis in discrete]
        self.counts = np.array([len(k) for k in every], dtype=np.int64)
        self.starts = np.cumsum(self.counts) - self.counts
        self.axis = np.repeat(np.arange(len(discrete)), self.counts)
        self.is_nominal = np.array([axis.is_nominal for axis in discrete], dtype=np.bool_)
        self.prior = _joined(axis.prior for axis in discrete)
        self.middles = _joined(axis.middles for axis in discrete)
        self.coordinates = _joined(t.coordinates_of(k) for t, k in zip(discrete, every, strict=True))
        self.edges = _joined(axis.edges for axis in discrete)
        self.edge_axis = np.repeat(np.arange(len(discrete)), self.counts + 1)
        self.cuts = _joined(
            k[1:] if t.is_choice else t.edges[1:-1] for t, k in zip(discrete, every, strict=True)
        )
        self.cut_starts = np.cumsum(self.counts - 1) - (self.counts - 1)
        self.cut_axis = np.repeat(np.arange(len(discrete)), self.counts - 1)
        self.nominal_columns = np.flatnonzero(self.is_nominal[self.axis])

    @property
    def n_columns(self) -> int:
        """How many levels all discrete axes have."""
        return len(self.axis)


def _joined(parts: Iterable[FloatArray | IntArray]) -> FloatArray:
    return np.concatenate([np.zeros(0), *parts])
