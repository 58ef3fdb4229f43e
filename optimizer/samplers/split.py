"""Which trials are good and which are bad, and how much each of them counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.values import show_value

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.values import FloatArray, IntArray

MAX_GOOD: Final = 25
MAX_BAD: Final = 1_024  # bounds the time of a suggestion, whatever the length of the history
BRANCH_SHARE: Final = 0.25  # of the proposals in a tree learn from one branch only
MIN_BRANCH: Final = 4  # trials, three of them complete, from which a branch can learn


@dataclass(frozen=True)
class Split:
    """Rows of the history, the good ones best first; ``branch`` says in words where they come from."""

    good: IntArray
    bad: IntArray
    branch: str = ""

    def __len__(self) -> int:
        return len(self.good) + len(self.bad)


def split_history(history: History, good_share: float) -> Split:
    """The best ``good_share`` of all trials against the others.

    Pruned and failed trials are never good: the one was stopped for a reason, the other has no value.
    """
    good = history.best_rows(n_good_of(history.n_finished, good_share))
    bad = np.setdiff1d(np.arange(len(history)), good, assume_unique=True)
    return Split(good, thin_out(bad, history.numbers))


def split_branch(history: History, good_share: float, rng: np.random.Generator) -> Split | None:
    """The same within a branch: the trials with one value, picked evenly, of one parameter that has children.

    A branch whose first trials were unlucky is never among the best of all trials, although it may hold the
    optimum; judged by itself it gets its chance. None when the branch has too few trials.
    """
    space = history.space
    parents = [
        j for j, name in enumerate(space.names) if space.children_of(name) and not space.is_constant(name)
    ]
    if not parents:
        return None
    column = int(rng.choice(parents))
    coordinates, active = history.coordinates[:, column], history.active[:, column]
    values = np.unique(coordinates[active])
    if len(values) < 2:
        return None
    value = rng.choice(values)
    inside = active & (coordinates == value)
    ranked = history.best_rows(len(history))
    ranked = ranked[inside[ranked]]
    if inside.sum() < MIN_BRANCH or len(ranked) < MIN_BRANCH - 1:
        return None
    good = ranked[: max(2, n_good_of(int(inside.sum()), good_share))]
    bad = np.setdiff1d(np.flatnonzero(inside), good, assume_unique=True)
    parameter = space.params[column]
    shown = show_value(parameter.distribution.decode(np.array([value]))[0])
    return Split(good, thin_out(bad, history.numbers), f"{parameter.name} = {shown}")


def startup_trials(n_startup: int, budget: int | None) -> int:
    """How many random trials come first: at most about a third of the budget, but at least 3."""
    if budget is None:
        return n_startup
    return min(n_startup, max(3, math.ceil(budget / 3)))


def n_good_of(n: int, good_share: float) -> int:
    """How many of n trials are good: at least 1, at most 25."""
    return min(max(1, math.ceil(good_share * n)), MAX_GOOD)


def rank_weights(n: int) -> FloatArray:
    """Weights of the n good trials, best first, and of the prior; shape (n + 1,), they sum to 1.

    The k-th best weighs in proportion to ln(n + 1) - ln k, the prior 1 / (n + 1).
    """
    weights = np.log(n + 1) - np.log(np.arange(1, n + 1))
    return np.append(weights * (n / (n + 1) / weights.sum()), 1 / (n + 1))


def thin_out(rows: IntArray, numbers: IntArray) -> IntArray:
    """At most ``MAX_BAD`` rows: the newest half, and a sample of the others that is stable over time."""
    if len(rows) <= MAX_BAD:
        return rows
    half = MAX_BAD // 2
    older, newest = rows[:-half], rows[-half:]
    scattered = (numbers[older].astype(np.uint64) * np.uint64(2654435761)) % np.uint64(2**32)  # Knuth's hash
    kept = older[np.argsort(scattered, kind="stable")[:half]]
    return np.concatenate([np.sort(kept), newest])
