"""The tree-structured Parzen estimator, joint over all parameters of a conditional space.

Trials are split into good and bad; a mixture of kernels is put on each; draws from the good one are ranked
by the ratio of the two densities. Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS
2011; the joint form follows Watanabe, arXiv 2304.11127. Ours are the logarithmic rank weights of the good
trials, the constant bandwidth of the bad ones, one union space with masks for all branches, and every
fourth proposal in a tree learning from one branch only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from optimizer.samplers.axes import Axes, Points
from optimizer.samplers.base import REPEAT_NOTE, Sampler, Seen, Suggestion, draw_unseen
from optimizer.samplers.densities import describe_densities
from optimizer.samplers.kernels import Mixture, fit_mixture
from optimizer.samplers.split import (
    BRANCH_SHARE,
    Split,
    rank_weights,
    split_branch,
    split_history,
    startup_trials,
)

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import JSON, Params, Value

ROUNDS: Final = 8  # of candidates, until one is a point that was not seen before


@dataclass(frozen=True)
class TPESampler(Sampler):
    """Joint TPE.

    ``n_startup`` random trials come first (fewer when the budget is small); then the best ``good_share``
    of the trials, at most 25, are the good ones, and the best of ``n_candidates`` draws is proposed.
    ``with_densities`` puts the curves of both densities into the explanation; they cost most of the time.
    Pruned, failed and pending trials count as bad: a failure says where not to go, without any number.
    """

    name: ClassVar[str] = "tpe"

    n_startup: int = 10
    n_candidates: int = 24
    good_share: float = 0.15
    with_densities: bool = True

    def __post_init__(self) -> None:
        if self.n_startup < 1 or self.n_candidates < 1:
            raise ValueError(
                f"n_startup and n_candidates must be at least 1, got {self.n_startup}, {self.n_candidates}"
            )
        if not 0 < self.good_share < 1:
            raise ValueError(f"good_share must lie between 0 and 1, got {self.good_share}")

    def suggest(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        rng: np.random.Generator,
        *,
        budget: int | None = None,
        allow_repeats: bool = False,
        seed: int = 0,
    ) -> Suggestion:
        seen = Seen(history, pending, allow_repeats=allow_repeats)
        n_startup = startup_trials(self.n_startup, budget)
        axes = Axes.of(space)
        if history.n_finished < n_startup or history.n_complete == 0 or len(axes) == 0:
            return self._start(space, history, pending, seen, rng, n_startup)
        split = split_branch(history, self.good_share, rng) if rng.random() < BRANCH_SHARE else None
        if split is None:
            split = split_history(history, self.good_share)
        good, bad = self._fit(axes, history, pending, split)
        for _ in range(ROUNDS):
            choice = self._choose(good, bad, seen, rng)
            if choice is not None:
                return self._explain(choice, good, bad, split)
        params, is_repeat = draw_unseen(space, seen, rng)
        text = REPEAT_NOTE if is_repeat else "Random point: everything the model likes has been tried."
        return Suggestion(params, {"sampler": self.name, "kind": "random", "text": text})

    def _start(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        seen: Seen,
        rng: np.random.Generator,
        n_startup: int,
    ) -> Suggestion:
        params, is_repeat = draw_unseen(space, seen, rng)
        place = history.n_finished + len(pending) + 1
        if is_repeat:
            text = REPEAT_NOTE
        elif place <= n_startup:
            text = f"Random start, {place} of {n_startup}."
        else:
            text = f"Random point: the model waits for {n_startup} results and has {history.n_finished}."
        return Suggestion(params, {"sampler": self.name, "kind": "startup", "text": text})

    def _fit(
        self, axes: Axes, history: History, pending: Sequence[Params], split: Split
    ) -> tuple[Mixture, Mixture]:
        """The densities of the good and of the bad trials."""
        good_points = axes.read(history.coordinates[split.good], history.active[split.good])
        bad_points = axes.read(history.coordinates[split.bad], history.active[split.bad])
        if pending:  # taken for bad until they are known, so that parallel trials spread out
            bad_points = Points.concatenate([bad_points, axes.read(*axes.space.encode(pending))])
        n_bad = len(bad_points)
        good = fit_mixture(axes, good_points, rank_weights(len(good_points)))
        bandwidth = 0.3 * max(n_bad, 1) ** (-1 / (len(axes) + 4))
        bad = fit_mixture(axes, bad_points, np.full(n_bad + 1, 1 / (n_bad + 1)), bandwidth=bandwidth)
        return good, bad

    def _choose(self, good: Mixture, bad: Mixture, seen: Seen, rng: np.random.Generator) -> Candidate | None:
        """The unseen candidate with the highest ratio of good to bad, or None when all were seen."""
        axes = good.axes
        coordinates, active = axes.write(*good.sample(rng, self.n_candidates))
        points = axes.read(coordinates, active)
        ratios = good.log_ratio_to_prior(points) - bad.log_ratio_to_prior(points)
        for place, row in enumerate(np.argsort(-ratios, kind="stable")):
            params = axes.space.decode(coordinates[row])
            if params not in seen:
                return Candidate(params, points.take(np.array([row])), place + 1, float(ratios[row]))
        return None

    def _explain(self, choice: Candidate, good: Mixture, bad: Mixture, split: Split) -> Suggestion:
        n_good, n_bad = len(good.centres), len(bad.centres)
        likelier = f"{math.exp(min(choice.log_ratio, 700)):.3g}"
        branch = f" with {split.branch}" if split.branch else ""
        explanation: dict[str, JSON] = {
            "sampler": self.name,
            "kind": "model",
            "text": (
                f"TPE drew {self.n_candidates} candidates where the {n_good} best of {len(split)} trials"
                f"{branch} are dense, and took number {choice.rank} of them: {likelier} times as dense "
                f"there as among the {n_bad} others."
            ),
            "n_good": n_good,
            "n_bad": n_bad,
            "rank": choice.rank,
            "n_candidates": self.n_candidates,
            "log_ratio": round(choice.log_ratio, 4),
        }
        if self.with_densities:
            explanation["densities"], explanation["ratio"] = describe_densities(good, bad, choice.point)
        return Suggestion(choice.params, explanation)


@dataclass(frozen=True)
class Candidate:
    """A proposed point: its rank among the candidates (1 is best) and its log density ratio."""

    params: dict[str, Value]
    point: Points
    rank: int
    log_ratio: float
