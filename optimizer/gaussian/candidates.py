"""Candidates: points with a coordinate on every axis, active or not, and ways to make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.axes import Points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.axes import Axes
    from optimizer.gaussian.features import Features
    from optimizer.values import BoolArray, FloatArray, IntArray

MANY: Final = 20  # dimensions; a step in more of them at once leaves what a model knows


@dataclass(frozen=True)
class Candidates:
    """Points as u (m, n_continuous) and levels (m, n_discrete).

    A parameter that a branch switches off keeps its coordinate, which counts again when the branch comes
    back.
    """

    u: FloatArray
    levels: IntArray

    def __len__(self) -> int:
        return len(self.u)

    def take(self, rows: IntArray) -> Candidates:
        """The points at ``rows``."""
        return Candidates(self.u[rows], self.levels[rows])

    def repeat(self, row: int, n: int) -> Candidates:
        """One point n times."""
        return self.take(np.full(n, row))

    def where(self, is_own: BoolArray, other: Candidates) -> Candidates:
        """The own points where ``is_own`` (m,) holds, and those of ``other`` elsewhere."""
        own = is_own[:, None]
        return Candidates(np.where(own, self.u, other.u), np.where(own, self.levels, other.levels))

    def points(self, axes: Axes) -> Points:
        """With activity, as the axes read them."""
        if axes.is_conditional:
            return axes.read(*axes.write(self.u, self.levels))
        is_u, is_level = np.ones(self.u.shape, dtype=np.bool_), np.ones(self.levels.shape, dtype=np.bool_)
        return Points(self.u, is_u, self.levels, is_level)

    @staticmethod
    def concatenate(parts: Sequence[Candidates]) -> Candidates:
        """All points of ``parts``."""
        return Candidates(np.concatenate([p.u for p in parts]), np.concatenate([p.levels for p in parts]))


def draw_globally(
    features: Features, box: FloatArray, centre: Candidates, rng: np.random.Generator, n: int
) -> Candidates:
    """Points from the prior inside a box of features, shape (2, n_columns).

    In many dimensions only some of them are drawn, and the others are those of ``centre``, a single point.
    """
    axes = features.axes
    m, d = len(axes.continuous), len(axes)
    low, high = box
    u = low[:m] + rng.random((n, m)) * (high[:m] - low[:m])
    levels = np.zeros((n, len(axes.discrete)), dtype=np.int64)
    for t, axis in enumerate(axes.discrete):
        drawn = rng.random(n)
        if not axis.is_nominal:
            column = features.column_of(m + t)
            drawn = low[column] + drawn * (high[column] - low[column])
        levels[:, t] = axis.level_of(drawn)
    if d <= MANY:
        return Candidates(u, levels)
    # 20 on average; the others stay at the best known point.
    moved = rng.random((n, d)) < MANY / d
    same = centre.repeat(0, n)
    return Candidates(np.where(moved[:, :m], u, same.u), np.where(moved[:, m:], levels, same.levels))


def draw_locally(axes: Axes, centre: Candidates, rng: np.random.Generator, n: int) -> Candidates:
    """Points near a single one: steps of all sizes, in some of the axes or in all."""
    m, d = len(axes.continuous), len(axes)
    # From a thousandth to a third of an axis, because it is unknown how far away the optimum still is.
    scale = 10 ** rng.uniform(-3, -0.5, (n, 1))
    # Some steps change nearly all axes, others one or two: both kinds of structure occur.
    moved = rng.random((n, d)) < np.maximum(rng.random((n, 1)), 1.5 / d)
    start = centre.repeat(0, n)
    u = np.abs(start.u + np.where(moved[:, :m], scale * rng.standard_normal((n, m)), 0.0))
    u = 1 - np.abs(1 - u)  # reflected at both ends
    levels = start.levels.copy()
    for t, axis in enumerate(axes.discrete):
        rows = np.flatnonzero(moved[:, m + t])
        if axis.is_nominal:
            # Choices have no small steps, so they are left alone half of the time.
            rows = rows[rng.random(len(rows)) < 0.5]
            levels[rows, t] = rng.integers(len(axis.prior), size=len(rows))
        else:
            # A step smaller than a cell would always end in the same cell.
            step = np.maximum(scale[rows, 0], axis.prior.min()) * rng.standard_normal(len(rows))
            levels[rows, t] = axis.level_of(axis.middles[levels[rows, t]] + step)
    return Candidates(np.clip(u, 0.0, 1.0), levels)


def discrete_neighbours(axes: Axes, point: Candidates, max_choices: int = 32) -> Candidates:
    """A single point with one discrete parameter changed: to any other choice, or by up to two cells."""
    columns, targets = [], []
    for t, axis in enumerate(axes.discrete):
        k, level = len(axis.prior), int(point.levels[0, t])
        # Each costs a prediction: of a wider choice, four neighbours stand for all.
        is_listed = axis.is_nominal and k <= max_choices
        reached = range(k) if is_listed else (level - 2, level - 1, level + 1, level + 2)
        others = [other for other in reached if 0 <= other < k and other != level]
        columns += [t] * len(others)
        targets += others
    changed = point.repeat(0, len(targets))
    changed.levels[np.arange(len(targets)), columns] = targets
    return changed
