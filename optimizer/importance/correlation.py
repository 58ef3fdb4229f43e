"""Rank correlation of single parameters with the loss: what a glance at a scatter plot says.

Numbers and ordered choices: Spearman's rho (American Journal of Psychology 15, 1904). Unordered choices: the
correlation ratio eta² of the loss ranks, that is the share of their variance that lies between choices, on
which the Kruskal-Wallis test rests (JASA 47, 1952); for two choices it equals rho². Ranks serve both, so that
one diverged trial cannot decide. Neither sees interactions or a best value in the middle; ``fanova`` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
from scipy.special import chdtri

from optimizer.distributions import Choice
from optimizer.importance.trials import Trials
from optimizer.values import show_value
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space.parameter import Parameter
    from optimizer.values import JSON, FloatArray, IntArray

Measure: TypeAlias = Literal["rho", "eta_squared"]

MIN_TRIALS: Final = 5
LEVEL: Final = 0.05  # of the tests by which a trend is called clear


@dataclass(frozen=True)
class Correlation:
    """How one parameter goes with the loss, over the ``n_trials`` complete trials in which it was active.

    ``measure`` "rho": the ``coefficient`` lies in [-1, 1] and is negative where larger values had smaller
    losses. "eta_squared": in [0, 1]. ``text`` says what it means, or why it is None.
    """

    name: str
    measure: Measure
    coefficient: float | None
    n_trials: int
    text: str

    def to_json(self) -> dict[str, JSON]:
        """Every field by name."""
        return {
            "name": self.name,
            "measure": self.measure,
            "coefficient": self.coefficient,
            "n_trials": self.n_trials,
            "text": self.text,
        }


def correlation(history: History, *, objective: int = 0) -> tuple[Correlation, ...]:
    """The correlation of every parameter with an objective's loss, in the order of the space.

    ``objective`` is a column of ``history.losses``. Raises ``ValueError`` when there is no such objective.

    Examples
    --------
    >>> from optimizer import Float, History, Parameter, SearchSpace
    >>> from optimizer.importance import correlation
    >>> history = History(SearchSpace([Parameter('x', Float(0, 1))]))
    >>> for number in range(8):
    ...     history.add(number, {'x': number / 8}, -number, 'complete')
    >>> (found,) = correlation(history)
    >>> found.measure, round(found.coefficient, 3), found.text
    ('rho', -1.0, 'Larger values were better.')

    """
    trials = Trials.of(history, objective)
    return tuple(_correlate(trials, j, param) for j, param in enumerate(trials.space))


def _correlate(trials: Trials, j: int, param: Parameter) -> Correlation:
    is_active = trials.active[:, j]
    tried, losses = trials.coordinates[is_active, j], trials.losses[is_active]
    distribution = param.distribution
    is_nominal = isinstance(distribution, Choice) and not distribution.ordered
    measure: Measure = "eta_squared" if is_nominal else "rho"
    reason = trials.why_unknown(j, MIN_TRIALS)
    if not reason and losses.min() == losses.max():
        reason = f"All {thousands(len(losses))} complete trials in which it was active have the same value."
    if reason:
        return Correlation(param.name, measure, None, len(losses), reason)
    ranks = average_ranks(losses)
    if isinstance(distribution, Choice) and is_nominal:
        coefficient, best = correlation_ratio(tried.astype(np.int64), ranks)
        n_groups = len(np.unique(tried))
        text = f"Trials with {show_value(distribution.choices[best])} were better."
        # Kruskal and Wallis' H is (n - 1) eta², chi-squared with one degree less than there are groups.
        is_clear = coefficient * (len(losses) - 1) > chdtri(n_groups - 1, LEVEL)
    else:
        coefficient = float(np.corrcoef(average_ranks(tried), ranks)[0, 1])
        text = "Larger values were better." if coefficient < 0 else "Smaller values were better."
        # Likewise for rho: (n - 1) rho² is chi-squared with one degree of freedom.
        is_clear = coefficient**2 * (len(losses) - 1) > chdtri(1, LEVEL)
    return Correlation(param.name, measure, coefficient, len(losses), text if is_clear else "No clear trend.")


def average_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, shape (n,); equal values share the average of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: FloatArray = (last - (counts - 1) / 2)[inverse]
    return ranks


def correlation_ratio(groups: IntArray, y: FloatArray) -> tuple[float, int]:
    """Share of the variance of y (n,) that lies between groups (n,), and the group with the lowest mean."""
    counts = np.bincount(groups)
    means = np.bincount(groups, y) / np.maximum(counts, 1)
    between = float(counts @ (means - y.mean()) ** 2) / len(y)
    return min(1.0, between / float(y.var())), int(np.where(counts > 0, means, np.inf).argmin())
