"""Random search: independent draws from the prior (Bergstra and Bengio, JMLR 13, 2012)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from optimizer.samplers.base import Sampler, Seen, Suggestion, random_suggestion

if TYPE_CHECKING:
    import numpy as np

    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import Params


class RandomSampler(Sampler):
    """Draws from the prior, without repeating a point while an unseen one is left.

    Examples
    --------
    >>> from optimizer import Categorical, Optimizer, Parameter, SearchSpace
    >>> from optimizer.samplers.random import RandomSampler
    >>> optimizer = Optimizer(SearchSpace([Parameter("x", Categorical(("a", "b", "c")))]), RandomSampler())
    >>> sorted(optimizer.ask().params["x"] for _ in range(3))
    ['a', 'b', 'c']

    """

    name: ClassVar[str] = "random"

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
        seen = Seen(history, pending, allow_repeats=allow_repeats)
        return random_suggestion(self, space, seen, rng)
