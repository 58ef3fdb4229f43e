"""Search for good hyperparameters: pure NumPy and SciPy, without Django and without Keras."""

from __future__ import annotations

from optimizer.distributions import Boolean, Categorical, Constant, Distribution, Float, Int, Normal
from optimizer.errors import OptimizerError, SpaceError, SpaceExhausted, UnknownSampler
from optimizer.history import History, TrialRow
from optimizer.objective import Direction, is_better
from optimizer.samplers import SAMPLERS, Sampler, Suggestion, create_sampler, generator_for
from optimizer.space import Condition, Parameter, SearchSpace
from optimizer.values import JSON, Params, Value

__all__ = [
    "JSON",
    "SAMPLERS",
    "Boolean",
    "Categorical",
    "Condition",
    "Constant",
    "Direction",
    "Distribution",
    "Float",
    "History",
    "Int",
    "Normal",
    "OptimizerError",
    "Parameter",
    "Params",
    "Sampler",
    "SearchSpace",
    "SpaceError",
    "SpaceExhausted",
    "Suggestion",
    "TrialRow",
    "UnknownSampler",
    "Value",
    "create_sampler",
    "generator_for",
    "is_better",
]
