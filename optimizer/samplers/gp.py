"""Bayesian optimisation with a Gaussian process, in the line of Spearmint.

Snoek, Larochelle and Adams, "Practical Bayesian optimization of machine learning algorithms", NIPS 2012: a
Matern 5/2 kernel with a length-scale per parameter, expected improvement, pending trials as fantasies, and
improvement per second on request. Ours are the mode of the hyperparameters instead of samples of them, log
EI, one process over all branches of a tree, and that every second proposal comes from a process of its own on
the neighbourhood of the best trials, where a global one is too coarse.
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
from optimizer.samplers.startup import limit_startup, n_starting_points, propose_start
from optimizer.wording import count_noun, metric, spread

if TYPE_CHECKING:
    from optimizer.gaussian.surrogate import Surrogate, SurrogateFactory
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import Params

# Trials; up to here the neighbourhood of the best ones would hold all of them (`surrogate.MIN_LOCAL`).
LOCAL_FROM: Final = 20
LOCAL_EVERY: Final = 2


@dataclass
class GPSampler(Sampler):
    """Proposes where a Gaussian process expects the most improvement.

    ``n_startup`` points that fill the space come first (fewer when the budget is small). ``noise`` is the
    standard deviation of the value from one training to the next, in its own units; None learns it.
    ``per_second`` divides the improvement by the seconds that a trial is expected to take. Several objectives
    are made one with other weights for each proposal.

    Raises ``ValueError`` for a wrong option.

    Examples
    --------
    >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
    >>> from optimizer.samplers.gp import GPSampler
    >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(-5, 5))]), GPSampler(noise=0.01), seed=0)
    >>> for _ in range(12):
    ...     trial = optimizer.ask()
    ...     optimizer.tell(trial.number, (trial.params["x"] - 1) ** 2)
    >>> abs(optimizer.best_trial.params["x"] - 1) < 0.1
    True

    """

    name: ClassVar[str] = "gp"

    n_startup: int | None = None
    noise: float | None = None
    per_second: bool = False
    _surrogates: WeakKeyDictionary[History, SurrogateFactory] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    def __getstate__(self) -> dict[str, Any]:
        return {
            **self.__dict__,
            "_surrogates": None,
        }  # weak references cannot be pickled, and it only saves time

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _surrogates=WeakKeyDictionary())

    def __post_init__(self) -> None:
        if self.n_startup is not None and self.n_startup < 1:
            raise ValueError(f"n_startup must be at least 1, got {self.n_startup}")
        if self.noise is not None and not self.noise >= 0:
            raise ValueError(f"noise must not be negative, got {self.noise}")

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
        n_startup = limit_startup(self.n_startup or n_starting_points(space), budget)
        is_early = history.n_finished + len(pending) < n_startup and not seen.is_used_up
        if is_early or history.n_complete < 2 or not space.searched:
            return propose_start(space, history, pending, seen, rng, seed, n_startup, self.name)
        return self._model(space, history, pending, seen, rng)

    def _model(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        seen: Seen,
        rng: np.random.Generator,
    ) -> Suggestion:
        # SciPy's optimizers and LAPACK take longer to import than all the rest of this package.
        from optimizer.gaussian.surrogate import SurrogateFactory  # noqa: PLC0415

        surrogates = self._surrogates.get(history)
        if surrogates is None:
            surrogates = self._surrogates[history] = SurrogateFactory(Axes.of(space), history, self.noise)
        weights = None
        if history.n_objectives > 1:
            # Uniform over the simplex: over many proposals every part of the front gets its turn (ParEGO).
            weights = rng.dirichlet(np.ones(history.n_objectives))
        # Running trials count, too, so that workers that ask at once do not all search in the same place.
        is_local = len(history) >= LOCAL_FROM and (len(history) + len(pending)) % LOCAL_EVERY == 1
        surrogate = surrogates.build(is_local=is_local, weights=weights, pending=pending)
        seconds = surrogates.seconds() if self.per_second else None
        found, values = surrogate.search(seconds).run(surrogate.centres, rng)
        if np.isnan(values).any():
            raise FloatingPointError(
                f"the expected improvement is not a number after {count_noun(len(history), 'trial')}"
            )
        axes = surrogates.axes
        coordinates, _ = axes.write(found.u, found.levels)
        # Best first; a point that is new to the search may round to a grid value that was tried.
        for row, value in zip(coordinates, values.tolist(), strict=True):
            params = space.decode(row)
            if params not in seen:
                return Suggestion(params, partial(self._explain, surrogate, params, value, seen))
        text = "Random point: all points that the model suggested have been tried."
        return random_suggestion(self, space, seen, rng, text)

    def _explain(
        self, surrogate: Surrogate, params: Params, log_expected_improvement: float, seen: Seen
    ) -> Explanation:
        mean, sd, improvement, best = surrogate.in_own_units(params, log_expected_improvement)
        where = " near the best ones" if surrogate.is_local else ""
        if surrogate.n_objectives > 1:
            text = (
                f"A Gaussian process fitted to {count_noun(surrogate.n, 'trial')} expects the "
                "largest gain here."
            )
        else:
            text = (
                f"A Gaussian process fitted to {count_noun(surrogate.n, 'trial')}{where} "
                f"predicts {metric(mean)} ± {spread(sd)} "
                f"here, and an expected improvement of {spread(improvement)} over {metric(best)}."
            )
        return {
            "sampler": self.name,
            "kind": "model",
            "text": seen.explained(text),
            "n": surrogate.n,
            "is_local": surrogate.is_local,
            "mean": _significant(mean) if surrogate.n_objectives == 1 else None,
            "sd": _significant(sd) if surrogate.n_objectives == 1 else None,
            "improvement": _significant(improvement) if surrogate.n_objectives == 1 else None,
            "best": _significant(best) if surrogate.n_objectives == 1 else None,
            "lengths": {name: _significant(length) for name, length in surrogate.lengths().items()},
        }


def _significant(number: float) -> float:
    """Four digits, which is more than a model knows."""
    return float(f"{number:.4g}")
