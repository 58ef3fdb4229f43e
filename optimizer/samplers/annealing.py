"""Simulated annealing: points near the good ones, nearer the more trials there are.

After Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing", Science 220, 1983. Instead of one
state that is replaced with a falling probability, any of the good trials may be the state, chosen by its rank
(a geometric distribution), and the temperature is the width of the neighborhood. It is for those who come
from Hyperopt and is not listed with the other samplers, because TPE and Gaussian processes find more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.distributions import Choice, Normal
from optimizer.distributions.normal import OPEN_MARGIN
from optimizer.samplers.base import Sampler, Seen, Suggestion, random_suggestion

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import FloatArray, IntArray, Params, Value

ROUNDS: Final = 8  # of neighbors, each twice as far, until one is a point that was not seen before


@dataclass
class AnnealingSampler(Sampler):
    """Keeps near one of the best trials: number ``avg_best_idx`` on average, the best one being 1.

    After n trials, a parameter moves within 1 / (1 + n * ``shrink_coef``) of its range, counted in prior
    mass, a normal one by as many standard deviations on average, and a choice changes with that
    probability. Raises ``ValueError`` for a wrong option.

    Examples
    --------
    >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
    >>> from optimizer.samplers.annealing import AnnealingSampler
    >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(-5, 5))]), AnnealingSampler(), seed=0)
    >>> for _ in range(60):
    ...     trial = optimizer.ask()
    ...     optimizer.tell(trial.number, (trial.params["x"] - 1) ** 2)
    >>> optimizer.best_trial.value < 0.01
    True

    """

    name: ClassVar[str] = "anneal"

    avg_best_idx: float = 2.0
    shrink_coef: float = 0.1

    def __post_init__(self) -> None:
        if not (self.avg_best_idx >= 1 and self.shrink_coef >= 0):
            raise ValueError(
                "avg_best_idx must be at least 1 and shrink_coef at least 0, "
                f"got {self.avg_best_idx}, {self.shrink_coef}"
            )

    def suggest(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        rng: np.random.Generator,
        *,
        budget: int | None = None,  # noqa: ARG002 - part of the contract
        allow_repeats: bool = False,
        seed: int = 0,  # noqa: ARG002 - as above
    ) -> Suggestion:
        seen = Seen(history, pending, allow_repeats=allow_repeats).unless_used_up()
        if history.n_complete == 0:
            return random_suggestion(self, space, seen, rng)
        rank = min(int(rng.geometric(1 / self.avg_best_idx)), history.n_complete)
        rows = history.best_rows(history.n_complete)[rank - 1 :]
        for round_ in range(ROUNDS):
            params = self._neighbor(space, history, rows, rng, 2.0**round_)
            if params not in seen:
                number = int(history.numbers[rows[0]])
                text = seen.explained(f"Near trial {number}, one of the best.")
                return Suggestion(params, {"sampler": self.name, "kind": "model", "text": text})
        return random_suggestion(self, space, seen, rng, "Random point: all points nearby have been tried.")

    def _neighbor(
        self, space: SearchSpace, history: History, rows: IntArray, rng: np.random.Generator, widened: float
    ) -> dict[str, Value]:
        """A point near the trial in the first row; what it did not use is taken from the next that did."""
        coordinates: FloatArray = np.zeros(len(space))
        n_active = history.active.sum(axis=0)
        for j, param in enumerate(space):
            share = min(1.0, widened / (1 + n_active[j] * self.shrink_coef))
            using = rows[history.active[rows, j]]
            drawn = param.distribution.encode_one(param.distribution.sample(rng))
            if len(using) == 0:
                coordinates[j] = drawn
                continue
            middle = float(history.coordinates[using[0], j])
            match param.distribution:
                case Choice():
                    coordinates[j] = drawn if rng.random() < share else middle
                case Normal():
                    coordinates[j] = _normal_step(middle, share, rng)
                case _:
                    coordinates[j] = _step(middle, share, rng)
        return space.decode(coordinates)


def _step(middle: float, share: float, rng: np.random.Generator) -> float:
    """A coordinate at most half a share from the middle, nearer ones more often; shifted off the ends."""
    half = share / 2
    return min(max(middle, half), 1 - half) + half * (rng.random() - rng.random())


def _normal_step(middle: float, share: float, rng: np.random.Generator) -> float:
    """A coordinate after a step in standard deviations: steps in prior mass would never reach the tails.

    Laplace's distribution has many small steps, which refine, and some large ones, which get away.
    """
    z = float(ndtri(min(max(middle, OPEN_MARGIN), 1 - OPEN_MARGIN)))
    return float(ndtr(z + rng.laplace(0, share)))
