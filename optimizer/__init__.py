"""Hyperparameter search in NumPy and SciPy, without Django and Keras."""

from __future__ import annotations

from typing import Any, Final

from optimizer.ask_tell import Optimizer
from optimizer.distributions import Boolean, Categorical, Constant, Distribution, Float, Int, Normal
from optimizer.errors import OptimizerError, SpaceError, SpaceExhausted, TellError, UnknownSampler
from optimizer.history import History, TrialRow
from optimizer.objective import Direction, is_better
from optimizer.pruners import PRUNERS, Pruner, UnknownPruner, create_pruner
from optimizer.samplers import SAMPLERS, Sampler, Suggestion, create_sampler, generator_for
from optimizer.space import Condition, Parameter, SearchSpace
from optimizer.trial import FinishedTrial, OpenTrial
from optimizer.values import JSON, Params, Value

_HYPEROPT: Final = frozenset(
    {
        "STATUS_FAIL",
        "STATUS_OK",
        "Trials",
        "auto",
        "fmin",
        "generate_trials_to_calculate",
        "gp",
        "hp",
        "no_progress_loss",
        "partial",
        "rand",
        "scope",
        "space_eval",
        "tpe",
        "trials_from_docs",
    }
)


def __getattr__(name: str) -> Any:
    """Hyperopt's names, loaded when one of them is first used."""
    if name in _HYPEROPT:
        from optimizer.compat import hyperopt  # noqa: PLC0415 - most programs use one of the two faces

        return getattr(hyperopt, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "JSON",
    "PRUNERS",
    "SAMPLERS",
    "Boolean",
    "Categorical",
    "Condition",
    "Constant",
    "Direction",
    "Distribution",
    "FinishedTrial",
    "Float",
    "History",
    "Int",
    "Normal",
    "OpenTrial",
    "Optimizer",
    "OptimizerError",
    "Parameter",
    "Params",
    "Pruner",
    "Sampler",
    "SearchSpace",
    "SpaceError",
    "SpaceExhausted",
    "Suggestion",
    "TellError",
    "TrialRow",
    "UnknownPruner",
    "UnknownSampler",
    "Value",
    "create_pruner",
    "create_sampler",
    "generator_for",
    "is_better",
]
