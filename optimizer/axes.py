"""How a density model sees the searched parameters of a space: smooth axes and tables of levels.

A parameter with many values is *smooth*: one coordinate u in [0, 1], in which the prior is uniform. One
with few values is a *table*: its level, and the prior mass of every level. Levels are *nominal* (choices, all
equally far apart) or *cells* (neighbouring pieces of the unit interval: few ints, steps, ordered choices).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from optimizer.distributions import Choice, Distribution
from optimizer.levels import Levels, Table

if TYPE_CHECKING:
    from optimizer.space import SearchSpace
    from optimizer.values import BoolArray, FloatArray, IntArray

MAX_LEVELS: Final = 64  # finer grids than this are smooth at the narrowest bandwidth
FEW_ROWS: Final = 32  # up to which a comparison with every cut is cheaper than a search table by table


class Blocks(NamedTuple):
    """Columns of features: u of each smooth axis, the levels of all tables, u², and 1 where u is active."""

    linear: slice
    levels: slice
    square: slice
    constant: slice
    n_features: int


@dataclass(frozen=True)
class Axes:
    """The searched parameters of one space."""

    space: SearchSpace
    smooth: IntArray  # columns of the space
    tables: tuple[Table, ...]

    @classmethod
    def of(cls, space: SearchSpace) -> Axes:
        """The axes of every parameter that has more than one value."""
        smooth: list[int] = []
        tables: list[Table] = []
        for column, param in enumerate(space):
            distribution = param.distribution
            if distribution.n_values == 1:
                continue
            if _is_table(distribution):
                is_choice = isinstance(distribution, Choice)
                is_nominal = isinstance(distribution, Choice) and not distribution.ordered
                tables.append(Table(column, distribution.unit_edges(), is_nominal, is_choice))
            else:
                smooth.append(column)
        return cls(space, np.array(smooth, dtype=np.int64), tuple(tables))

    def __len__(self) -> int:
        return len(self.smooth) + len(self.tables)

    @cached_property
    def is_conditional(self) -> bool:
        """Whether some searched parameter is not always active."""
        return any(self.space[name].when is not None for name in self.space.searched)

    @cached_property
    def levels(self) -> Levels:
        """The levels of all tables."""
        return Levels(self.tables)

    @cached_property
    def blocks(self) -> Blocks:
        """Where the features of points and kernels are."""
        d, n_columns = len(self.smooth), self.levels.n_columns
        square, constant = d + n_columns, 2 * d + n_columns
        return Blocks(
            slice(0, d),
            slice(d, square),
            slice(square, constant),
            slice(constant, constant + d),
            constant + d,
        )

    @cached_property
    def table_columns(self) -> IntArray:
        """Columns of the space that are tables, shape (n_tables,)."""
        return np.array([table.column for table in self.tables], dtype=np.int64)

    def read(self, coordinates: FloatArray, active: BoolArray) -> Points:
        """Points from model coordinates and activity, each of shape (n, d)."""
        levels = self._levels_at(coordinates[:, self.table_columns])
        return self.points(coordinates[:, self.smooth], levels, active)

    def points(self, u: FloatArray, levels: IntArray, active: BoolArray) -> Points:
        """Points from u (n, n_smooth), levels (n, n_tables), and the activity of all parameters (n, d)."""
        return Points(u, active[:, self.smooth], levels, active[:, self.table_columns])

    def _levels_at(self, coordinates: FloatArray) -> IntArray:
        """Levels at the tables' model coordinates, both of shape (n, n_tables)."""
        levels = np.zeros(coordinates.shape, dtype=np.int64)
        if len(coordinates) <= FEW_ROWS and self.tables:
            is_beyond = coordinates[:, self.levels.cut_table] >= self.levels.cuts
            return np.add.reduceat(is_beyond, self.levels.cut_starts, axis=1, dtype=np.int64, out=levels)
        for t, table in enumerate(self.tables):
            levels[:, t] = table.levels_at(coordinates[:, t])
        return levels

    def write(self, u: FloatArray, levels: IntArray) -> tuple[FloatArray, BoolArray]:
        """Model coordinates and activity, each (n, d), from u (n, n_smooth) and levels (n, n_tables)."""
        coordinates = np.zeros((len(u), len(self.space)))
        coordinates[:, self.smooth] = u
        coordinates[:, self.table_columns] = self.levels.coordinates[self.levels.starts + levels]
        return coordinates, self.space.activity(coordinates)


@dataclass(frozen=True)
class Points:
    """n points: u and is_u of shape (n, n_smooth), levels and is_level of shape (n, n_tables).

    ``is_u`` and ``is_level`` say which are active.
    """

    u: FloatArray
    is_u: BoolArray
    levels: IntArray
    is_level: BoolArray

    def __len__(self) -> int:
        return len(self.u)

    def take(self, rows: IntArray) -> Points:
        """The points at ``rows``."""
        return Points(self.u[rows], self.is_u[rows], self.levels[rows], self.is_level[rows])

    @staticmethod
    def concatenate(parts: Iterable[Points]) -> Points:
        """All points of ``parts``, one after the other."""
        listed = list(parts)
        fields = ("u", "is_u", "levels", "is_level")
        return Points(*(np.concatenate([getattr(part, field) for part in listed]) for field in fields))


def _is_table(distribution: Distribution) -> bool:
    n = distribution.n_values
    return isinstance(distribution, Choice) or (n is not None and n <= MAX_LEVELS)
