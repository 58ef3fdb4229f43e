"""Rank correlation of single parameters with the value: what a glance at a scatter plot says.

Numbers and ordered choices: Spearman's rho (American Journal of Psychology 15, 1904). Unordered choices: the
correlation ratio eta² of the value's ranks, that is the share of their variance that lies between choices, on
which the Kruskal-Wallis test rests (JASA 47, 1952); for two choices it equals rho². Ranks serve both, so that
one diverged trial cannot decide. Neither sees interactions; ``fanova`` does. Rho does not see a best value in
the middle either, so a parabola through the ranks is fitted before the words are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
from numpy.polynomial.polynomial import polyfit, polyval
from scipy.special import chdtri, fdtri

from optimizer.distributions import Choice
from optimizer.importance.trials import Trials
from optimizer.objective import to_loss
from optimizer.values import show_value
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.objective import Direction
    from optimizer.space.parameter import Parameter
    from optimizer.values import JSON, FloatArray, IntArray

Measure: TypeAlias = Literal["rho", "eta_squared"]

MIN_TRIALS: Final = 5
LEVEL: Final = 0.05  # of the tests by which a trend is called clear
MIN_TO_TURN: Final = 10  # trials from which on a turn inside of the range is looked for
RISE: Final = 0.1  # part of the ranks by which both ends must differ from the turn


@dataclass(frozen=True)
class Correlation:
    """How one parameter goes with the objective, over the ``n_trials`` complete trials that have it.

    ``measure`` "rho": the ``coefficient`` lies in [-1, 1] and is positive where larger values of the
    parameter went with larger values of the objective, whichever of these are better. "eta_squared": in
    [0, 1]. ``text`` says what it means, or why it is None.
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
    """The correlation of every parameter with an objective's value, in the order of the space.

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
    direction = history.directions[objective]
    return tuple(_correlate(trials, j, param, direction) for j, param in enumerate(trials.space))


def _correlate(trials: Trials, j: int, param: Parameter, direction: Direction) -> Correlation:
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
        is_clear = bool(coefficient * (len(losses) - 1) > chdtri(n_groups - 1, LEVEL))
    else:
        with_loss = float(np.corrcoef(average_ranks(tried), ranks)[0, 1])
        coefficient = to_loss(with_loss, direction)
        text = "Larger values were better." if with_loss < 0 else "Smaller values were better."
        # Likewise for rho: (n - 1) rho² is chi-squared with one degree of freedom.
        is_clear = bool(with_loss**2 * (len(losses) - 1) > chdtri(1, LEVEL))
        turn = turning_point(average_ranks(tried) / len(tried), ranks)
        if turn is not None:
            is_clear = turn.is_lowest
            nearest = float(tried[np.abs(average_ranks(tried) / len(tried) - turn.at).argmin()])
            text = f"Best near {show_value(distribution.decode_one(nearest))}."
    return Correlation(param.name, measure, coefficient, len(losses), text if is_clear else "No clear trend.")


def average_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, shape (n,); equal values share the average of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: FloatArray = (last - (counts - 1) / 2)[inverse]
    return ranks


@dataclass(frozen=True)
class TurningPoint:
    """Where a parabola turns, and whether that is its lowest point."""

    at: float
    is_lowest: bool


def turning_point(x: FloatArray, y: FloatArray) -> TurningPoint | None:
    """The turn of a parabola through ranks y over x in [0, 1], both (n,); None unless clear and inside."""
    n = len(x)
    if n < MIN_TO_TURN or len(np.unique(x)) < 3:
        return None
    line, parabola = polyfit(x, y, 1), polyfit(x, y, 2)
    errors = [float(((y - polyval(x, curve)) ** 2).sum()) for curve in (line, parabola)]
    # The F test of the squared term.
    is_clear = (errors[0] - errors[1]) * (n - 3) > fdtri(1, n - 3, 1 - LEVEL) * errors[1]
    if not is_clear or not parabola[2]:
        return None
    at = float(-parabola[1] / (2 * parabola[2]))
    rise = abs(parabola[2]) * min(at, 1 - at) ** 2
    if not 0 < at < 1 or rise < RISE * n:
        return None
    return TurningPoint(at, bool(parabola[2] > 0))


def correlation_ratio(groups: IntArray, y: FloatArray) -> tuple[float, int]:
    """Share of the variance of y (n,) that lies between groups (n,), and the group with the lowest mean."""
    counts = np.bincount(groups)
    means = np.bincount(groups, y) / np.maximum(counts, 1)
    between = float(counts @ (means - y.mean()) ** 2) / len(y)
    return min(1.0, between / float(y.var())), int(np.where(counts > 0, means, np.inf).argmin())
