"""The loss to expect of the best trial when losses were measured with noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from optimizer.values import FloatArray

N_QUANTILES: Final = 512


def probable_best_loss(
    losses: Sequence[float], variances: Sequence[float], true_losses: Sequence[float]
) -> float:
    """True losses averaged by the probability that a trial is the best, all of shape (n,), n at least 1.

    Losses are taken for independent normals. Only those within three standard deviations of the lowest one
    take part; without any variance it is the true loss of the lowest one.
    """
    order = np.argsort(losses, kind="stable")
    mean, true = np.asarray(losses, dtype=np.float64)[order], np.asarray(true_losses, dtype=np.float64)[order]
    sigma = np.sqrt(np.asarray(variances, dtype=np.float64)[order])
    if not sigma.any():
        return float(true[0])
    near = mean <= mean[0] + 3 * sigma[0]
    return float(probability_of_lowest(mean[near], sigma[near]) @ true[near])


def probability_of_lowest(mean: FloatArray, sigma: FloatArray) -> FloatArray:
    """The probability of each of n independent normals to be the lowest, shape (n,).

    By the midpoint rule over the quantiles of each: at a value of one, the product of the probabilities that
    the others are higher. A standard deviation of 0 is a fixed number.
    """
    z = ndtri((np.arange(N_QUANTILES) + 0.5) / N_QUANTILES)
    sigma = np.maximum(sigma, np.finfo(np.float64).tiny)
    share = np.empty(len(mean))
    for i in range(len(mean)):
        value = mean[i] + sigma[i] * z[:, None]
        with np.errstate(over="ignore"):  # infinitely many standard deviations away
            higher = ndtr((np.delete(mean, i) - value) / np.delete(sigma, i))
        share[i] = higher.prod(axis=1).mean()
    return cast("FloatArray", share / share.sum())
