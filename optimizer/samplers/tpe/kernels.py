"""Mixtures of product kernels over a conditional space, relative to the prior.

One kernel per observation and one that is the prior itself. Every factor is a density *divided by the
prior's*, so the prior kernel is 1 everywhere, and a factor whose parameter is inactive in the kernel or in
the point is 1 as well: branches of a tree live together in one mixture. All log densities then are one
matrix product of point features and kernel features:

- continuous: a Gaussian truncated to [0, 1]; features (u, u², 1) against (m/s², -1/2s², -m²/2s² - log Z);
- discrete: one-hot levels against a row of log(mass / prior mass): the same Gaussian integrated over cells,
  or for nominal levels the prior with one pseudo-count added at the kernel's level.

Their columns come in this order: u of all continuous axes, the levels of all discrete axes, u², 1.

The construction is the joint Parzen estimator of Optuna 5 and of Watanabe, "Tree-structured Parzen
estimator: understanding its algorithm components", arXiv 2304.11127, 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.samplers.tpe.level_kernels import level_rows

if TYPE_CHECKING:
    from optimizer.axes import Axes, Points
    from optimizer.values import BoolArray, FloatArray, IntArray

# Of the unit interval; Hyperopt and Optuna clip the widths of many kernels there, too.
MIN_BANDWIDTH: Final = 0.01
_LOG_ROOT_2PI: Final = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Mixture:
    """A mixture of n kernels and, as the last one, the prior.

    ``widths`` have the shape of ``centres.u``; ``below`` and ``inside`` hold the mass that each Gaussian has
    below 0 and in [0, 1]. ``features`` has shape (n + 1, n_features) and ``log_weights`` (n + 1,).
    """

    axes: Axes
    centres: Points
    widths: FloatArray
    below: FloatArray
    inside: FloatArray
    features: FloatArray
    log_weights: FloatArray

    def log_ratio_to_prior(self, features: FloatArray) -> FloatArray:
        """Log of density / prior density at C points, whose features are given; shape (C,)."""
        return log_sum_exp(features @ self.features.T + self.log_weights)

    def sample(self, rng: np.random.Generator, n: int) -> tuple[FloatArray, IntArray]:
        """Draw n points: u (n, n_continuous) and levels (n, n_discrete).

        A parameter that is inactive in the drawn kernel comes from another kernel in which it is active,
        or from the prior if there is none: a draw may enter a branch that the kernel was not in. Parameters
        that are active together come from the same kernel.
        """
        cumulated = self._cumulated_weights
        # Without the last boundary, rounding cannot lead beyond the prior, the last kernel.
        chosen = np.searchsorted(cumulated[:-1], rng.random(n) * cumulated[-1], side="right")
        spare = rng.random(n)
        u = self._sample_continuous(_donors(chosen, spare, self.centres.is_u), rng)
        return u, self._sample_levels(_donors(chosen, spare, self.centres.is_level), rng)

    @cached_property
    def _cumulated_weights(self) -> FloatArray:
        return np.cumsum(np.exp(self.log_weights))

    def _sample_continuous(self, donors: IntArray, rng: np.random.Generator) -> FloatArray:
        """Draws from the donors' truncated Gaussians, shape (C, n_continuous); uniform for the prior."""
        n, d = self.centres.u.shape
        uniform = rng.random((len(donors), d))
        is_prior = donors == n
        row = np.where(is_prior, 0, donors)
        # One donor for all columns: indexing whole rows is several times as fast.
        at = (row[:, 0],) if donors.shape[1] == 1 else (row, np.arange(d))
        # Inverse of the truncated CDF; clipped below, because ndtri of a rounded 0 or 1 is infinite.
        drawn = ndtri(self.below[at] + uniform * self.inside[at])
        drawn *= self.widths[at]
        drawn += self.centres.u[at]
        return np.where(is_prior, uniform, np.minimum(np.maximum(drawn, 0.0), 1.0))

    def _sample_levels(self, donors: IntArray, rng: np.random.Generator) -> IntArray:
        """Draws from the donors' masses, shape (C, n_discrete): one search in all cumulated masses."""
        levels, n_discrete = self.axes.levels, len(self.axes.discrete)
        if n_discrete == 0:
            return np.zeros((len(donors), 0), dtype=np.int64)
        uniform = rng.random((len(donors), n_discrete))
        place = np.searchsorted(
            self._cumulated_masses, donors * n_discrete + np.arange(n_discrete) + uniform, side="right"
        )
        # Kernel i's masses end at (i + 1) * n_discrete, so that one sorted array serves all kernels and axes.
        drawn: IntArray = place - donors * levels.n_columns - levels.starts
        return np.minimum(np.maximum(drawn, 0), levels.counts - 1)  # rounding may lead to a neighbour

    @cached_property
    def _cumulated_masses(self) -> FloatArray:
        """Cumulated level masses; those of axis t in kernel i lie between i * n_discrete + t and the next."""
        levels, n_discrete = self.axes.levels, len(self.axes.discrete)
        mass = np.exp(self.features[:, self.axes.blocks.levels]) * levels.prior
        cumulated = np.cumsum(mass, axis=1)
        start = cumulated[:, levels.starts] - mass[:, levels.starts]
        total = cumulated[:, levels.starts + levels.counts - 1] - start
        share = (cumulated - start[:, levels.axis]) / total[:, levels.axis]
        return (share + np.arange(len(mass))[:, None] * n_discrete + levels.axis).reshape(-1)


def fit_mixture(
    axes: Axes,
    centres: Points,
    weights: FloatArray,
    *,
    bandwidth: float | None = None,
    n_trials: int | None = None,
) -> Mixture:
    """A mixture with one kernel per centre; ``weights`` has shape (n + 1,), the prior's last, and sums to 1.

    With ``bandwidth`` (a fraction of the unit interval) all kernels have that width; without it each kernel
    reaches to its farther neighbour, parameter by parameter, but at least over 1 / (n + 2). ``n_trials`` says
    how many trials the n centres stand for, when they are a part of them.
    """
    n, d = centres.u.shape
    if bandwidth is None:
        at, is_active = centres.u, centres.is_u
        if axes.discrete:
            middles = axes.levels.middles[axes.levels.starts + centres.levels]
            at, is_active = np.hstack([at, middles]), np.hstack([is_active, centres.is_level])
        # Bergstra's clip: few trials must not make narrow kernels, which would only repeat what was tried.
        gaps = neighbour_gaps(at, is_active)
        widths = np.minimum(np.maximum(gaps, max(MIN_BANDWIDTH, 1 / (n + 2))), 1.0)
    else:
        widths = np.full((n, len(axes)), bandwidth)
    below, inside = truncated_mass(centres.u, widths[:, :d])
    features = np.zeros((n + 1, axes.blocks.n_features))  # those of the prior are all 0
    write_continuous_features(features[:n], axes, centres, widths[:, :d], inside)
    if axes.discrete:
        rows = level_rows(axes.levels, centres.levels, widths[:, d:], n if n_trials is None else n_trials)
        features[:n, axes.blocks.levels] = rows * centres.is_level[:, axes.levels.axis]
    return Mixture(axes, centres, widths[:, :d], below, inside, features, np.log(weights))


def point_features(axes: Axes, points: Points) -> FloatArray:
    """Features of n points, shape (n, n_features)."""
    blocks = axes.blocks
    features = np.zeros((len(points), blocks.n_features))
    linear = features[:, blocks.linear]
    np.multiply(points.u, points.is_u, out=linear)
    np.square(linear, out=features[:, blocks.square])
    features[:, blocks.constant] = points.is_u
    if len(axes.discrete):
        one_hot = features[:, blocks.levels]
        one_hot[np.arange(len(points))[:, None], axes.levels.starts + points.levels] = points.is_level
    return features


def truncated_mass(u: FloatArray, widths: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mass of Gaussians below 0 and in [0, 1]; that is at least 0.34, as u is in it and widths <= 1."""
    below: FloatArray = ndtr(-u / widths)
    return below, ndtr((1 - u) / widths) - below


def write_continuous_features(
    features: FloatArray, axes: Axes, centres: Points, widths: FloatArray, inside: FloatArray
) -> None:
    """Write what is continuous into the features of n kernels, shape (n, n_features); 0 where it is inactive.

    ``widths`` has the shape of ``centres.u``, and ``inside`` is as ``truncated_mass`` gives it.
    """
    linear = features[:, axes.blocks.linear]
    # -(u - m)² / 2s² multiplied out, so that a log density is a product with (u, u², 1).
    precision = centres.is_u / np.square(widths)
    np.multiply(centres.u, precision, out=linear)
    np.multiply(precision, -0.5, out=features[:, axes.blocks.square])
    log_area = np.log(widths * inside) + _LOG_ROOT_2PI
    features[:, axes.blocks.constant] = -0.5 * centres.u * linear - centres.is_u * log_area


def log_sum_exp(exponents: FloatArray) -> FloatArray:
    """Log of the sum of exp over the last axis; uses ``exponents`` up."""
    # The largest exponent becomes 0: no exp overflows, and at least one does not underflow.
    peak = exponents.max(axis=-1)
    exponents -= peak[..., None]
    total: FloatArray = np.log(np.exp(exponents, out=exponents).sum(axis=-1)) + peak
    return total


def neighbour_gaps(u: FloatArray, is_active: BoolArray) -> FloatArray:
    """Distance of each of n points to its farther neighbour, column by column; shapes (n, d).

    The outermost points have one neighbour. A point that is alone in its column reaches over all of it: 1.
    """
    n, d = u.shape
    # Inactive points stand at infinity, behind all others, and take part in no finite gap.
    placed = np.where(is_active, u, np.inf).T.copy()
    order = np.argsort(placed, axis=1, kind="stable")
    # Places in the flattened array: a flat index is much faster than a pair of them.
    order += np.arange(d)[:, None] * n
    ranked = placed.reshape(-1)[order]
    gaps = np.zeros((d, n + 1))
    with np.errstate(invalid="ignore"):
        np.subtract(ranked[:, 1:], ranked[:, :-1], out=gaps[:, 1:-1])
    gaps[~(gaps < np.inf)] = 0.0  # inf - inf too, which is not a number
    farther = np.maximum(gaps[:, :-1], gaps[:, 1:])
    farther[is_active.sum(axis=0) <= 1] = 1.0
    result = np.empty(n * d)
    result[order] = farther
    return result.reshape(d, n).T


def _donors(chosen: IntArray, spare: FloatArray, is_active: BoolArray) -> IntArray:
    """Which kernel each of C draws takes each parameter from, shape (C, d), or (C, 1) when all are active.

    ``spare``, uniform in [0, 1), picks another kernel where a parameter is inactive in the chosen one. The
    prior is kernel n.
    """
    n, d = is_active.shape
    if is_active.all():
        return chosen[:, None]
    counts = is_active.sum(axis=0)
    ranked = np.argsort(~is_active, axis=0, kind="stable")  # the kernels in which a parameter is active first
    others = ranked[(spare[:, None] * counts).astype(np.int64), np.arange(d)]
    others[:, counts == 0] = n
    is_known = np.vstack([is_active, np.ones((1, d), dtype=np.bool_)])  # the prior knows every parameter
    return np.where(is_known[chosen], chosen[:, None], others)
