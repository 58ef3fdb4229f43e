"""Asking a sampler in such a way that its arithmetic costs a point at most, never the study."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from optimizer.samplers.base import Explanation, Sampler, Seen, Suggestion, random_suggestion

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.values import Params

logger = logging.getLogger(__name__)

# NumPy's own: a caller may have set them to raise for the sake of its objective.
NUMPY_ERRORS: Final[dict[str, Any]] = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
# What numerics raise where they fail; any other error is a fault of the program.
NUMERICAL: Final = (ArithmeticError, np.linalg.LinAlgError)


def propose(
    sampler: Sampler,
    history: History,
    pending: Sequence[Params],
    rng: np.random.Generator,
    *,
    budget: int | None = None,
    allow_repeats: bool = False,
    seed: int = 0,
) -> Suggestion:
    """``sampler.suggest`` in the space of the history, or a random point where its model fails numerically.

    A model has failed when it raises an ``ArithmeticError`` or a ``LinAlgError``, or proposes a number that
    is not finite. The log says so.

    Examples
    --------
    >>> from optimizer import Float, History, Parameter, SearchSpace, create_sampler, generator_for
    >>> history = History(SearchSpace([Parameter('x', Float(0, 8))]))
    >>> propose(create_sampler('tpe'), history, [], generator_for(0, 0)).params
    {'x': 4.0}

    """
    space = history.space
    try:
        with np.errstate(**NUMPY_ERRORS):
            suggestion = sampler.suggest(
                space, history, pending, rng, budget=budget, allow_repeats=allow_repeats, seed=seed
            )
        _check_finite(suggestion.params)
    except NUMERICAL as error:
        logger.warning(
            "the sampler %s failed numerically after %s trials; the next point is random: %s: %s",
            sampler.name,
            len(history),
            type(error).__name__,
            error,
        )
        seen = Seen(history, pending, allow_repeats=allow_repeats)
        return random_suggestion(sampler, space, seen, rng, "Random point: the model failed numerically.")
    return Suggestion(suggestion.params, partial(_explain, suggestion, sampler), suggestion.proposer)


def _check_finite(params: Params) -> None:
    for name, value in params.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise FloatingPointError(f"{name} would be {value}")


def _explain(suggestion: Suggestion, sampler: Sampler) -> Explanation:
    """The explanation, or that there is none: curves for a page must not cost the point that they are of."""
    try:
        with np.errstate(**NUMPY_ERRORS):
            explanation = suggestion.explanation
        json.dumps(explanation, allow_nan=False)
    except (*NUMERICAL, ValueError) as error:
        logger.warning("a point of the sampler %s could not be explained: %s", sampler.name, error)
        text = "Proposed by the model, which could not be explained numerically."
        return {"sampler": suggestion.proposer or sampler.name, "kind": "model", "text": text}
    return explanation
