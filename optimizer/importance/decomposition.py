"""The variance of a fitted model, split among the parameters of its search space.

Standard errors are those of the delete-a-group jackknife (Kott, Journal of Official Statistics 17, 2001): every
ensemble has left out another group of trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizer.importance.marginals import Boxes, Branching

if TYPE_CHECKING:
    from optimizer.importance.boosting import Ensembles
    from optimizer.values import FloatArray, IntArray


class Decomposition:
    """Main effects of all d parameters and interactions of some pairs, under the prior of the space.

    ``prior`` are the slots, shape (p, d), of the points at which ``model.at_prior`` was predicted. In no pair
    may one parameter be above the other.
    """

    def __init__(self, model: Ensembles, prior: IntArray, pairs: Sequence[tuple[int, int]] = ()) -> None:
        grid, m = model.grid, len(model.means)
        branching = Branching(grid)
        everything = Boxes.everything(grid, branching)
        self.axes = grid.axes
        self.p_active: FloatArray = everything.outside[:, 0]  # (d,)
        self.effects = [np.empty((m, axis.n_bins)) for axis in self.axes]  # expected y by ensemble and bin
        self._p_both = {pair: float(everything.outside_pair(*pair)[0]) for pair in pairs}
        self._tables = {(i, j): np.zeros((self.axes[i].n_bins, self.axes[j].n_bins)) for i, j in pairs}
        for e in range(m):
            boxes = Boxes(grid, branching, *model.boxes(e))
            for j, effects in enumerate(self.effects):
                effects[e] = model.means[e] + boxes.main_sums(j) / self.p_active[j]
            for pair, table in self._tables.items():
                table += boxes.pair_sums(*pair) / (self._p_both[pair] * m)
        self._at_prior = model.at_prior
        self._is_active = prior != grid.starts[:-1]

    def shares(self) -> tuple[FloatArray, FloatArray]:
        """The share of the variance that each parameter explains alone, and its standard error, each (d,)."""
        variances = np.array([_variance(e.mean(axis=0), a.mass) for e, a in zip(self.effects, self.axes, strict=True)])
        by_ensemble = [[_variance(one, a.mass) for one in e] for e, a in zip(self.effects, self.axes, strict=True)]
        explained = self.p_active * variances
        errors = jackknife_error((self.p_active[:, None] * by_ensemble / self._at_prior.var(axis=1)).T)
        return explained / self._total(explained), errors

    def _total(self, explained: FloatArray) -> float:
        """The variance of the model. It is sampled, so that noise could leave it below its own parts."""
        return max(float(self._at_prior.mean(axis=0).var()), float(explained.sum()), np.finfo(float).tiny)

    def branch_share(self, j: int) -> float:
        """The share of the variance that parameter j explains among the points at which it is active."""
        predicted = self._at_prior.mean(axis=0)[self._is_active[:, j]]
        explained = _variance(self.effects[j].mean(axis=0), self.axes[j].mass)
        total = max(float(predicted.var()) if len(predicted) else 0.0, explained)
        return explained / total if total else 0.0

    def interaction_shares(self) -> dict[tuple[int, int], float]:
        """The share of the variance that each pair explains together beyond what both explain alone."""
        total = self._total(np.zeros(1))
        return {
            (i, j): self._p_both[i, j] * _interaction(table, self.axes[i].mass, self.axes[j].mass) / total
            for (i, j), table in self._tables.items()
        }


def jackknife_error(by_ensemble: FloatArray) -> FloatArray:
    """Standard error of the mean over the ensembles, the first axis."""
    m = len(by_ensemble)
    error: FloatArray = np.sqrt((m - 1) * by_ensemble.var(axis=0))
    return error


def _variance(effect: FloatArray, mass: FloatArray) -> float:
    """Variance of an effect by bin (n_bins,) under the bins' mass."""
    return float(mass @ (effect - mass @ effect) ** 2)


def _interaction(table: FloatArray, mass_i: FloatArray, mass_j: FloatArray) -> float:
    """Variance of what two parameters do beyond their sum; ``table`` has shape (n_bins of i, n_bins of j)."""
    rest = table - mass_i @ table
    rest = rest - (rest @ mass_j)[:, None]
    return float(mass_i @ rest**2 @ mass_j)
