"""Quasi-random search: the points of a scrambled Sobol sequence (Bergstra and Bengio, JMLR 13, 2012).

The sequence is SciPy's: Joe and Kuo's direction numbers (SIAM J. Sci. Comput. 30, 2008), scrambled by
Matousek's random linear map and a digital shift (J. Complexity 14, 1998), so that each point alone is uniform
and what the sequence guarantees of its 2^m first points stays true.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from optimizer.samplers.base import Sampler, Seen, Suggestion, random_suggestion
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import FloatArray, Params, Value

SEED_MASK: Final = 2**64 - 1  # NumPy takes no negative seeds
SKIPS: Final = 32  # seen points in a row, after which the space is taken for nearly exhausted


class SobolSampler(Sampler):
    """Fills the space evenly: the k-th trial of a study gets the k-th point of the sequence of its seed.

    Points that were seen are passed over; after 32 of them a random unseen point is drawn.

    Examples
    --------
    >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
    >>> from optimizer.samplers.sobol import SobolSampler
    >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 8))]), SobolSampler(), seed=0)
    >>> sorted(int(optimizer.ask().params["x"]) for _ in range(8))  # one in each eighth
    [0, 1, 2, 3, 4, 5, 6, 7]

    """

    name: ClassVar[str] = "sobol"

    def suggest(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        rng: np.random.Generator,
        *,
        budget: int | None = None,  # noqa: ARG002 - part of the contract
        allow_repeats: bool = False,
        seed: int = 0,
    ) -> Suggestion:
        seen = Seen(history, pending, allow_repeats=allow_repeats).unless_used_up()
        first = len(history) + len(pending)
        for index in range(first, first + SKIPS):
            params = sobol_params(space, index, seed)
            if params not in seen:
                nth = f"Point {thousands(index + 1)} of a Sobol sequence"
                text = seen.explained(f"{nth}, which fills the search space evenly.")
                return Suggestion(params, {"sampler": self.name, "kind": "random", "text": text})
        text = "Random point: the next points of the Sobol sequence have been tried."
        return random_suggestion(self, space, seen, rng, text)


def sobol_params(space: SearchSpace, index: int, seed: int) -> dict[str, Value]:
    """Point ``index`` of the Sobol sequence that ``seed`` scrambles, as params.

    Every parameter has a dimension of its own, in the space's order, and gets its value by its prior; what
    is inactive at the point is left out.
    """
    row = sobol_point(index, len(space), seed)[:, None]  # one array of shape (1,) per parameter
    params = {param.name: param.distribution.from_unit(u)[0] for param, u in zip(space, row, strict=True)}
    return {name: params[name] for name in space.active(params)}


def sobol_point(index: int, d: int, seed: int) -> FloatArray:
    """Point ``index`` of the sequence in d dimensions that ``seed`` scrambles, shape (d,), in [0, 1).

    Raises ``ValueError`` beyond SciPy's 2^30 points and 21,201 dimensions.
    """
    # scipy.stats takes as long to import as all else that a suggestion needs.
    from scipy.stats import qmc  # noqa: PLC0415

    # A new engine each time: an engine that is kept would have a state, which slots in threads would share.
    engine = qmc.Sobol(d, scramble=True, rng=np.random.default_rng(seed & SEED_MASK))
    if index >= engine.maxn:  # SciPy says so, too, but counts to it first
        raise ValueError(f"the sequence has 2**{engine.bits} points, and point {index} is none of them")
    if index:
        engine.fast_forward(index)
    point: FloatArray = engine.random(1)[0]
    return point
