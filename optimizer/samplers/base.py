"""The contract of every sampler, and what samplers share.

A sampler is a function of plain data: the same space, history, pending params and generator give the same
suggestion, in whatever process it runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import JSON, Params, Value

_REDRAWS: Final = 32
_LISTED_POINTS: Final = 2_000


@dataclass(frozen=True)
class Suggestion:
    """Params to try next, and why: ``explanation`` is small JSON with "sampler", "kind" and "text"."""

    params: dict[str, Value]
    explanation: dict[str, JSON]


class Sampler(ABC):
    """Proposes params for the next trial."""

    name: ClassVar[str]

    @abstractmethod
    def suggest(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        rng: np.random.Generator,
        *,
        budget: int | None = None,
    ) -> Suggestion:
        """Params for one more trial, a point of ``space``.

        ``history`` must be over ``space``; ``pending`` are the params of trials that still run; ``budget``
        is the number of trials of the whole study when it is known.
        """


def generator_for(study_seed: int, trial_number: int) -> np.random.Generator:
    """The random generator of one trial, whichever worker runs it: Philox keyed by seed and number."""
    mask = 2**64 - 1
    key = np.array([study_seed & mask, trial_number & mask], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


class Seen:
    """The points that were proposed before: those of the history and those that still run."""

    def __init__(self, history: History, pending: Sequence[Params]) -> None:
        self._history = history
        self._pending = {history.space.key(params) for params in pending}

    def __contains__(self, params: Params) -> bool:
        return self._history.space.key(params) in self._pending or self._history.has_seen(params)

    def __len__(self) -> int:
        """At least the number of different points; the two sources may overlap."""
        return self._history.n_seen + len(self._pending)


def draw_unseen(space: SearchSpace, seen: Seen, rng: np.random.Generator) -> tuple[dict[str, Value], bool]:
    """A point from the prior, and whether it repeats an earlier one.

    In a finite space it repeats only when no unseen point is left: when draws keep hitting seen points, the
    space is listed far enough to hold an unseen one if there is any.
    """
    params = space.sample(rng)
    for _ in range(_REDRAWS):
        if params not in seen:
            return params, False
        params = space.sample(rng)
    if space.n_points() is None:
        return params, params in seen
    listed = islice(space.points(), max(_LISTED_POINTS, len(seen) + 1))
    unseen = [point for point in listed if point not in seen]
    if unseen:
        return unseen[int(rng.integers(len(unseen)))], False
    return params, True


REPEAT_NOTE: Final = "No untried point was found in the search space, so this one is a repeat."
