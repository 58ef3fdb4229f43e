"""The variance of the objective, split among the parameters of its search space.

It is the variance of the fitted model and the error of its predictions: noise, and what was not learned, is
nobody's share. Effects are exact; only what is beyond them is sampled, at the points of the prior, so that
chance can neither push a share beyond 1 nor hide a small one. Standard errors are those of the delete-a-group
jackknife (Kott, Journal of Official Statistics 17, 2001): every ensemble has left out other trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.importance.marginals import Boxes, Branching

if TYPE_CHECKING:
    from optimizer.importance.boosting import Ensembles
    from optimizer.values import BoolArray, FloatArray, IntArray

_TINY = float(np.finfo(float).tiny)


class Decomposition:
    """Main effects of all d parameters and interactions of some pairs, under the prior of the space.

    ``effects`` hold for every parameter what each of m ensembles expects in each bin, shape (m, n_bins).
    ``p_active`` (d,) says how likely each parameter is active. In no pair may one parameter be above the
    other; pairs that are never active together are left out.
    """

    def __init__(self, model: Ensembles, pairs: Sequence[tuple[int, int]] = ()) -> None:
        binned, m = model.binned, len(model.means)
        branching = Branching(binned)
        everything = Boxes.everything(binned, branching)
        self.axes = binned.axes
        self.p_active: FloatArray = everything.outside[:, 0]
        self.effects = [np.empty((m, axis.n_bins)) for axis in self.axes]
        p_both = {pair: float(everything.outside_pair(*pair)[0]) for pair in pairs}
        self._p_both = {pair: p for pair, p in p_both.items() if p > 0}
        tables = {(i, j): np.zeros((self.axes[i].n_bins, self.axes[j].n_bins)) for i, j in self._p_both}
        for e in range(m):
            boxes = Boxes(binned, branching, *model.boxes(e))
            for j, effects in enumerate(self.effects):
                # Given that it is active: in a nested effect nothing else is known.
                effects[e] = model.means[e] + boxes.main_sums(j) / self.p_active[j]
            for pair, p in self._p_both.items():
                tables[pair] += boxes.pair_sums(*pair) / (p * m)
        self._main = [self._centred(effects.mean(axis=0), j) for j, effects in enumerate(self.effects)]
        self._beyond = {(i, j): self._centred(self._centred(t, j).T, i).T for (i, j), t in tables.items()}
        self._each_at_prior, self._at_prior = model.at_prior, model.at_prior.mean(axis=0)
        self._errors, self._was_active = model.errors, model.slots != binned.starts[:-1]
        self._bins: IntArray = model.prior - binned.starts[:-1] - 1
        self._is_active: BoolArray = self._bins >= 0

    def shares(self) -> tuple[FloatArray, FloatArray]:
        """The share of the variance that each parameter explains alone, and its standard error, each (d,)."""
        mean = np.array([self._square(effect, j) for j, effect in enumerate(self._main)])
        each = np.array([self._square(self._centred(e, j), j) for j, e in enumerate(self.effects)])
        # Each ensemble's shares refer to its own variance, as the jackknife wants.
        totals = np.maximum(self._each_at_prior.var(axis=1) + self._errors.mean(), _TINY)
        return self.p_active * mean / self._total, jackknife_error(self.p_active * each.T / totals[:, None])

    def branch_share(self, j: int) -> float:
        """The share of the variance that parameter j explains among the points at which it is active."""
        is_active, was_active = self._is_active[:, j], self._was_active[:, j]
        explained = float(self._square(self._main[j], j))
        if explained <= 0 or not (is_active.any() and was_active.any()):
            return 0.0
        rest = self._at_prior[is_active] - self._main[j][self._bins[is_active, j]]
        return explained / (explained + float(rest.var()) + float(self._errors[was_active].mean()))

    def interaction_shares(self) -> dict[tuple[int, int], float]:
        """The share of the variance that each pair explains together beyond what both explain alone."""
        return {pair: variance / self._total for pair, variance in self._pair_variances().items()}

    @property
    def learned(self) -> float:
        """The share of the variance that is the model's, not an error."""
        return 1 - float(self._errors.mean()) / self._total

    def _pair_variances(self) -> dict[tuple[int, int], float]:
        return {
            (i, j): self._p_both[i, j] * float(self._square(table, j) @ self.axes[i].mass)
            for (i, j), table in self._beyond.items()
        }

    @cached_property
    def _total(self) -> float:
        """The variance of all effects, which are uncorrelated, of the rest of the model, and its error."""
        # What neither main effects nor the pairs explain is small, so that sampling it costs little
        # precision.
        rest = self._at_prior.copy()
        for j, effect in enumerate(self._main):
            rest -= np.where(self._is_active[:, j], effect[self._bins[:, j]], 0.0)
        for (i, j), table in self._beyond.items():
            both = self._is_active[:, i] & self._is_active[:, j]
            rest -= np.where(both, table[self._bins[:, i], self._bins[:, j]], 0.0)
        alone = [float(p * self._square(self._main[j], j)) for j, p in enumerate(self.p_active)]
        beyond = sum(self._pair_variances().values()) + float(rest.var())
        return max(sum(alone) + beyond + float(self._errors.mean()), _TINY)

    def _centred(self, effects: FloatArray, j: int) -> FloatArray:
        """Effects without their mean over the bins of parameter j, which the last axis counts."""
        centred: FloatArray = effects - (effects @ self.axes[j].mass)[..., None]
        return centred

    def _square(self, centred: FloatArray, j: int) -> FloatArray:
        """The mean square of effects over the bins of parameter j, which the last axis counts."""
        square: FloatArray = centred**2 @ self.axes[j].mass
        return square


def jackknife_error(by_ensemble: FloatArray) -> FloatArray:
    """Standard error of a mean over the ensembles, the first axis."""
    error: FloatArray = np.sqrt((len(by_ensemble) - 1) * by_ensemble.var(axis=0))
    return error
