"""From best values to regret, ratios and their uncertainty. Pure arithmetic on arrays.

The regret of a run is what it leaves of the gap between random search and the optimum,

    r = (best so far - f*) / (median of random search's best so far at the same budget - f*),

f* being the known optimum or the lowest value that anything ever reached. Per problem the median over seeds
is taken and not let below a floor; over problems, the geometric mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

FLOOR: Final = 1e-2  # of random's gap; what is closer counts as solved
FINE_FLOOR: Final = 1e-4
TIE: Final = 1e-3
WORSE: Final = 1.05  # a regret above this is worse than random search
MISSED: Final = 2.0  # the regret of a run that misses an optimum which random search's median has reached
N_RESAMPLES: Final = 2_000


@dataclass(frozen=True)
class Comparison:
    """One optimizer against another over the problems that both ran, at one budget."""

    n_problems: int
    regret: float
    ratio: float
    low: float
    high: float
    fine_ratio: float
    wins: int
    ties: int
    losses: int
    n_worse_than_random: int


def regrets(best: Sequence[float] | FloatArray, optimum: float, random_best: Sequence[float]) -> FloatArray:
    """Regret of each seed's best value, in units of random search's median, shape (n_seeds,).

    Values below ``optimum`` are rounding and count as 0.
    """
    left = np.maximum(np.asarray(best, dtype=np.float64) - optimum, 0.0)
    unit = float(np.median(random_best)) - optimum
    tiny = 1e-12 * max(1.0, abs(optimum))
    if unit <= tiny:
        return np.where(left <= tiny, 0.0, MISSED)
    return left / unit


def floored_median(values: FloatArray, floor: float = FLOOR) -> float:
    """Median over seeds, at least ``floor``."""
    return max(float(np.median(values)), floor)


def geometric_mean(values: Sequence[float] | FloatArray) -> float:
    """Of positive numbers."""
    return float(np.exp(np.mean(np.log(values))))


def ratios(
    ours: Mapping[str, FloatArray], theirs: Mapping[str, FloatArray], floor: float = FLOOR
) -> dict[str, float]:
    """Ratio of floored median regrets for each problem that both have; below 1, ours is better."""
    return {
        name: floored_median(ours[name], floor) / floored_median(theirs[name], floor)
        for name in ours
        if name in theirs
    }


def compare(ours: Mapping[str, FloatArray], theirs: Mapping[str, FloatArray], seed: int = 0) -> Comparison:
    """Compare regrets, given as problem to array of seeds. ``ValueError`` when no problem is common."""
    names = [name for name in ours if name in theirs]
    if not names:
        raise ValueError("there must be a problem that both optimizers ran, got none; run both on one suite")
    mine = np.array([floored_median(ours[name]) for name in names])
    other = np.array([floored_median(theirs[name]) for name in names])
    low, high = interval([ours[name] for name in names], [theirs[name] for name in names], seed)
    is_tie = np.abs(mine - other) <= TIE
    return Comparison(
        n_problems=len(names),
        regret=geometric_mean(mine),
        ratio=geometric_mean(mine / other),
        low=low,
        high=high,
        fine_ratio=geometric_mean(list(ratios(ours, theirs, FINE_FLOOR).values())),
        wins=int(np.sum((mine < other) & ~is_tie)),
        ties=int(np.sum(is_tie)),
        losses=int(np.sum((mine > other) & ~is_tie)),
        n_worse_than_random=sum(float(np.median(ours[name])) > WORSE for name in names),
    )


def interval(ours: list[FloatArray], theirs: list[FloatArray], seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of the geometric mean ratio, over problems and within each over seeds."""
    rng = np.random.default_rng(seed)
    logs = np.stack(
        [
            np.log(_resampled_medians(mine, rng) / _resampled_medians(other, rng))
            for mine, other in zip(ours, theirs, strict=True)
        ]
    )
    picks = rng.integers(len(ours), size=(len(ours), N_RESAMPLES))
    means = np.exp(np.take_along_axis(logs, picks, axis=0).mean(axis=0))
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _resampled_medians(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Floored medians of resampled seeds, shape (N_RESAMPLES,)."""
    picks = rng.integers(len(values), size=(N_RESAMPLES, len(values)))
    return np.maximum(np.median(values[picks], axis=1), FLOOR)


def mean_ranks(medians: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Mean rank of each optimizer over the problems that all ran; values within a tie share their rank."""
    names = list(medians)
    common = set.intersection(*(set(medians[name]) for name in names))
    totals = dict.fromkeys(names, 0.0)
    for problem in common:
        values = np.array([medians[name][problem] for name in names])
        for i, name in enumerate(names):
            below, beside = values < values[i] - TIE, np.abs(values - values[i]) <= TIE
            totals[name] += 1 + below.sum() + (beside.sum() - 1) / 2
    return {name: total / max(1, len(common)) for name, total in totals.items()}
