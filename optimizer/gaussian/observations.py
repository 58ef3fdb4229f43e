"""One loss for every finished trial, also for failed ones, so that one process learns from all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.values import FloatArray, IntArray

_LARGEST = 1.7e308  # just below the largest float
_AUGMENTATION = 0.05  # of the sum of the objectives in the scalar loss, as in ParEGO


def observed_losses(history: History, n: int, weights: FloatArray | None = None) -> FloatArray:
    """Losses of the first n rows of a history, shape (n,): finite, unless no trial is complete.

    A complete trial has its own (several objectives are made one by ``weights``, see ``scalarize``). A
    pruned trial gets the loss of the complete trial at its rank among those that reported at its last step,
    for raw values of different steps do not compare. Behind all of these come trials that break constraints,
    by how much, and last the failed ones: they say where not to go.
    """
    losses = history.losses[:n, 0] if weights is None else scalarize(history.losses[:n], weights)
    losses = losses.copy()
    complete = np.isfinite(losses)
    violations = history.violations[:n]
    kept = np.sort(losses[complete & (violations == 0)])
    if len(kept) == 0:
        losses[complete] = violations[complete]
        kept = np.sort(losses[complete])
    if len(kept) == 0:
        return losses
    span = max(kept[-1] / 2 - kept[0] / 2, abs(kept[-1]) * 1e-3, 1e-300)  # halves cannot overflow
    # Failures end up some two ranges behind the worst value: avoided, but without a cliff in the model.
    step = 2 * (span / (n + 1))
    rank = np.zeros(n)  # how many steps behind the worst
    for row in np.flatnonzero(~complete):
        if history.state_of_row(int(row)) == "pruned":
            place = _rank_of_pruned(history, int(row), n)
            losses[row] = kept[min(int(place), len(kept) - 1)]
            rank[row] = max(0.0, place - (len(kept) - 1))
        else:
            rank[row] = 2 * n + 1
            losses[row] = kept[-1]
    broken = complete & (violations > 0)
    if broken.any() and (complete & ~broken).any():
        order = np.unique(violations[broken], return_inverse=True)[1]
        losses[broken] = kept[-1]
        rank[broken] = n + 1 + order
    with np.errstate(over="ignore"):  # what is beyond the largest number becomes it
        found: FloatArray = np.minimum(losses + rank * step, _LARGEST)
    return found


def scalarize(losses: FloatArray, weights: FloatArray) -> FloatArray:
    """The augmented Chebyshev norm of losses (n, m), each objective scaled to [0, 1]; NaN stays NaN.

    Knowles, "ParEGO", IEEE Transactions on Evolutionary Computation 10, 2006: other weights each time lead to
    other parts of the Pareto front.
    """
    known = losses[np.isfinite(losses).all(axis=1)]
    if len(known) == 0:
        return np.full(len(losses), np.nan)
    low = known.min(axis=0)
    span = np.maximum(known.max(axis=0) / 2 - low / 2, 1e-300)
    # Halves: the difference of two large floats of opposite sign would overflow.
    scaled = (losses / 2 - low / 2) / span * weights
    norm: FloatArray = scaled.max(axis=1) + _AUGMENTATION * scaled.sum(axis=1)
    return norm


def subsample_rows(losses: FloatArray, limit: int) -> IntArray:
    """At most ``limit`` rows of finite losses, ascending: the best half of them, and evenly some of the
    others.
    """
    rows = np.flatnonzero(np.isfinite(losses))
    if len(rows) <= limit:
        return rows
    order = rows[np.argsort(losses[rows], kind="stable")]
    best, others = order[: limit // 2], np.sort(order[limit // 2 :])
    spread = np.linspace(0, len(others) - 1, limit - len(best)).astype(np.int64)
    return np.sort(np.concatenate([best, others[spread]]))


def _rank_of_pruned(history: History, row: int, n: int) -> float:
    """How many of the first n trials were better at the step where a trial was pruned."""
    reports, number = history.reports, int(history.numbers[row])
    step = reports.last_step(number)
    if step is None:
        return float(n)
    losses = reports.losses_at(step, history.numbers)
    return float(np.count_nonzero(losses[:n] < losses[row]))
