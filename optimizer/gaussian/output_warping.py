"""Losses as a Gaussian process needs them: centred, of unit variance, without a heavy tail of bad values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from optimizer.values import FloatArray


@dataclass(frozen=True)
class Targets:
    """What the process is fitted to: ``y`` (n,) has mean 0 and variance 1, or is 0 where all losses are
    equal.

    ``losses`` (n,) are where they came from; ``unit`` is how much loss a y of 1 is, in the better half.
    """

    y: FloatArray
    losses: FloatArray
    unit: float

    def loss_at(self, y: float) -> float:
        """The loss that a target stands for; below the best observation on the scale of the better half."""
        order = np.argsort(self.y, kind="stable")
        lowest = float(self.y[order[0]])
        if y < lowest:
            return float(self.losses[order[0]]) - (lowest - y) * self.unit
        return float(np.interp(y, self.y[order], self.losses[order]))


def warp_losses(losses: FloatArray) -> Targets:
    """Targets of n losses, shape (n,), all finite.

    The worse half keeps its order only: its values become those of half a normal distribution that is as wide
    as the better half. How bad a bad trial was says little about where good ones are, and one diverged
    training would flatten everything else. The idea is the half-rank warper of Vizier (Song et al., arXiv
    2408.11527).
    """
    halves = losses / 2  # the difference of 1e308 and -1e308 overflows
    halves = halves - np.median(halves)
    worse, better = halves > 0, halves[halves < 0]
    has_both = bool(worse.any()) and len(better) > 0
    size = float(np.abs(better if has_both else halves).max())
    if size == 0:
        return Targets(np.zeros_like(losses), losses, 0.0)
    distance = np.zeros_like(losses)
    if has_both:
        distance[halves < 0] = better / size
        ranks = np.unique(halves[worse], return_inverse=True)[1]
        # Quantiles of the upper half of a normal: the median is 0 for both halves, so they join.
        quantile = 0.5 + 0.5 * (ranks + 0.5) / (ranks.max() + 1)
        distance[worse] = np.sqrt(np.mean((better / size) ** 2)) * ndtri(quantile)
    else:
        distance = halves / size
    # The priors of the hyperparameters are made for targets of unit variance.
    deviation = float(distance.std())
    # Twice, because `size` is that of halves; kept finite, because the explanation is JSON.
    return Targets((distance - distance.mean()) / deviation, losses, min(2 * size * deviation, 1e300))
