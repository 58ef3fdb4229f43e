"""Points of a search space as the columns that a stationary kernel can measure distances in.

A number (continuous, or the middle of its cell) is one column in [0, 1]. A nominal choice is a one-hot block
scaled such that two different choices lie at distance 1. A parameter that is inactive stands at the middle of
its column, or at the centre of its block: between two points of one branch it then makes no difference, and
between branches the parent's own columns keep the distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.axes import Axes, Points
    from optimizer.values import BoolArray, FloatArray, IntArray

_ROOT_HALF = np.sqrt(0.5)


@dataclass(frozen=True)
class Features:
    """How the axes of a space become columns.

    ``parameter`` (n_columns,) is the axis that a column belongs to: the continuous ones, then the discrete.
    """

    axes: Axes
    parameter: IntArray
    blocks: tuple[FloatArray, ...]  # one row of columns per level, by discrete axis
    absent: tuple[FloatArray, ...]  # the row of an inactive discrete axis

    @classmethod
    def of(cls, axes: Axes) -> Features:
        """The columns of every axis."""
        n_continuous = len(axes.continuous)
        owners = [np.arange(n_continuous)]
        blocks, absent = [], []
        for t, axis in enumerate(axes.discrete):
            if axis.is_nominal:
                # Two rows of the identity lie 2 apart in squares; half of that is 1.
                block = np.eye(len(axis.prior)) * _ROOT_HALF
                blank = np.full(block.shape[1], _ROOT_HALF / len(axis.prior))
            else:
                block, blank = axis.middles[:, None], np.full(1, 0.5)
            blocks.append(block)
            absent.append(blank)
            owners.append(np.full(block.shape[1], n_continuous + t))
        return cls(axes, np.concatenate(owners).astype(np.int64), tuple(blocks), tuple(absent))

    @property
    def is_nominal(self) -> BoolArray:
        """Which columns belong to a nominal choice, shape (n_columns,)."""
        nominal = [False] * len(self.axes.continuous) + [axis.is_nominal for axis in self.axes.discrete]
        return np.array(nominal, dtype=np.bool_)[self.parameter]

    @property
    def n_columns(self) -> int:
        """Columns of a row of features."""
        return len(self.parameter)

    def column_of(self, axis: int) -> int:
        """The first column of an axis."""
        return int(np.searchsorted(self.parameter, axis))

    def read(self, points: Points) -> FloatArray:
        """Features of n points, shape (n, n_columns)."""
        # Inactive: any constant would do within a branch; the middle is nearest to all other branches.
        columns = [np.where(points.is_u, points.u, 0.5)]
        for t, (block, blank) in enumerate(zip(self.blocks, self.absent, strict=True)):
            rows = block[points.levels[:, t]]
            columns.append(np.where(points.is_level[:, t, None], rows, blank))
        return np.concatenate(columns, axis=1)
