"""Starting points, before a model has enough results: the middle of the space, then a Sobol sequence.

The middle is what most users would try first, and seldom bad; a scrambled Sobol sequence then fills the space
more evenly than independent draws do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.distributions import Choice
from optimizer.samplers.base import REPEAT_NOTE, Seen, Suggestion, draw_unseen
from optimizer.samplers.sobol import sobol_params
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import Params, Value

SKIPS: Final = 16  # seen Sobol points in a row, after which a random unseen point is drawn


def propose_start(
    space: SearchSpace,
    history: History,
    pending: Sequence[Params],
    seen: Seen,
    rng: np.random.Generator,
    seed: int,
    n_startup: int,
    sampler_name: str,
) -> Suggestion:
    """Propose the next starting point of a study that models from ``n_startup`` results on.

    The first trial gets the middle of the space and trial k + 1 the k-th point of the Sobol sequence that
    ``seed`` scrambles. Points that were seen are skipped; after many of them a random unseen point is drawn.
    ``sampler_name`` is the name of the sampler in the explanation.
    """
    # Every trial takes a place, also one that failed: its point must not come again.
    place = len(history) + len(pending)
    if place < n_startup:
        lead = f"Starting point {thousands(place + 1)} of {thousands(n_startup)}"
    else:  # trials that failed or still run have taken places, so that there are more points than planned
        lead = (
            f"Starting point {thousands(place + 1)} (the model has "
            f"{thousands(history.n_finished)} of {thousands(n_startup)} results)"
        )
    params, origin = _start_of(space, place, seen, rng, seed)
    text = f"{lead}: {origin}" if REPEAT_NOTE in origin else seen.explained(f"{lead}: {origin}")
    return Suggestion(params, {"sampler": sampler_name, "kind": "startup", "text": text})


def _start_of(
    space: SearchSpace, place: int, seen: Seen, rng: np.random.Generator, seed: int
) -> tuple[dict[str, Value], str]:
    """The starting point at a place, counted from 0, and its origin in words."""
    if place == 0:
        params = middle_point(space)
        if params not in seen:
            return params, "the middle of the search space."
    # The middle took place 0, so that point k belongs to place k + 1.
    first = max(place - 1, 0)
    for index in range(first, first + SKIPS):
        params = sobol_params(space, index, seed)
        if params not in seen:
            return params, "a point of a Sobol sequence, which fills the search space evenly."
    params, is_repeat = draw_unseen(space, seen, rng)
    return params, f"a random point. {REPEAT_NOTE}" if is_repeat else "a random point."


def middle_point(space: SearchSpace) -> dict[str, Value]:
    """The median of every number and ordered choice, the most probable of other choices; active ones only."""
    params: dict[str, Value] = {}
    for param in space:
        distribution = param.distribution
        if isinstance(distribution, Choice) and not distribution.ordered:
            params[param.name] = distribution.choices[int(np.argmax(distribution.probabilities))]
        else:
            params[param.name] = distribution.from_unit(np.array([0.5]))[0]
    return {name: params[name] for name in space.active(params)}


def n_starting_points(space: SearchSpace) -> int:
    """How many starting points a Gaussian process needs: two trials of every option of the widest choice.

    Numbers need only three, because the process knows where it is uncertain; it cannot guess the effect of an
    option from other options. At most ten, as many as TPE starts with.
    """
    widths = [
        len(param.distribution.choices)
        for param in space
        if isinstance(param.distribution, Choice) and not param.distribution.ordered
    ]
    return min(max(3, 2 * max(widths, default=0)), 10)


def limit_startup(n_startup: int, budget: int | None) -> int:
    """How many starting points come before the model: about a third of the budget, but at least 3."""
    if budget is None:
        return n_startup
    return min(n_startup, max(3, math.ceil(budget / 3)))
