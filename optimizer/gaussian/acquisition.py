"""The logarithm of expected improvement, which has a slope where the improvement itself underflows.

Ament et al., "Unexpected improvements to expected improvement for Bayesian optimization", NeurIPS 2023.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import erfcx, ndtr

if TYPE_CHECKING:
    from optimizer.values import FloatArray

_LOG_ROOT_2PI: Final = 0.5 * np.log(2 * np.pi)
_ROOT_HALF_PI: Final = np.sqrt(np.pi / 2)
_FAR: Final = -30.0  # below, 1 + z Phi / phi has no digits left and is taken as 1 / z^2


def log_expected_improvement(mean: FloatArray, deviation: FloatArray, best: float) -> FloatArray:
    """Log E[max(0, best - f)] for f ~ N(mean, deviation^2); shapes (m,)."""
    return log_expected_improvement_gradient(mean, deviation, best)[0]


def log_expected_improvement_gradient(
    mean: FloatArray, deviation: FloatArray, best: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """``log_expected_improvement`` and its derivatives by mean and by deviation.

    With z = (best - mean) / deviation the improvement is deviation * h(z), h = phi + z Phi, and its
    derivatives are -Phi and phi. Left of -1 everything is taken relative to phi, which may underflow.
    """
    z = (best - mean) / deviation
    # np.where computes both sides everywhere: each gets arguments at which it does not overflow.
    right, left = np.maximum(z, -1.0), np.minimum(z, -1.0)
    density = np.exp(-0.5 * right * right - _LOG_ROOT_2PI)
    mass = ndtr(right)
    h = density + right * mass
    # Phi / phi as erfcx, which has all its digits where both have underflowed.
    mills = _ROOT_HALF_PI * erfcx(-left * np.sqrt(0.5))
    rest = np.where(left > _FAR, 1 + np.maximum(left, _FAR) * mills, 1 / (left * left))
    is_left = z < -1
    log_h = np.where(is_left, np.log(rest) - 0.5 * left * left - _LOG_ROOT_2PI, np.log(h))
    by_mean = np.where(is_left, mills / rest, mass / h)
    by_deviation = np.where(is_left, 1 / rest, density / h)
    return np.log(deviation) + log_h, -by_mean / deviation, by_deviation / deviation
