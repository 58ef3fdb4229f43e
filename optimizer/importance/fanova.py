"""Functional ANOVA over a conditional search space.

Tree ensembles learn the loss from the trials; their main effects are then integrated exactly over the prior, so
that neither interactions nor the sampler's preferences leak into them (Hutter, Hoos and Leyton-Brown, "An
efficient approach for assessing hyperparameter importance", ICML 2014). Two things differ from that paper:

- The trees are boosted. A sum of effects needs a few small trees where a single tree needs a leaf for each of
  their combinations, which few trials can fill.
- A parameter that is active in one branch only is *nested* in its parent, as in a nested analysis of variance:
  its effect is E[loss | its value, active] - E[loss | active], and counts as often as it is active.

These effects are uncorrelated, so that the shares of all parameters and interactions sum to at most 1.
Where a sampler has hardly been, no method knows the loss: after few random trials, read the numbers with care.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.importance.boosting import Ensembles, fit_ensembles
from optimizer.importance.decomposition import Decomposition, jackknife_error
from optimizer.importance.grid import Grid
from optimizer.importance.report import Curve, Importance, Interaction, ParameterImportance
from optimizer.importance.scale import LossScale
from optimizer.importance.trials import Trials
from optimizer.objective import to_loss
from optimizer.samplers import generator_for

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.objective import Direction
    from optimizer.values import FloatArray, IntArray

MIN_TRIALS: Final = 10  # complete ones, in all and in the branch of a parameter
MAX_TRIALS: Final = 20_000  # of more, so many are drawn
MANY_TRIALS: Final = 2_000  # from which on a few folds say as much as many
N_PRIOR: Final = 2_048  # points of the prior, for the variance of the whole
N_PAIRED: Final = 6  # parameters whose pairs are looked at
MIN_SHARE: Final = 0.005  # of an interaction worth reporting
MAX_POINTS: Final = 64  # of a curve along numbers
CLEAR: Final = 2.0  # standard errors by which the model must predict better than a mean
WEAK_FIT: Final = 0.3


def fanova(history: History, *, objective: int = 0, seed: int = 0, n_interactions: int = 5) -> Importance:
    """How much each parameter matters for an objective, from the complete trials of ``history``.

    ``objective`` is a column of ``history.losses``; at most ``n_interactions`` pairs are reported. With too few
    trials, or none that differ, every importance is 0 and the note says why. The same trials and seed give the
    same numbers, in whatever order they were added. Raises ``ValueError`` for an objective that does not exist.
    """
    trials, direction = Trials.of(history, objective), history.directions[objective]
    if len(trials) < MIN_TRIALS:
        note = f"Importance needs at least {MIN_TRIALS} complete trials, and there are {len(trials)}."
        return _nothing(trials, note)
    if trials.is_constant:
        return _nothing(trials, f"All {len(trials):,} complete trials have the same value.")
    surrogate = _fit(trials, generator_for(seed, 0))
    if not surrogate.is_clear:
        note = "No pattern was found: a model predicts unseen trials no better than their mean does."
        return _nothing(trials, note, surrogate.scale.describe(direction))
    return _report(trials, surrogate, direction, n_interactions)


@dataclass(frozen=True)
class _Surrogate:
    """A model of the losses on a scale, and points of the prior, shape (N_PRIOR, d), at which it was evaluated."""

    scale: LossScale
    model: Ensembles
    prior: IntArray
    base_errors: FloatArray  # squared errors of means of the other trials, shape (n,)

    @property
    def fit(self) -> float:
        """The share of the variance of unseen trials that the model predicts."""
        return float(max(0.0, 1 - self.model.squared_errors.sum() / self.base_errors.sum()))

    @property
    def is_clear(self) -> bool:
        """Whether the model predicts unseen trials better than their mean does, beyond chance."""
        gained = self.base_errors - self.model.squared_errors
        return bool(gained.mean() > CLEAR * gained.std() / np.sqrt(len(gained)))

    def pairs(self, is_known: list[bool]) -> list[tuple[int, int]]:
        """Pairs of the parameters that the trees use most, without those of a parameter and one above it."""
        used = [j for j in np.argsort(-self.model.gains, kind="stable").tolist() if is_known[j]][:N_PAIRED]
        grid = self.model.grid
        return [(i, j) for i, j in combinations(sorted(used), 2) if not grid.is_above(i, j)]


def _fit(trials: Trials, rng: np.random.Generator) -> _Surrogate:
    """The model of at most ``MAX_TRIALS`` trials, in random order."""
    trials = trials.take(rng.permutation(len(trials))[:MAX_TRIALS])
    n = len(trials)
    scale = LossScale.of(trials.losses)
    y = scale.to_unit(trials.losses)
    grid = Grid.of(trials.space, trials.coordinates, trials.active)
    prior = grid.draw(N_PRIOR, rng)
    n_folds = 5 if n >= MANY_TRIALS else 10
    model = fit_ensembles(grid, grid.slots_of(trials.coordinates, trials.active), y, prior, n_folds, rng)
    base_errors = (y - model.means[np.arange(n) % n_folds]) ** 2
    return _Surrogate(scale, model, prior, base_errors)
