"""Why TPE proposed a point, computed from the rows of the history that it used.

An explanation is read later, if at all, when the history has grown. It only grows, so the first n rows and
the rows of the split give both densities as they were, and nothing large has to be kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.axes import Axes, Points
from optimizer.samplers.tpe.bad_density import bandwidth_of
from optimizer.samplers.tpe.kernels import Mixture, fit_mixture
from optimizer.samplers.tpe.marginals import describe_marginals
from optimizer.samplers.tpe.split import Split, kernel_rows, steady_count
from optimizer.wording import count_noun, param, thousands

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.values import JSON, Value

MAX_KERNELS: Final = 128  # at most, spread evenly, from which the curve of the bad trials is drawn


@dataclass(frozen=True)
class Proposal:
    """A proposed point and where it comes from.

    ``point`` (one row) had rank ``rank`` (1 is best) of ``n_candidates`` by its log density ratio. ``n`` is
    the length of the history at the time.
    """

    params: dict[str, Value]
    point: Points
    rank: int
    n_candidates: int
    log_ratio: float
    axes: Axes
    split: Split
    pending: Points
    history: History
    n: int


def explain(proposal: Proposal, with_densities: bool) -> dict[str, JSON]:
    """The explanation of a proposal; see ``Suggestion``."""
    split = proposal.split
    n_good, n_bad = len(split.good), int(split.is_bad.sum()) + len(proposal.pending)
    branch = f" with {split.branch}" if split.branch else ""
    explanation: dict[str, JSON] = {
        "sampler": "tpe",
        "kind": "model",
        "text": (
            f"TPE drew {count_noun(proposal.n_candidates, 'candidate')} near the {thousands(n_good)} best "
            f"of {count_noun(split.n_trials, 'trial')}"
            f"{branch} and chose number {thousands(proposal.rank)}, which is "
            f"{param(math.exp(min(proposal.log_ratio, 700)))} times as likely there as among "
            f"the other {thousands(n_bad)}."
        ),
        "n_good": n_good,
        "n_bad": n_bad,
        "rank": proposal.rank,
        "n_candidates": proposal.n_candidates,
        "log_ratio": round(proposal.log_ratio, 4),
    }
    if with_densities:
        densities = describe_marginals(_good_of(proposal), _bad_of(proposal), proposal.point)
        explanation["densities"], explanation["ratio"] = densities
    return explanation


def _good_of(proposal: Proposal) -> Mixture:
    rows, history = proposal.split.good, proposal.history
    points = proposal.axes.read(history.coordinates[rows], history.active[rows])
    return fit_mixture(proposal.axes, points, proposal.split.weights)


def _bad_of(proposal: Proposal) -> Mixture:
    """The density of the bad trials, from a part of them when they are many."""
    axes, history = proposal.axes, proposal.history
    # The rows as they were then: the history has grown, but only at its end.
    rows = kernel_rows(history.numbers[: proposal.n])[proposal.split.is_bad]
    points = Points.concatenate(
        [axes.read(history.coordinates[rows], history.active[rows]), proposal.pending]
    )
    n, n_trials = len(points), steady_count(proposal.n)
    # Evenly spread over time, so that the curve is that of all of them.
    shown = points.take(np.unique(np.linspace(0, n - 1, min(n, MAX_KERNELS)).astype(np.int64)))
    weights = np.append(np.full(len(shown), n / (n + 1) / max(len(shown), 1)), 1 / (n + 1))
    bandwidth = bandwidth_of(n_trials, len(axes))
    return fit_mixture(axes, shown, weights, bandwidth=bandwidth, n_trials=n_trials)
