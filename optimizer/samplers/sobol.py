"""Quasi-random search: the points of a scrambled Sobol sequence (Bergstra and Bengio, JMLR 13, 2012)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from optimizer.samplers.base import REPEAT_NOTE, Sampler, Seen, Suggestion, draw_unseen
from optimizer.samplers.qmc import sobol_points

if TYPE_CHECKING:
    import numpy as np

    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import Params, Value

SKIPS: Final = 32  # seen points in a row, after which the space is taken for nearly exhausted


class SobolSampler(Sampler):
    """Fills the space evenly: the k-th trial of a study gets the k-th point of the sequence of its seed.

    Points that were seen are passed over; after 32 of them a random unseen point is drawn.
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
        seen = Seen(history, pending, allow_repeats=allow_repeats)
        first = len(history) + len(pending)
        for index in range(first, first + SKIPS):
            params = startup_point(space, index, seed)
            if params not in seen:
                text = f"Point {index + 1:,} of a Sobol sequence, which fills the search space evenly."
                return self._suggestion(params, text)
        params, is_repeat = draw_unseen(space, seen, rng)
        text = "Random point: the next points of the Sobol sequence have been tried."
        return self._suggestion(params, REPEAT_NOTE if is_repeat else text)

    def _suggestion(self, params: dict[str, Value], text: str) -> Suggestion:
        return Suggestion(params, {"sampler": self.name, "kind": "random", "text": text})


def startup_point(space: SearchSpace, index: int, seed: int) -> dict[str, Value]:
    """Point ``index`` of the Sobol sequence that ``seed`` scrambles, as params.

    Every parameter has a dimension of its own, in the space's order, and gets its value by its prior; what
    is inactive at the point is left out.
    """
    row = sobol_points(1, len(space), seed, start=index).T  # one array of shape (1,) per parameter
    params = {param.name: param.distribution.from_unit(u)[0] for param, u in zip(space, row, strict=True)}
    return {name: params[name] for name in space.active(params)}
