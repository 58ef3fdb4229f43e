"""Hyperparameter search in NumPy and SciPy, without Django and Keras."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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

# What loads SciPy is loaded when a name of it is first used: others only read how numbers are written.
_HOMES: Final = {
    "ask_tell": ("Optimizer",),
    "distributions": ("Boolean", "Categorical", "Constant", "Distribution", "Float", "Int", "Normal"),
    "errors": ("OptimizerError", "SpaceError", "SpaceExhausted", "TellError", "UnknownSampler"),
    "history": ("History", "TrialRow"),
    "objective": ("Direction", "is_better"),
    "pruners": ("PRUNERS", "Pruner", "UnknownPruner", "create_pruner"),
    "samplers": ("SAMPLERS", "Sampler", "Suggestion", "create_sampler", "generator_for"),
    "space": ("Condition", "Parameter", "SearchSpace"),
    "trial": ("FinishedTrial", "OpenTrial"),
    "values": ("JSON", "Params", "Value"),
    # Hyperopt's names
    "compat.hyperopt": (
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
    ),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = found
    return found


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
