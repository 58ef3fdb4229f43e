"""Losses as a Gaussian process likes them: centred, of unit size, and without a heavy tail of bad values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from optimizer.values import FloatArray


def warp_losses(losses: FloatArray) -> FloatArray:
    """Losses of n trials, shape (n,), made standard: mean 0, variance 1 (all 0 when they are all equal).

    The worse half keeps its order only: its values become those of half a normal distribution that is as wide as
    the better half. How bad a bad trial was says little about where good ones are, and one diverged training would
    flatten everything else (the "half-rank warper" of Vizier, Song et al., arXiv 2408.11527).
    """
    median = np.median(losses)
    # Differences first: losses of 1e300 would overflow when squared.
    size = max(np.abs(losses - median).max(), np.finfo(float).tiny) if np.isfinite(median) else 1.0
    distance = losses / size - median / size
    worse = distance > 0
    better = distance[distance < 0]
    spread = np.sqrt(np.mean(better**2)) if len(better) else 0.0
    if worse.any() and spread > 0:
        _, inverse = np.unique(distance[worse], return_inverse=True)
        quantile = 0.5 + 0.5 * (inverse + 0.5) / (inverse.max() + 1)
        distance[worse] = spread * ndtri(quantile)
    centred = distance - distance.mean()
    deviation = centred.std()
    return centred / deviation if deviation > 0 else np.zeros_like(centred)

