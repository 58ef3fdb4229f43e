"""Which trials are good and which are bad, and how much each of them counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.values import show_value

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.values import BoolArray, FloatArray, IntArray

# Watanabe's recommendation (arXiv 2304.11127). Measured with the weights below, it beats Optuna's 0.1, and a
# smaller share loses.
GOOD_SHARE: Final = 0.15
FRONT_SHARE: Final = 0.08  # likewise with several objectives
MAX_GOOD: Final = 25  # as in Hyperopt and Optuna
MAX_FRONT: Final = 100  # as these must span a whole front
MAX_BAD: Final = 1_024  # bounds the time of a proposal, whatever the length of the history
RENEWAL: Final = 128  # trials, after which the choice of the bad ones is made anew
GROWTH: Final = 1.1  # of the number of trials, after which the bad kernels get narrower
BRANCH_SHARE: Final = 0.25  # of the proposals in a tree learn from one branch only
MIN_BRANCH: Final = 4  # trials, three of them complete, from which a branch can learn


@dataclass(frozen=True)
class Split:
    """``good`` rows of the history, best first, and which of its ``kernel_rows`` are bad.

    ``weights`` are those of the good ones and of the prior, shape (n_good + 1,). ``n_trials`` is how many
    trials were divided, and ``branch`` says in words where they come from.
    """

    good: IntArray
    weights: FloatArray
    is_bad: BoolArray
    n_trials: int
    branch: str = ""


def split_history(history: History, good_share: float, rows: IntArray) -> Split:
    """The best ``good_share`` of all trials against the others; ``rows`` are the kernel rows.

    When there are too few complete trials, the most promising pruned ones fill up the good ones. Failed
    trials are never good: they have no value.
    """
    n_good = n_good_trials(history.n_finished, good_share, history.n_objectives)
    good = history.best_rows(n_good)
    if len(good) < n_good:
        good = np.concatenate([good, history.pruned_rows()[: n_good - len(good)]])
    is_bad = np.ones(len(history), dtype=np.bool_)
    is_bad[good] = False
    return Split(good, good_weights(len(good), history.n_objectives), is_bad[rows], len(history))


def split_branch(
    history: History, good_share: float, rows: IntArray, rng: np.random.Generator
) -> Split | None:
    """The same within a branch: the trials with one value, picked evenly, of one parameter that has children.

    A branch whose first trials were unlucky is never among the best of all trials, although it may hold the
    optimum; compared only with itself it gets a chance. None when the branch has too few trials.
    """
    space = history.space
    parents = space.parents
    if not parents:
        return None
    column = parents[int(rng.integers(len(parents)))]
    coordinates, active = history.coordinates[:, column], history.active[:, column]
    values = np.unique(coordinates[active])
    if len(values) < 2:
        return None
    value = values[int(rng.integers(len(values)))]
    is_inside = active & (coordinates == value)
    n_inside = int(is_inside.sum())
    n_complete = int((is_inside & np.isfinite(history.losses[:, 0])).sum())
    if n_inside < MIN_BRANCH or n_complete < MIN_BRANCH - 1:
        return None
    good = history.best_rows(max(2, n_good_trials(n_inside, good_share, history.n_objectives)), is_inside)
    is_bad = is_inside.copy()
    is_bad[good] = False
    parameter = space.params[column]
    shown = show_value(parameter.distribution.decode_one(float(value)))
    weights = good_weights(len(good), history.n_objectives)
    return Split(good, weights, is_bad[rows], n_inside, f"{parameter.name} = {shown}")


def n_good_trials(n: int, good_share: float, n_objectives: int = 1) -> int:
    """How many of n trials are good: at least 1, at most 25, or 100 with several objectives."""
    return min(max(1, math.ceil(good_share * n)), MAX_GOOD if n_objectives == 1 else MAX_FRONT)


def good_weights(n: int, n_objectives: int) -> FloatArray:
    """Weights of the n good trials and of the prior; with several objectives all count alike."""
    return rank_weights(n) if n_objectives == 1 else np.full(n + 1, 1 / (n + 1))


def rank_weights(n: int) -> FloatArray:
    """Weights of the n good trials, best first, and of the prior; shape (n + 1,), they sum to 1.

    The k-th best weighs in proportion to ln(n + 1) - ln k, the prior 1 / (n + 1). Ranks, because weights by
    improvement would leave everything to one trial where losses have a heavy tail.
    """
    if n == 0:
        return np.ones(1)
    weights = np.log(n + 1) - np.log(np.arange(1, n + 1))
    return np.append(weights * (n / (n + 1) / weights.sum()), 1 / (n + 1))


def kernel_rows(numbers: IntArray) -> IntArray:
    """Rows of the trials that may be bad kernels, of all trials, whose numbers are given in order.

    All of up to ``MAX_BAD``; beyond, a choice that stays the same for ``RENEWAL`` trials, to which the trials
    since then are added.
    """
    # Only added to between renewals: the background keeps the kernels of the rows that it holds already.
    base = renewal_base(len(numbers))
    return np.concatenate([subsample_kernels(np.arange(base), numbers), np.arange(base, len(numbers))])


def renewal_base(n: int) -> int:
    """How many of n trials there were when the choice of kernel rows was last made; 0 while all are taken."""
    return 0 if n <= MAX_BAD else n - n % RENEWAL


def steady_count(n: int) -> int:
    """The number of trials that sizes the kernels of n trials: it changes when n has grown by a tenth."""
    if not 0 < n <= MAX_BAD:
        return min(n, MAX_BAD)
    return int(GROWTH ** math.floor(math.log(n, GROWTH)))


def subsample_kernels(rows: IntArray, numbers: IntArray) -> IntArray:
    """At most ``MAX_BAD`` rows: the newest half, and a sample of the others that is stable over time."""
    if len(rows) <= MAX_BAD:
        return rows
    half = MAX_BAD // 2
    older, newest = rows[:-half], rows[-half:]
    scattered = (numbers[older].astype(np.uint64) * np.uint64(2654435761)) % np.uint64(2**32)  # Knuth's hash
    kept = older[np.argsort(scattered, kind="stable")[:half]]
    return np.concatenate([np.sort(kept), newest])
