"""One search space in the words of the peers: Optuna's define-by-run calls and Hyperopt's nested choices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from optimizer import Boolean, Categorical, Constant, Distribution, Float, Int, Parameter, SearchSpace


def suggest_with(trial: Any, space: SearchSpace) -> dict[str, Any]:
    """Params of the active parameters, asked from an Optuna or Rustuna trial in the order of the tree."""
    params: dict[str, Any] = {}
    for param in space:
        when = param.when
        if when is None or (when.parent in params and when.holds_for(params[when.parent])):
            params[param.name] = _suggest(trial, param.name, param.distribution)
    return params


def _suggest(trial: Any, name: str, distribution: Distribution) -> Any:
    match distribution:
        case Float(low=low, high=high, log=True, step=None):
            return trial.suggest_float(name, low, high, log=True)
        case Float(low=low, high=high, log=False, step=None):
            return trial.suggest_float(name, low, high)
        case Float(low=low, high=high, log=False, step=step):
            return _on_grid(distribution, trial.suggest_float(name, low, high, step=step))
        case Int(low=low, high=high, log=True, step=1):
            return trial.suggest_int(name, low, high, log=True)
        case Int(low=low, high=high, log=False, step=step):
            return trial.suggest_int(name, low, high, step=step)
        case Categorical(weights=None) | Boolean():
            return trial.suggest_categorical(name, list(distribution.choices))
        case Constant(value=value):
            return value
    raise _no_counterpart(name, distribution, "Optuna")


def _on_grid(distribution: Float, value: float) -> Any:
    """A stepped value without the peer's rounding noise."""
    return distribution.decode_one(
        distribution.encode_one(min(max(value, distribution.low), distribution.high))
    )


class HyperoptSpace:
    """A search space as Hyperopt's dict of nodes; a parent is an ``hp.choice`` that holds its children.

    A parameter that several values switch on is one node under all of them, so Hyperopt learns it once.
    """

    def __init__(self, space: SearchSpace) -> None:
        self._space = space
        self._nodes: dict[str, Any] = {}
        self._read: dict[str, Callable[[Any], Any]] = {}
        self.tree = {param.name: self._node(param) for param in space if param.when is None}

    def params_of(self, point: dict[str, Any]) -> dict[str, Any]:
        """Real params, in the space's order, from what ``space_eval`` makes of the tree."""
        flat = {}
        pending = dict(point)
        while pending:
            name, value = pending.popitem()
            if isinstance(value, dict):
                value = dict(value)
                flat[name] = value.pop("value")
                pending.update(value)
            else:
                flat[name] = self._read[name](value)
        return {name: flat[name] for name in self._space.names if name in flat}

    def _node(self, param: Parameter) -> Any:
        if param.name not in self._nodes:
            children = self._space.children_of(param.name)
            self._nodes[param.name] = self._choice(param, children) if children else self._leaf(param)
        return self._nodes[param.name]

    def _choice(self, param: Parameter, children: tuple[Parameter, ...]) -> Any:
        from hyperopt import hp

        options = [
            {"value": value}
            | {c.name: self._node(c) for c in children if c.when is not None and c.when.holds_for(value)}
            for value in param.distribution.values()
        ]
        return hp.choice(param.name, options)

    def _leaf(self, param: Parameter) -> Any:
        from hyperopt import hp

        name, distribution = param.name, param.distribution
        self._read[name] = lambda value: value
        match distribution:
            case Float(low=low, high=high, log=True, step=None):
                self._read[name] = lambda value: min(max(value, low), high)
                return hp.loguniform(name, math.log(low), math.log(high))
            case Float(low=low, high=high, log=False, step=None):
                return hp.uniform(name, low, high)
            case Float(log=False) | Int(log=False):
                values = list(distribution.values())
                self._read[name] = lambda index: values[int(index)]
                return hp.uniformint(name, 0, len(values) - 1)
            case Int(low=low, high=high, log=True, step=1):
                self._read[name] = lambda value: min(max(int(value), low), high)
                return hp.qloguniform(name, math.log(low), math.log(high), 1)
            case Categorical(weights=None) | Boolean() | Constant():
                return hp.choice(name, list(distribution.choices))
        raise _no_counterpart(name, distribution, "Hyperopt")


def _no_counterpart(name: str, distribution: Distribution, peer: str) -> ValueError:
    return ValueError(f"{name}: {distribution.describe()} has no counterpart in {peer}; change the problem")
