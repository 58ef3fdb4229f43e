"""Mixtures of product kernels over a conditional space, relative to the prior.

One kernel per observation and one that is the prior itself. Every factor is a density *divided by the
prior's*, so the prior kernel is 1 everywhere, and a factor whose parameter is inactive in the kernel or in
the point is 1 as well: branches of a tree live together in one mixture. All log densities then are one
matrix product of point features and kernel features:

- smooth: a Gaussian truncated to [0, 1]; features (u², u, 1) against (-1/2s², m/s², -m²/2s² - log Z);
- table: one-hot levels against a row of log(mass / prior mass): the same Gaussian integrated over cells,
  or for nominal levels the prior with one pseudo-count added at the kernel's level.

The construction is the joint Parzen estimator of Optuna 5 and of Watanabe, "Tree-structured Parzen
estimator: understanding its algorithm components", arXiv 2304.11127, 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.samplers.axes import TINY

if TYPE_CHECKING:
    from optimizer.samplers.axes import Axes, Points, Table
    from optimizer.values import BoolArray, FloatArray, IntArray

MIN_BANDWIDTH: Final = 0.01  # of the unit interval
_LOG_ROOT_2PI: Final = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Mixture:
    """A mixture of n kernels and the prior.

    ``smooth`` holds features of shape (3, n + 1, n_smooth), ``rows`` one array (n + 1, n_levels) per table,
    ``log_weights`` has shape (n + 1,). The last kernel is the prior: zeros.
    """

    axes: Axes
    centres: Points
    widths: FloatArray
    smooth: FloatArray
    rows: tuple[FloatArray, ...]
    log_weights: FloatArray

    def log_ratio_to_prior(self, points: Points) -> FloatArray:
        """Log of density / prior density at each of C points, shape (C,)."""
        x = np.where(points.is_u, points.u, 0.0)
        features = [x * x, x, points.is_u.astype(np.float64)]
        kernels = list(self.smooth)
        for t, row in enumerate(self.rows):
            one_hot = np.zeros((len(points), row.shape[1]))
            one_hot[np.arange(len(points)), points.levels[:, t]] = points.is_level[:, t]
            features.append(one_hot)
            kernels.append(row)
        exponents = np.concatenate(features, axis=1) @ np.concatenate(kernels, axis=1).T
        return log_sum_exp(exponents + self.log_weights)

    def sample(self, rng: np.random.Generator, n: int) -> tuple[FloatArray, IntArray]:
        """Draw n points: u (n, n_smooth) and levels (n, n_tables).

        A parameter that is inactive in the drawn kernel comes from another kernel in which it is active,
        or from the prior if there is none: a draw may enter a branch that the kernel was not in.
        """
        cumulative = np.cumsum(np.exp(self.log_weights))
        chosen = np.searchsorted(cumulative[:-1], rng.random(n) * cumulative[-1], side="right")
        donors = _donors(chosen, self.centres.is_u, rng)
        u = _sample_truncated(self.centres.u, self.widths, donors, rng)
        donors = _donors(chosen, self.centres.is_level, rng)
        levels = np.zeros((n, len(self.rows)), dtype=np.int64)
        for t, (table, row) in enumerate(zip(self.axes.tables, self.rows, strict=True)):
            mass = np.exp(row[donors[:, t]]) * table.prior
            climbed = np.cumsum(mass, axis=1)
            levels[:, t] = (climbed[:, :-1] < (rng.random(n) * climbed[:, -1])[:, None]).sum(axis=1)
        return u, levels


def fit_mixture(
    axes: Axes, centres: Points, weights: FloatArray, *, bandwidth: float | None = None
) -> Mixture:
    """A mixture with one kernel per centre; ``weights`` has shape (n + 1,), the prior's last, and sums to 1.

    With ``bandwidth`` (a fraction of the unit interval) all kernels have that width; without it each kernel
    reaches to its farther neighbour, parameter by parameter, but at least over 1 / (n + 2).
    """
    n = len(centres)
    floor = MIN_BANDWIDTH if bandwidth is not None else max(MIN_BANDWIDTH, 1 / (n + 2))
    if bandwidth is None:
        widths = np.clip(neighbour_gaps(centres.u, centres.is_u), floor, 1.0)
    else:
        widths = np.full(centres.u.shape, max(bandwidth, floor))
    rows = []
    for t, table in enumerate(axes.tables):
        levels, is_level = centres.levels[:, t], centres.is_level[:, t]
        if table.is_nominal:
            row = _nominal_rows(table, levels, n)
        elif bandwidth is None:
            gaps = neighbour_gaps(table.middles[levels][:, None], is_level[:, None])[:, 0]
            row = _cell_rows(table, levels, np.clip(gaps, floor, 1.0))
        else:
            every = np.arange(len(table.prior))
            row = _cell_rows(table, every, np.full(len(every), max(bandwidth, floor)))[levels]
        row[~is_level] = 0.0
        rows.append(np.concatenate([row, np.zeros((1, row.shape[1]))]))
    smooth = _smooth_features(centres.u, centres.is_u, widths)
    return Mixture(axes, centres, widths, smooth, tuple(rows), np.log(weights))


def log_sum_exp(exponents: FloatArray) -> FloatArray:
    """Log of the sum of exp over the last axis."""
    peak = exponents.max(axis=-1, keepdims=True)
    total: FloatArray = np.log(np.exp(exponents - peak).sum(axis=-1)) + peak[..., 0]
    return total


def neighbour_gaps(u: FloatArray, is_active: BoolArray) -> FloatArray:
    """Distance of each of n points to its farther neighbour, column by column; shapes (n, d).

    The outermost points have one neighbour. A point that is alone in its column reaches over all of it: 1.
    """
    placed = np.where(is_active, u, np.inf)
    order = np.argsort(placed, axis=0, kind="stable")
    ranked = np.take_along_axis(placed, order, axis=0)
    with np.errstate(invalid="ignore"):
        gaps = np.diff(ranked, axis=0)
    gaps[~np.isfinite(gaps)] = 0.0
    edge = np.zeros((1, u.shape[1]))
    farther = np.maximum(np.concatenate([edge, gaps]), np.concatenate([gaps, edge]))
    farther[:, is_active.sum(axis=0) <= 1] = 1.0
    result = np.empty_like(u)
    np.put_along_axis(result, order, farther, axis=0)
    return result


def _smooth_features(u: FloatArray, is_u: BoolArray, widths: FloatArray) -> FloatArray:
    """Kernel features of shape (3, n + 1, n_smooth); zeros where inactive and for the prior."""
    features = np.zeros((3, len(u) + 1, u.shape[1]))
    precision = is_u / widths**2
    inside = ndtr((1 - u) / widths) - ndtr(-u / widths)  # at least 0.34, as u is in [0, 1] and widths <= 1
    features[0, :-1] = -0.5 * precision
    features[1, :-1] = u * precision
    features[2, :-1] = -0.5 * u * u * precision - is_u * (np.log(widths * inside) + _LOG_ROOT_2PI)
    return features


def _nominal_rows(table: Table, levels: IntArray, n: int) -> FloatArray:
    """Log(mass / prior) of each level, mass = (prior · a + [same level]) / (a + 1) with a = K / (n + 1)."""
    prior = table.prior
    pseudo = len(prior) / (n + 1)
    rows = np.full((len(levels), len(prior)), np.log(pseudo / (1 + pseudo)))
    rows[np.arange(len(levels)), levels] = np.log((pseudo + 1 / prior[levels]) / (1 + pseudo))
    return rows


def _cell_rows(table: Table, levels: IntArray, widths: FloatArray) -> FloatArray:
    """Log(mass / prior) of each cell under a Gaussian at the middle of cell ``levels``, truncated to [0, 1].

    No kernel is narrower than half its own cell.
    """
    widths = np.maximum(widths, 0.5 * table.prior[levels])[:, None]
    z = (table.edges - table.middles[levels][:, None]) / widths
    below, above = ndtr(z), ndtr(-z)  # differences are taken in the tail that has digits left
    mass = np.where(z[:, :-1] > 0, above[:, :-1] - above[:, 1:], below[:, 1:] - below[:, :-1])
    inside = below[:, -1:] - below[:, :1]
    rows: FloatArray = np.log(np.maximum(mass, TINY) / (inside * table.prior))
    return rows


def _donors(chosen: IntArray, is_active: BoolArray, rng: np.random.Generator) -> IntArray:
    """Which kernel each of C draws takes each parameter from, shape (C, d); the prior is kernel n."""
    n, d = is_active.shape
    donors = np.repeat(chosen[:, None], d, axis=1)
    for j in np.flatnonzero(~is_active.all(axis=0)):
        others = np.flatnonzero(is_active[:, j])
        spare = rng.choice(others, size=len(chosen)) if len(others) else np.full(len(chosen), n)
        known = np.append(is_active[:, j], True)  # the prior knows every parameter
        donors[:, j] = np.where(known[chosen], chosen, spare)
    return donors


def _sample_truncated(
    u: FloatArray, widths: FloatArray, donors: IntArray, rng: np.random.Generator
) -> FloatArray:
    """Draws from the donors' truncated Gaussians, shape (C, n_smooth); uniform for the prior (row n)."""
    uniform = rng.random(donors.shape)
    is_prior = donors == len(u)
    columns = np.arange(donors.shape[1])
    row = np.where(is_prior, 0, donors)
    centre, width = u[row, columns], widths[row, columns]
    low, high = ndtr(-centre / width), ndtr((1 - centre) / width)
    drawn = centre + width * ndtri(low + uniform * (high - low))
    return np.where(is_prior, uniform, np.minimum(np.maximum(drawn, 0.0), 1.0))
