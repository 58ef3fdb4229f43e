"""Where a running trial will end, told from how finished ones went on from the same step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.objective import Direction, to_loss

# Finished trials that stood closest to the running one at its step.
NEAREST = 20
# With fewer the interval says nothing.
FEWEST = 8
# The interval holds the middle 80%.
TAILS = (0.1, 0.9)


@dataclass(frozen=True)
class FinalForecast:
    """The value expected of a running trial at its end, in the unit of its values.

    ``low`` and ``high`` are the ends of an interval that holds the value in about 8 of 10 trials;
    ``p_better`` is the probability, in (0, 1), that it is better than the best value so far; ``n`` counts the
    finished trials that it was told from.
    """

    low: float
    high: float
    p_better: float
    n: int


def forecast_final(
    value: float,
    at_step: Sequence[float],
    finals: Sequence[float],
    *,
    best: float,
    direction: Direction = "minimize",
) -> FinalForecast | None:
    """Forecast the final value of a trial that reported ``value``; None with fewer than 8 finished trials.

    ``at_step`` are the values that finished trials reported at the same step, ``finals`` their final values,
    in the same order, both shape (n,). The 20 of them that stood closest to ``value`` are taken, and the
    trial is expected to go on as they did: by the same factors where all values are positive, as losses are,
    else by the same differences. Pairs with a number that is not finite are left out.

    There is no model of a curve behind it, so it holds for curves of any shape; it knows nothing of the
    trial's params. It is conformal prediction with the change from here to the end as the score, among
    neighbours [1]_.

    Raises:
        ValueError: ``at_step`` and ``finals`` differ in length.

    References:
    .. [1] Lei et al. (2018), Distribution-Free Predictive Inference for Regression, section 2.2.

    Examples:
        >>> at_step = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7]
        >>> finals = [value / 2 for value in at_step]
        >>> found = forecast_final(2.0, at_step, finals, best=0.5)
        >>> round(found.low, 3), round(found.high, 3), found.n
        (1.0, 1.0, 8)
        >>> found.p_better < 0.1
        True

    """
    if len(at_step) != len(finals):
        raise ValueError(f"at_step and finals must have one length, got {len(at_step)} and {len(finals)}")
    pairs = np.array([at_step, finals], dtype=float)
    here, end = pairs[:, np.isfinite(pairs).all(axis=0)]
    if len(here) < FEWEST or not math.isfinite(value):
        return None
    by_factors = value > 0 and bool((here > 0).all() and (end > 0).all())
    if by_factors:
        here, end, value = np.log(here), np.log(end), math.log(value)
    nearest = np.argsort(np.abs(here - value), kind="stable")[:NEAREST]
    told = value + (end - here)[nearest]
    if by_factors:
        told = np.exp(told)
    # the quantiles of a sample of 20 hold less than they say, those at i / (n + 1) hold just as much
    low, high = np.quantile(told, TAILS, method="weibull")
    n_better = sum(to_loss(v, direction) < to_loss(best, direction) for v in told.tolist())
    # of so many none is not never
    return FinalForecast(float(low), float(high), (n_better + 0.5) / (len(told) + 1), len(told))
