"""The default: chooses the sampler that proposes, trial by trial.

A Gaussian process learns fastest from few trials where values change smoothly; TPE makes no such assumption,
and its proposals keep the process from searching in one place for too long. So they take turns, and the one
that has found new best values lately gets more of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from optimizer.samplers.base import Explanation, Sampler, Seen, Suggestion
from optimizer.samplers.gp import GPSampler
from optimizer.samplers.startup import limit_startup, n_starting_points, propose_start
from optimizer.samplers.tpe import TPESampler
from optimizer.wording import percent

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import Params

TPE_SHARE: Final = 1 / 3  # while neither has done better than the other
LOWEST_SHARE: Final = 0.1  # a sampler that finds nothing now may do so later
MEMORY: Final = 30  # trials in which the weight of an improvement falls to 1 / e
PATIENCE: Final = 6  # pseudo-trials: how much evidence it takes to move the share


@dataclass
class AutoSampler(Sampler):
    """Starts with ``n_startup`` points that fill the space, then lets a Gaussian process and TPE take turns.

    Studies with several objectives use TPE alone, whose ranking of trials is made for them.

    Examples
    --------
    >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
    >>> from optimizer.samplers.auto import AutoSampler
    >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]), AutoSampler(), seed=0)
    >>> for _ in range(8):
    ...     trial = optimizer.ask()
    ...     optimizer.tell(trial.number, trial.params["x"])
    >>> trial.explanation["chosen_by"], trial.explanation["sampler"] in {"gp", "tpe"}
    ('auto', True)

    """

    name: ClassVar[str] = "auto"

    n_startup: int | None = None
    # The starting points are proposed here: when these two are asked, theirs are behind them.
    gp: GPSampler = field(default_factory=lambda: GPSampler(n_startup=1), repr=False)
    tpe: TPESampler = field(default_factory=lambda: TPESampler(n_startup=1), repr=False)

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
        n_startup = limit_startup(self.n_startup or n_starting_points(space), budget)
        seen = Seen(history, pending, allow_repeats=allow_repeats).unless_used_up()
        is_early = history.n_finished + len(pending) < n_startup and not seen.is_used_up
        if is_early or history.n_complete < 2:
            return propose_start(space, history, pending, seen, rng, seed, n_startup, self.name)
        sampler, why = self._choose(history, rng)
        inner = sampler.suggest(
            space, history, pending, rng, budget=budget, allow_repeats=allow_repeats, seed=seed
        )

        def explain() -> Explanation:
            return {**inner.explanation, "chosen_by": self.name, "why": why}

        return Suggestion(inner.params, explain, sampler.name)

    def _choose(self, history: History, rng: np.random.Generator) -> tuple[Sampler, str]:
        """Which sampler proposes, and why in one sentence."""
        if history.n_objectives > 1:
            return self.tpe, "TPE proposes all trials of a study with several objectives."
        share, by = tpe_share(history), "based on the best values of both samplers"
        if rng.random() < share:
            return self.tpe, f"TPE proposes {percent(share, 0)} of the trials, {by}."
        return self.gp, f"The Gaussian process proposes {percent(1 - share, 0)} of the trials, {by}."


def tpe_share(history: History) -> float:
    """The share of trials that TPE gets: by the rates at which both found new best values, recent ones
    first.
    """
    proposers, losses = history.proposers, history.losses[:, 0]
    # fmin passes over the NaN of trials without a value; minimum would carry it on to all later ones.
    best = np.fmin.accumulate(losses)
    # The first trial is always the best so far, which says nothing about its sampler.
    is_new_best = np.append(False, best[1:] < best[:-1])
    age = np.arange(len(losses))[::-1]
    weight = np.exp(-age / MEMORY)
    rates = {}
    every = np.array([name in {"gp", "tpe"} for name in proposers], dtype=np.bool_)
    # One pseudo-improvement, so that no rate is 0 before the first improvement.
    overall = float(weight[every] @ is_new_best[every] + 1) / float(weight[every].sum() + PATIENCE)
    for name in ("gp", "tpe"):
        by_it = np.array([proposer == name for proposer in proposers], dtype=np.bool_)
        found = float(weight[by_it] @ is_new_best[by_it])
        # Both rates are drawn towards the common one: a sampler with few trials has proved nothing.
        rates[name] = (found + PATIENCE * overall) / (float(weight[by_it].sum()) + PATIENCE)
    # Bounded, because a sampler without trials could not show that it has become the better one.
    tpe, gp = TPE_SHARE * rates["tpe"], (1 - TPE_SHARE) * rates["gp"]
    return min(max(tpe / (tpe + gp), LOWEST_SHARE), 1 - LOWEST_SHARE)
