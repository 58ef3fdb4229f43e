"""How models see the searched parameters of a space: as continuous and as discrete axes.

A parameter with many values is *continuous*: one coordinate u in [0, 1], in which the prior is uniform. One
with few values is *discrete*: its level, and the prior mass of every level. Levels are *nominal* (choices,
all equally far apart) or *cells* (neighbouring pieces of the unit interval: few ints, steps, ordered
choices).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from optimizer.discrete_axes import DiscreteAxis, Levels
from optimizer.distributions import Choice, Distribution

if TYPE_CHECKING:
    from optimizer.space import SearchSpace
    from optimizer.values import BoolArray, FloatArray, IntArray

MAX_LEVELS: Final = 64  # finer grids than this are continuous at the narrowest bandwidth
FEW_ROWS: Final = 32  # up to which a comparison with every cut is cheaper than a search axis by axis


class Blocks(NamedTuple):
    """Columns of features: u of each continuous axis, the levels of all discrete ones, u², and 1 where u is
    active.
    """

    linear: slice
    levels: slice
    square: slice
    constant: slice
    n_features: int


@dataclass(frozen=True)
class Axes:
    """The searched parameters of one space."""

    space: SearchSpace
    continuous: IntArray  # columns of the space
    discrete: tuple[DiscreteAxis, ...]

    @classmethod
    def of(cls, space: SearchSpace) -> Axes:
        """The axes of every parameter that has more than one value."""
        continuous: list[int] = []
        discrete: list[DiscreteAxis] = []
        for column, param in enumerate(space):
            distribution = param.distribution
            if distribution.n_values == 1:
                continue
            if is_discrete(distribution):
                is_choice = isinstance(distribution, Choice)
                is_nominal = isinstance(distribution, Choice) and not distribution.ordered
                discrete.append(DiscreteAxis(column, distribution.unit_edges(), is_nominal, is_choice))
            else:
                continuous.append(column)
        return cls(space, np.array(continuous, dtype=np.int64), tuple(discrete))

    def __len__(self) -> int:
        return len(self.continuous) + len(self.discrete)

    @cached_property
    def is_conditional(self) -> bool:
        """Whether some searched parameter is not always active."""
        return any(self.space[name].when is not None for name in self.space.searched)

    @cached_property
    def levels(self) -> Levels:
        """The levels of all discrete axes."""
        return Levels(self.discrete)

    @cached_property
    def blocks(self) -> Blocks:
        """Where the features of points and kernels are."""
        d, n_columns = len(self.continuous), self.levels.n_columns
        square, constant = d + n_columns, 2 * d + n_columns
        return Blocks(
            slice(0, d),
            slice(d, square),
            slice(square, constant),
            slice(constant, constant + d),
            constant + d,
        )

    @cached_property
    def discrete_columns(self) -> IntArray:
        """Columns of the space that are discrete axes, shape (n_discrete,)."""
        return np.array([axis.column for axis in self.discrete], dtype=np.int64)

    def read(self, coordinates: FloatArray, active: BoolArray) -> Points:
        """Points from model coordinates and activity, each of shape (n, d)."""
        levels = self._levels_at(coordinates[:, self.discrete_columns])
        return self.points(coordinates[:, self.continuous], levels, active)

    def points(self, u: FloatArray, levels: IntArray, active: BoolArray) -> Points:
        """Points from u (n, n_continuous), levels (n, n_discrete), and the activity of parameters (n, d)."""
        return Points(u, active[:, self.continuous], levels, active[:, self.discrete_columns])

    def _levels_at(self, coordinates: FloatArray) -> IntArray:
        """Levels at the discrete axes' model coordinates, both of shape (n, n_discrete)."""
        levels = np.zeros(coordinates.shape, dtype=np.int64)
        # The number of cuts up to a coordinate is its level; one sum serves all axes.
        if len(coordinates) <= FEW_ROWS and self.discrete:
            is_beyond = coordinates[:, self.levels.cut_axis] >= self.levels.cuts
            return np.add.reduceat(is_beyond, self.levels.cut_starts, axis=1, dtype=np.int64, out=levels)
        for t, axis in enumerate(self.discrete):
            levels[:, t] = axis.levels_at(coordinates[:, t])
        return levels

    def write(self, u: FloatArray, levels: IntArray) -> tuple[FloatArray, BoolArray]:
        """Model coordinates and activity, each (n, d), of u (n, n_continuous) and levels (n, n_discrete)."""
        coordinates = np.zeros((len(u), len(self.space)))
        coordinates[:, self.continuous] = u
        coordinates[:, self.discrete_columns] = self.levels.coordinates[self.levels.starts + levels]
        return coordinates, self.space.activity(coordinates)


@dataclass(frozen=True)
class Points:
    """n points: u and is_u of shape (n, n_continuous), levels and is_level of shape (n, n_discrete).

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


def is_discrete(distribution: Distribution) -> bool:
    """Whether a parameter has so few values that its axis is discrete."""
    n = distribution.n_values
    return isinstance(distribution, Choice) or (n is not None and n <= MAX_LEVELS)
