"""The tree-structured Parzen estimator, joint over all parameters of a conditional space.

Trials are split into good and bad; a mixture of kernels is put on each; draws from the good one are ranked
by the ratio of the two densities. Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS
2011; the joint form follows Watanabe, arXiv 2304.11127. Ours are the logarithmic rank weights of the good
trials, the constant bandwidth of the bad ones, one union space with masks for all branches, and every
fourth proposal in a tree learning from one branch only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from weakref import WeakKeyDictionary

import numpy as np

from optimizer.axes import Axes
from optimizer.samplers.base import Explanation, Sampler, Seen, Suggestion, random_suggestion
from optimizer.samplers.startup import limit_startup, propose_start
from optimizer.samplers.tpe.bad_density import BadDensity
from optimizer.samplers.tpe.explanation import Proposal, explain
from optimizer.samplers.tpe.kernels import Mixture, fit_mixture, point_features
from optimizer.samplers.tpe.split import (
    BRANCH_SHARE,
    FRONT_SHARE,
    GOOD_SHARE,
    Split,
    renewal_base,
    split_branch,
    split_history,
    steady_count,
    subsample_kernels,
)

if TYPE_CHECKING:
    from optimizer.axes import Points
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import IntArray, Params

ROUNDS: Final = 8  # of candidates, until one is a point that was not seen before


@dataclass
class TPESampler(Sampler):
    """Joint TPE, for one objective or several.

    ``n_startup`` starting points come first (fewer when the budget is small); then the best ``good_share``
    of the trials are the good ones, and the best of ``n_candidates`` draws is proposed. The share is 0.15
    unless given, or 0.08 with several objectives, and never comes to more than 25 trials, or 100.
    ``with_densities`` puts the curves of both densities into the explanation. Failed and pending trials count
    as bad: a failure says where not to go, without any number.

    Raises ``ValueError`` for a wrong option.

    Examples
    --------
    >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
    >>> from optimizer.samplers.tpe import TPESampler
    >>> space = SearchSpace([Parameter("x", Float(-5, 5)), Parameter("y", Float(-5, 5))])
    >>> optimizer = Optimizer(space, TPESampler(n_startup=5), seed=0)
    >>> for _ in range(40):
    ...     trial = optimizer.ask()
    ...     optimizer.tell(trial.number, trial.params["x"] ** 2 + trial.params["y"] ** 2)
    >>> trial.explanation["kind"], trial.explanation["n_candidates"]
    ('model', 24)
    >>> optimizer.best_trial.value < 1
    True

    """

    name: ClassVar[str] = "tpe"

    n_startup: int = 10
    n_candidates: int = 24
    good_share: float | None = None
    with_densities: bool = True
    _models: WeakKeyDictionary[History, Model] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.n_startup < 1 or self.n_candidates < 1:
            raise ValueError(
                f"n_startup and n_candidates must be at least 1, got {self.n_startup}, {self.n_candidates}"
            )
        if self.good_share is not None and not 0 < self.good_share < 1:
            raise ValueError(f"good_share must lie between 0 and 1, got {self.good_share}")

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_models": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _models=WeakKeyDictionary())

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
        seen = Seen(history, pending, allow_repeats=allow_repeats).unless_used_up()
        n_startup = limit_startup(self.n_startup, budget)
        # Weak keys: what is kept goes when the caller drops the history.
        model = self._models.get(history)
        if model is None:
            model = self._models[history] = Model(Axes.of(space))
        is_early = history.n_finished < n_startup and not seen.is_used_up
        if is_early or len(model.axes) == 0:
            return propose_start(space, history, pending, seen, rng, seed, n_startup, self.name)
        split = self._split(history, model.update(history), rng)
        if len(split.good) == 0:  # all were pruned without a report
            return propose_start(space, history, pending, seen, rng, seed, n_startup, self.name)
        # Read once for all rounds: encoding is what costs.
        waiting = model.axes.read(*space.encode(pending)) if pending else model.nothing
        for _ in range(ROUNDS):
            proposal = self._propose(model, history, split, waiting, seen, rng)
            if proposal is not None:
                return Suggestion(proposal.params, partial(self._explain, proposal, seen))
        text = "Random point: all points that the model suggested have been tried."
        return random_suggestion(self, space, seen, rng, text)

    def _explain(self, proposal: Proposal, seen: Seen) -> Explanation:
        explanation = explain(proposal, self.with_densities)
        return {**explanation, "text": seen.explained(str(explanation["text"]))}

    def _split(self, history: History, rows: IntArray, rng: np.random.Generator) -> Split:
        share = self.good_share or (GOOD_SHARE if history.n_objectives == 1 else FRONT_SHARE)
        # Drawn in any space, so that the draws that follow do not depend on whether it is a tree.
        is_branch = rng.random() < BRANCH_SHARE
        branch = split_branch(history, share, rows, rng) if is_branch else None
        return branch or split_history(history, share, rows)

    def _propose(
        self,
        model: Model,
        history: History,
        split: Split,
        pending: Points,
        seen: Seen,
        rng: np.random.Generator,
    ) -> Proposal | None:
        """The unseen candidate with the highest ratio of good to bad, or None when all were seen.

        Pending trials are taken for bad until they are known, so that parallel trials spread out.
        """
        axes, good = model.axes, model.fit_good(history, split)
        u, levels = good.sample(rng, self.n_candidates)
        coordinates, active = axes.write(u, levels)
        points = axes.points(u, levels, active)
        features = point_features(axes, points)
        ratios = good.log_ratio_to_prior(features)
        ratios -= model.background.log_ratio_to_prior(features, split.is_bad, pending)
        # Stable, so that equal ratios come in the same order everywhere.
        for place, row in enumerate(np.argsort(-ratios, kind="stable").tolist()):
            params = axes.space.decode(coordinates[row])
            if params not in seen:
                return Proposal(
                    params=params,
                    point=points.take(np.array([row])),
                    rank=place + 1,
                    n_candidates=self.n_candidates,
                    log_ratio=float(ratios[row]),
                    axes=axes,
                    split=split,
                    pending=pending,
                    history=history,
                    n=len(history),
                )
        return None


class Model:
    """What is kept of a history from one proposal to the next, only to save time."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.nothing = axes.read(*axes.space.encode([]))
        self.background = BadDensity(axes, 0)
        self._base = 0
        self._chosen: IntArray = np.arange(0)
        self._good: dict[bool, tuple[bytes, Mixture]] = {}

    def update(self, history: History) -> IntArray:
        """Bring the background up to date; the rows of its kernels, which are ``kernel_rows``."""
        n = len(history)
        base, n_trials = renewal_base(n), steady_count(n)
        # A new choice of kernels, or a new bandwidth: everything kept is of the old one.
        if base != self._base or n_trials != self.background.n_trials:
            self._base, self._chosen = base, subsample_kernels(np.arange(base), history.numbers)
            self.background = BadDensity(self.axes, n_trials)
        rows = np.concatenate([self._chosen, np.arange(base, n)])
        self.background.update(history, rows)
        return rows

    def fit_good(self, history: History, split: Split) -> Mixture:
        """The density of the good trials."""
        key, place = split.good.tobytes(), bool(split.branch)
        kept = self._good.get(place)
        if kept is None or kept[0] != key:
            points = self.axes.read(history.coordinates[split.good], history.active[split.good])
            kept = self._good[place] = key, fit_mixture(self.axes, points, split.weights)
        return kept[1]
