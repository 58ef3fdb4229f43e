"""The density of the bad trials: many kernels of one width, kept from one proposal to the next.

It only has to say where trials are dense, so one bandwidth serves as well as one for each kernel. The squares
of a point then are common to all kernels: where every parameter is active, a log density takes one product
per parameter instead of three.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.history import with_capacity
from optimizer.samplers.tpe.kernels import (
    MIN_BANDWIDTH,
    log_sum_exp,
    truncated_mass,
    write_continuous_features,
)
from optimizer.samplers.tpe.level_kernels import level_rows

if TYPE_CHECKING:
    from optimizer.axes import Axes, Points
    from optimizer.history import History
    from optimizer.values import BoolArray, FloatArray, IntArray

BLOCK: Final = 128  # kernels computed at a time, which bounds the memory


class BadDensity:
    """One kernel for each of many rows of a history.

    ``n_trials`` sets the bandwidth. What this computes depends on the rows alone, not on how many of them
    were added at a time: keeping it changes no proposal.
    """

    def __init__(self, axes: Axes, n_trials: int) -> None:
        self.axes = axes
        self.n_trials = n_trials
        self.bandwidth = bandwidth_of(n_trials, len(axes))
        always = all(axes.space.params[column].when is None for column in axes.continuous)
        self._start(is_full=always)

    def _start(self, *, is_full: bool) -> None:
        """Drop all kernels. ``is_full`` says that all continuous parameters are active in all later ones."""
        self._is_full = is_full
        self._n = 0
        blocks = self.axes.blocks
        width = blocks.levels.stop if is_full else blocks.n_features
        self._features = np.zeros((BLOCK, width))
        self._offsets = np.zeros(BLOCK)

    def update(self, history: History, rows: IntArray) -> None:
        """Hold the kernels of these rows; those held already must be the first of them."""
        points = self._read(history, rows[self._n :])
        if self._is_full and not points.is_u.all():  # a trial of an older search space
            self._start(is_full=False)
            points = self._read(history, rows)
        for start in range(0, len(points), BLOCK):
            self._append(self._features_of(points.take(np.arange(start, min(start + BLOCK, len(points))))))

    def _read(self, history: History, rows: IntArray) -> Points:
        return self.axes.read(history.coordinates[rows], history.active[rows])

    def _features_of(self, points: Points) -> FloatArray:
        widths = np.full(points.u.shape, self.bandwidth)
        features = np.zeros((len(points), self.axes.blocks.n_features))
        write_continuous_features(features, self.axes, points, widths, truncated_mass(points.u, widths)[1])
        if self.axes.discrete:
            levels = self.axes.levels
            rows = self._level_rows[points.levels[:, levels.axis], np.arange(levels.n_columns)]
            features[:, self.axes.blocks.levels] = rows * points.is_level[:, levels.axis]
        return features

    @cached_property
    def _level_rows(self) -> FloatArray:
        """``level_rows`` of a kernel at level k of every axis, in row k; short axes repeat their last."""
        levels = self.axes.levels
        # Computed once per bandwidth: kernels at the same level share their row.
        at = np.minimum(np.arange(levels.counts.max())[:, None], levels.counts - 1)
        return level_rows(levels, at, np.full(at.shape, self.bandwidth), self.n_trials)

    def _append(self, features: FloatArray) -> None:
        end = self._n + len(features)
        self._features, self._offsets = with_capacity(self._features, end), with_capacity(self._offsets, end)
        # Without the squares and constants where all are active: those are common or summed up below.
        self._features[self._n : end] = features[:, : self._features.shape[1]]
        if self._is_full:
            self._offsets[self._n : end] = features[:, self.axes.blocks.constant].sum(axis=1)
        self._n = end

    def log_ratio_to_prior(self, features: FloatArray, counts: BoolArray, pending: Points) -> FloatArray:
        """Log of density / prior density at C points, whose features are given; shape (C,).

        ``counts`` says which kernels are part of the density, besides those of ``pending`` and the prior.
        """
        n = self._n
        exponents = np.empty((len(features), n + len(pending) + 1))  # the last column is the prior
        np.matmul(features[:, : self._features.shape[1]], self._features[:n].T, out=exponents[:, :n])
        # Weight 0 for kernels that do not count; leaving out their columns would copy the whole matrix.
        exponents[:, :n] += np.where(counts, self._offsets[:n], -np.inf)
        # The prior's log ratio to itself is 0, once `common` is taken off all columns.
        exponents[:, n:] = common = self._common_of(features)
        if len(pending):
            exponents[:, n:-1] += features @ self._features_of(pending).T
        # Equal weights: the sum divided by the number of kernels.
        n_kernels = int(counts.sum()) + len(pending) + 1
        return log_sum_exp(exponents) - common[:, 0] - math.log(n_kernels)

    def _common_of(self, features: FloatArray) -> FloatArray:
        """What the exponents of all kernels held exceed the log densities by, shape (C, 1)."""
        if not self._is_full:
            return np.zeros((len(features), 1))
        squares = features[:, self.axes.blocks.square]
        common: FloatArray = squares.sum(axis=1, keepdims=True) / (2 * self.bandwidth**2)
        return common


def bandwidth_of(n: int, d: int) -> float:
    """The width of n kernels in d dimensions, as a fraction of the unit interval."""
    # Scott's rule (Multivariate Density Estimation, 1992) with a factor of 0.3: measured, it finds as good
    # points as a width for each kernel from its neighbours does.
    return max(MIN_BANDWIDTH, 0.3 * math.pow(max(n, 1), -1 / (d + 4)))
