"""Marginal densities of a fitted model, small enough to be stored and drawn with each trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.axes import is_discrete
from optimizer.distributions import Choice, Int, Numeric

if TYPE_CHECKING:
    from optimizer.axes import Points
    from optimizer.discrete_axes import DiscreteAxis
    from optimizer.distributions import Distribution
    from optimizer.samplers.tpe.kernels import Mixture
    from optimizer.values import JSON, FloatArray, IntArray

GRID_POINTS: Final = 41
_OPEN_MARGIN: Final = 0.005  # where a distribution has no bound, the curve ends at this quantile


def describe_marginals(good: Mixture, bad: Mixture, point: Points) -> tuple[dict[str, JSON], dict[str, JSON]]:
    """Curves of both densities per active searched parameter, and their ratio at ``point`` (one row).

    Numbers: ``{"x": values, "good": [...], "bad": [...], "log": bool}``, densities relative to the prior (1
    means no preference). Choices: ``{"choices": [...], "good": [...], "bad": [...]}``, probabilities. A
    parameter's marginal is over the trials in which it was active.
    """
    params, discrete = good.axes.space.params, good.axes.discrete
    curves: dict[int, dict[str, JSON]] = {}
    ratios: dict[int, float] = {}
    active = np.flatnonzero(point.is_u[0])
    columns = good.axes.continuous[active]
    if len(active):
        grid = np.array([_grid_of(params[column].distribution) for column in columns])
        at = np.column_stack([grid, point.u[0, active]])
        dense, sparse = continuous_marginals(good, active, at), continuous_marginals(bad, active, at)
        ratios.update(zip(columns.tolist(), dense[:, -1] / sparse[:, -1], strict=True))
        heights = zip(
            columns, grid, round_significant(dense[:, :-1]), round_significant(sparse[:, :-1]), strict=True
        )
        for column, u, high, low in heights:
            distribution = params[column].distribution
            curves[int(column)] = _curve(_plain(distribution, u), high, low, distribution)
    for t in np.flatnonzero(point.is_level[0]):
        axis, level = discrete[t], point.levels[0, t]
        dense, sparse = discrete_marginal(good, int(t)), discrete_marginal(bad, int(t))
        curves[axis.column] = _discrete_curve(axis, params[axis.column].distribution, dense, sparse)
        ratios[axis.column] = dense[level] / sparse[level]
    order = sorted(curves)
    rounded = round_significant(np.array([ratios[column] for column in order]))
    names = [params[column].name for column in order]
    return dict(zip(names, (curves[column] for column in order), strict=True)), dict(
        zip(names, rounded, strict=True)
    )


def curve_points(distribution: Distribution) -> list[JSON]:
    """The values at which a parameter's curves are given, or its choices."""
    if not is_discrete(distribution):
        return _plain(distribution, _grid_of(distribution))
    values: list[JSON] = list(distribution.values())
    return values if isinstance(distribution, Choice) else [values[i] for i in _shown(len(values))]


def round_significant(numbers: FloatArray) -> list[JSON]:
    """Numbers (an array of any shape, as nested lists) with 4 significant digits."""
    magnitude = np.floor(np.log10(np.maximum(np.abs(numbers), 1e-290)))
    # Two exact powers of ten instead of one negative one, which binary floats cannot hold.
    finer = 10.0 ** np.maximum(3 - magnitude, 0)
    coarser = 10.0 ** np.maximum(magnitude - 3, 0)
    rounded: list[JSON] = (np.rint(numbers * finer / coarser) * coarser / finer).tolist()
    return rounded


def continuous_marginals(mixture: Mixture, axes: IntArray, x: FloatArray) -> FloatArray:
    """Marginal densities of d continuous axes at x of shape (d, G), relative to the prior; shape (d, G)."""
    known = np.vstack(
        [mixture.centres.is_u[:, axes], np.ones((1, len(x)), dtype=np.bool_)]
    )  # by the prior too
    # A kernel says nothing about a parameter that was inactive in its trial.
    weights = known * np.exp(mixture.log_weights)[:, None]
    blocks = mixture.axes.blocks
    linear, square, offset = (
        mixture.features[:, block].T[axes, None] for block in (blocks.linear, blocks.square, blocks.constant)
    )
    x = x[:, :, None]
    exponents = (square * x + linear) * x + offset
    total = np.exp(exponents) @ weights.T[:, :, None]
    marginals: FloatArray = total[:, :, 0] / weights.sum(axis=0)[:, None]
    return marginals


def discrete_marginal(mixture: Mixture, t: int) -> FloatArray:
    """Marginal probabilities of the levels of discrete axis ``t``, shape (n_levels,)."""
    known = np.append(mixture.centres.is_level[:, t], True)
    weights = known * np.exp(mixture.log_weights)
    levels = mixture.axes.levels
    rows = mixture.features[:, mixture.axes.blocks.levels][:, levels.axis == t]
    ratios: FloatArray = weights @ np.exp(rows) / weights.sum()
    return ratios * mixture.axes.discrete[t].prior


def _grid_of(distribution: Distribution) -> FloatArray:
    """Unit coordinates at which a continuous parameter's curve is drawn, shape (GRID_POINTS,)."""
    low, high = distribution.bounds if isinstance(distribution, Numeric) else (0.0, 1.0)
    start = 0.0 if np.isfinite(low) else _OPEN_MARGIN
    end = 1.0 if np.isfinite(high) else 1 - _OPEN_MARGIN
    return np.linspace(start, end, GRID_POINTS)


def _discrete_curve(
    axis: DiscreteAxis, distribution: Distribution, good: FloatArray, bad: FloatArray
) -> dict[str, JSON]:
    values: list[JSON] = list(distribution.values())
    if axis.is_choice:
        return {"choices": values, "good": round_significant(good), "bad": round_significant(bad)}
    shown = _shown(len(values))
    good, bad = good[shown] / axis.prior[shown], bad[shown] / axis.prior[shown]
    return _curve([values[i] for i in shown], round_significant(good), round_significant(bad), distribution)


def _shown(n: int) -> IntArray:
    """Which of n values: at most as many as a continuous curve has points."""
    return np.unique(np.linspace(0, n - 1, min(n, GRID_POINTS)).astype(np.int64))


def _curve(x: list[JSON], good: JSON, bad: JSON, distribution: Distribution) -> dict[str, JSON]:
    is_log = isinstance(distribution, Numeric) and distribution.log
    return {"x": x, "good": good, "bad": bad, "log": is_log}


def _plain(distribution: Distribution, u: FloatArray) -> list[JSON]:
    """Values at unit coordinates: floats with 4 significant digits, ints as they are."""
    values: list[JSON] = list(distribution.from_unit(u))
    return values if isinstance(distribution, Int) else round_significant(np.array(values, dtype=np.float64))
